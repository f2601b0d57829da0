/**
 * Compares two snapshots as Chrome DevTools does, and prints the class that grew most in number and by how much.
 * Arguments: before, after.
 */
import { bundle } from './devtools-bundle.mjs';
import { loadWithDevTools } from './devtools-load.mjs';

const [before, after] = process.argv.slice(2);
const base = await loadWithDevTools(before);
const snapshot = await loadWithDevTools(after);
await import(bundle.library);
const aggregates = base.aggregatesForDiff(snapshot.interfaceDefinitions());
const growth = new Map();
for (const { name, countDelta } of Object.values(snapshot.calculateSnapshotDiff(1, aggregates)))
  growth.set(name, (growth.get(name) ?? 0) + countDelta);
const [name, delta] = [...growth].reduce((most, each) => (each[1] > most[1] ? each : most));
process.stdout.write(`${name} +${delta}\n`);
