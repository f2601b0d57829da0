/**
 * Flame graphs as pprof reads them: a compressed protocol buffer.
 *
 * Source: https://github.com/google/pprof/blob/main/proto/profile.proto
 */
import { gzipSync } from 'node:zlib';
import { Function as Frame, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { printable } from '../base/printable.js';
import type { Tree } from '../base/result.js';
import { baseName, stacksOf } from './flame-stacks.js';

/**
 * Samples of objects and bytes; bytes are what is shown first. The same tree gives the same bytes.
 */
export function* renderPprof(tree: Tree, snapshot: string): Generator<Uint8Array> {
  const stringTable = new StringTable();
  const unit = (type: string, measure: string): ValueType =>
    new ValueType({ type: stringTable.dedup(type), unit: stringTable.dedup(measure) });
  const frames = new Map<string, number>();
  const idOf = (name: string): number => {
    const known = frames.get(name) ?? frames.size + 1;
    frames.set(name, known);
    return known;
  };
  const sampleType = [unit('objects', 'count'), unit('space', 'bytes')];
  const sample = Array.from(
    stacksOf(tree),
    ({ names, size, count }) => new Sample({ locationId: names.map(idOf).reverse(), value: [count, size] }),
  );
  const profile = new Profile({
    stringTable,
    sampleType,
    sample,
    defaultSampleType: stringTable.dedup('space'),
    comment: [stringTable.dedup(`${printable(baseName(snapshot))}: ${tree.flames ?? ''}`)],
    function: Array.from(frames, ([name, id]) => new Frame({ id, name: stringTable.dedup(printable(name)) })),
    location: Array.from(frames.values(), (id) => new Location({ id, line: [new Line({ functionId: id })] })),
  });
  yield gzipSync(profile.encode());
}
