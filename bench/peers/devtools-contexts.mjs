/**
 * Prints the variables of contexts that nothing reads, as Chrome DevTools finds them, as JSON:
 * fixtures/closures/devtools-*.json are made of it. Arguments: snapshots, uncompressed.
 */
import path from 'node:path';
import { makeBundle } from './devtools-bundle.mjs';
import { loadWithDevTools } from './devtools-load.mjs';

await makeBundle();
const answers = {};
for (const file of process.argv.slice(2)) {
  const snapshot = await loadWithDevTools(file);
  const { scopes, scriptsWithoutScopes } = snapshot.analyzeContexts();
  answers[path.basename(file, '.heapsnapshot')] = {
    scopes: scopes.map(({ scopeInfoNodeId, scriptNodeId, scopeName, contexts }) => ({
      scopeInfo: scopeInfoNodeId,
      script: scriptNodeId,
      name: scopeName ?? null,
      contexts: contexts.map(({ contextNodeId, deadFields }) => [
        contextNodeId,
        ...deadFields.map(({ name, valueNodeId, retainedSize }) => [name, valueNodeId, retainedSize]),
      ]),
    })),
    without: scriptsWithoutScopes.map(({ scriptNodeId, contextCount }) => [scriptNodeId, contextCount]),
  };
}
process.stdout.write(`${JSON.stringify(answers, undefined, 1)}\n`);
process.exit();
