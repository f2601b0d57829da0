/**
 * Prints what Chrome DevTools attributes to native contexts, as JSON: fixtures/realms/devtools.json is made of it.
 * Arguments: snapshots, uncompressed.
 */
import path from 'node:path';
import { makeBundle } from './devtools-bundle.mjs';
import { loadWithDevTools } from './devtools-load.mjs';

await makeBundle();
const answers = {};
for (const file of process.argv.slice(2)) {
  const snapshot = await loadWithDevTools(file);
  const { nativeContexts, sharedSize, noAttributionSize } = snapshot.getNativeContextSizes();
  answers[path.basename(file, '.heapsnapshot')] = {
    contexts: nativeContexts.map(({ nodeId, attributedSize, retainedSize }) => [
      nodeId,
      attributedSize,
      retainedSize,
    ]),
    sharedSize,
    noAttributionSize,
  };
}
process.stdout.write(`${JSON.stringify(answers, undefined, 1)}\n`);
process.exit();
