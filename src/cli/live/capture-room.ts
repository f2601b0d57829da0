/** Asks whether there is room for a snapshot, before the process is stopped for it. */
import path from 'node:path';
import { ProcessError } from '../../base/errors.js';
import type { Attached } from '../../inspector/attach.js';
import { heapUsed, wish } from '../../inspector/facts.js';
import { memoryRoomHere, memoryRoomOf, residentMemory } from '../../inspector/read-room.js';
import { checkDisk, checkMemory, type Disk, type MemoryRoom } from '../../inspector/room.js';
import type { Session } from '../../inspector/session.js';
import { freeSpace } from './snapshot-file.js';

export interface RoomQuestion {
  readonly attached: Attached;
  /** That of the heap in question: the process's, or a worker's. */
  readonly session: Session;
  /** Bytes of the heap; null when the target does not tell. */
  readonly heapUsed: number | null;
  readonly file: string;
  readonly form: Disk['form'];
  /** Whether the pid is one of this machine: it was named by it, or started by us. */
  readonly isHere: boolean;
}

/**
 * Checks whether the snapshot fits into memory.
 *
 * - Out: a warning where that is not certain.
 * - Throws: ProcessError, with the figures, when it may not fit.
 * - Cost: reads some small files; a garbage collection when it may not fit.
 */
export async function checkRoom(question: RoomQuestion): Promise<string | undefined> {
  const { attached, session, isHere } = question;
  const { pid, nodeVersion } = attached.facts;
  const here = isHere && pid !== null ? pid : undefined;
  const used = question.heapUsed ?? (here === undefined ? undefined : residentMemory(here));
  if (used === undefined) return undefined;
  const room = here === undefined ? undefined : memoryRoomHere(here);
  const asked = room === undefined && nodeVersion !== null;
  const known = asked ? told(await wish(attached.session, memoryRoomOf(attached.session))) : room;
  try {
    return check(question, used, known);
  } catch (error) {
    if (!(error instanceof ProcessError) || question.heapUsed === null) throw error;
    // Most of it may be garbage, which no snapshot has.
    await wish(session, session.send('HeapProfiler.collectGarbage'));
    const left = await heapUsed(session, attached.facts.runtime?.name);
    if (left === null || left >= used) throw error;
    return check(question, left, known);
  }
}

function told(room: MemoryRoom | ProcessError | undefined): MemoryRoom | undefined {
  return room instanceof ProcessError ? undefined : room;
}

function check(
  { session, file, form }: RoomQuestion,
  used: number,
  room: MemoryRoom | undefined,
): string | undefined {
  const folder = path.dirname(path.resolve(file));
  checkDisk(used, { folder, free: freeSpace(file), form });
  return checkMemory(used, room, session.what);
}
