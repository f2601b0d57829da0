/** Which Node.js runs what: the benchmark's own, from npm, or the one that runs the benchmark. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const INSTALLED = fileURLToPath(new URL('node_modules/node24/bin/node', import.meta.url));

const current = () => ({ path: process.execPath, version: process.version });
const major = (version) => Number.parseInt(version.slice(1), 10);

/** Node.js 24: from npm where npm has it for this platform, else the current one if it is a 24. */
export function findNode24() {
  if (existsSync(INSTALLED)) {
    return { path: INSTALLED, version: execFileSync(INSTALLED, ['--version'], { encoding: 'utf8' }).trim() };
  }
  return major(process.version) === 24 ? current() : undefined;
}

/** For `--node 24` and `--node current`. */
export function chooseNode(choice) {
  if (choice === 'current') return current();
  if (choice !== '24') throw new Error(`--node ${choice}: expected 24 or current`);
  const found = findNode24();
  if (found) return found;
  throw new Error(
    'there is no Node.js 24: npm has none for this platform. ' +
      'Run the benchmark with Node.js 24, or use --node current.',
  );
}

/** Node.js 20 takes more than twenty minutes over a snapshot that later versions write in seconds. */
export function nodeForHeaps() {
  const found = findNode24() ?? (major(process.version) >= 22 ? current() : undefined);
  if (found) return found;
  throw new Error(
    'making a heap takes Node.js 22 or later: run the benchmark with one, or put the files into heaps/.',
  );
}
