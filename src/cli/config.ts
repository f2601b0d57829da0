/** Finds and reads heapgraph.config.json. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { CONFIG_NAME, type Config, parseConfig } from '../commands/ci/config.js';
import { readText } from '../io/read-text.js';

/**
 * Reads the named config file, or the nearest one from this folder up to the home folder.
 *
 * - Out: paths in it are relative to the current folder.
 * - Empty: undefined when there is no file, or `named` is false.
 * - Throws: UsageError.
 */
export function readConfig(named: string | false | undefined): Config | undefined {
  if (named === false) return undefined;
  const found = named === undefined ? nearest() : { file: named, text: textOf(named) };
  if (!found) return undefined;
  const { file, text } = found;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const problem = text.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new UsageError(
      `${printable(file)}: expected JSON, found something else: ${printable(problem)}`,
      'heapgraph init writes a config file to start from; --no-config does without.',
    );
  }
  const config = parseConfig(value, file);
  const { baseline } = config;
  if (baseline === undefined) return config;
  return { ...config, baseline: relative(path.resolve(path.dirname(file), baseline)) };
}

/** In this folder, or the nearest one above it; the search ends with the home folder. */
function nearest(): { file: string; text: string } | undefined {
  const home = os.homedir();
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const file = relative(path.join(folder, CONFIG_NAME));
    // What cannot be seen is not there: a folder above may be closed to us.
    const text = fs.existsSync(file)
      ? readText(file, `the config file ${printable(file)}`, { limit: LARGEST_CONFIG })
      : undefined;
    if (text !== undefined) return { file, text };
    if (folder === home || folder === path.dirname(folder)) return undefined;
  }
}

/** A config file has a few lines for each class. */
const LARGEST_CONFIG = 1 << 20;

function textOf(file: string): string {
  const what = `the config file ${printable(file)}`;
  const text = readText(file, what, { limit: LARGEST_CONFIG, pipes: true });
  if (text === undefined) throw new UsageError(`cannot read ${what}: no such file`, 'Check the path.');
  return text;
}

/** As short as it can be written from here. */
function relative(file: string): string {
  const short = path.relative(process.cwd(), file);
  return short === '' || short.length > file.length ? file : short;
}
