/** What was typed at prompts before, the last line first, as Node.js's own prompt keeps it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { openAtomicFile } from '../../io/atomic-file.js';

const MOST_LINES = 1000;

export interface History {
  readonly lines: readonly string[];
  save(lines: readonly string[]): void;
}

/**
 * - In: the name of the file; empty for none. Default: `.heapgraph_history` in the home folder.
 * - Mode: 0600, as lines hold names of a program's classes. What cannot be read or written is done
 *   without.
 */
export function openHistory(file = path.join(homedir(), '.heapgraph_history')): History {
  if (file === '') return { lines: [], save() {} };
  let lines: readonly string[] = [];
  try {
    lines = readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(0, MOST_LINES);
  } catch {
    // the first time, or not to be read
  }
  return {
    lines,
    save(typed) {
      try {
        const output = openAtomicFile(file);
        output.write(`${typed.slice(0, MOST_LINES).join('\n')}\n`);
        output.finish();
      } catch {
        // a home that cannot be written
      }
    },
  };
}
