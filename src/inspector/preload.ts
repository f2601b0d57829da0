/**
 * Loaded by --require into a program that `capture` starts, before the program's own code.
 *
 * The request comes in an environment variable, which is taken away, as are our flags in execArgv:
 * processes that the program forks are not to inherit them. Asked for a snapshot on exit, no
 * inspector is needed; otherwise one is opened on a free port. Its URL and the Node.js version are
 * written to descriptor 3.
 */
import fs from 'node:fs';
import inspector from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import { sampleUntilExit } from './exit-profile.js';
import { writeExitSnapshot } from './exit-snapshot.js';
import type { PreloadRequest } from './program.js';
import { snapshotAtEnd, track as trackFromNow } from './track-until-exit.js';

const request = process.env.HEAPGRAPH_CAPTURE;
if (request !== undefined && isMainThread) {
  delete process.env.HEAPGRAPH_CAPTURE;
  const { exit, profile, track, flags } = JSON.parse(request) as PreloadRequest;
  process.execArgv.splice(0, flags);
  if (exit && track) snapshotAtEnd(exit);
  else if (exit) process.once('exit', () => writeExitSnapshot(exit));
  else {
    inspector.open(0, '127.0.0.1', false);
    if (track) trackFromNow();
  }
  if (profile) sampleUntilExit(profile);
  fs.writeSync(3, `${JSON.stringify({ version: process.version, url: exit ? null : inspector.url() })}\n`);
  fs.closeSync(3);
}
