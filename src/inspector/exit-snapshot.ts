/**
 * The snapshot that a program takes of itself when it exits, and the words in its place where there
 * is no room for it.
 */
import fs from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { ProcessError } from '../base/errors.js';
import { memoryRoomHere } from './read-room.js';
import { checkDisk, checkMemory } from './room.js';
import { isMissingOr, isRecord, isText } from './shape.js';
import { stringLimitFlag } from './string-limit.js';

export interface ExitSnapshot {
  /** In a folder for it alone. */
  readonly file: string;
  readonly numbers: boolean;
  /** Also where there may be no room. */
  readonly force: boolean;
  /** Characters of each string; V8's own limit otherwise. */
  readonly strings?: number | undefined;
}

/** Runs in the program that ends. */
export function writeExitSnapshot({ file, numbers, force, strings }: ExitSnapshot): void {
  const refusal = force ? undefined : refusalFor(file);
  if (refusal === undefined) {
    if (strings !== undefined) v8.setFlagsFromString(stringLimitFlag(strings));
    v8.writeHeapSnapshot(file, { exposeNumericValues: numbers });
  } else fs.writeFileSync(refusalFile(file), JSON.stringify(refusal), { mode: 0o600, flag: 'wx' });
}

/** The program goes on after all. */
export function discardExitSnapshot({ file }: ExitSnapshot): void {
  for (const written of [file, refusalFile(file)]) fs.rmSync(written, { force: true });
}

interface Refusal {
  readonly message: string;
  readonly hint?: string | undefined;
}

const isRefusal = isRecord<Refusal>({ message: isText, hint: isMissingOr(isText) });

/** Beside the snapshot that was not written. */
function refusalFile(file: string): string {
  return path.join(path.dirname(file), 'refusal.json');
}

function refusalFor(file: string): Refusal | undefined {
  try {
    checkRoom(file);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    collectGarbage(); // most of it may be garbage, which no snapshot has
  }
  try {
    checkRoom(file);
    return undefined;
  } catch (error) {
    const { message, hint } = error as ProcessError;
    return { message, hint };
  }
}

function checkRoom(file: string): void {
  const { heapUsed } = process.memoryUsage();
  const { bavail, bsize } = fs.statfsSync(path.dirname(file));
  const folder = path.dirname(path.dirname(file));
  checkDisk(heapUsed, { folder, free: bavail * bsize, form: 'only plain' });
  checkMemory(heapUsed, memoryRoomHere('self'), `process ${process.pid}`);
}

function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
}

/** Throws ProcessError when the program found no room for its snapshot. */
export function checkExitSnapshot(file: string): void {
  if (!fs.existsSync(refusalFile(file))) return;
  const refusal: unknown = JSON.parse(fs.readFileSync(refusalFile(file), 'utf8'));
  if (isRefusal(refusal)) throw new ProcessError(refusal.message, refusal.hint);
}
