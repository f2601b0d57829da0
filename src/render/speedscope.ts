/**
 * Flame graphs as speedscope reads them.
 *
 * Source: https://www.speedscope.app/file-format-schema.json
 */
import { printable, printableJson } from '../base/printable.js';
import type { Tree } from '../base/result.js';
import { baseName, stacksOf } from './flame-stacks.js';

/**
 * One profile of bytes. In: the tree; the name of the snapshot. Out: the whole file, a stack at a
 * time.
 */
export function* renderSpeedscope(tree: Tree, snapshot: string): Generator<string> {
  const frames = new Map<string, number>();
  const weights: number[] = [];
  let total = 0;
  const samples: string[] = [];
  for (const { names, size } of stacksOf(tree)) {
    const stack = names.map((name) => {
      const known = frames.get(name) ?? frames.size;
      frames.set(name, known);
      return known;
    });
    samples.push(`[${stack.join(',')}]`);
    weights.push(size);
    total += size;
  }
  const name = `${printable(baseName(snapshot))}: ${tree.flames ?? ''}`;
  yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"heapgraph","name":${text(name)},`;
  yield `"activeProfileIndex":0,"shared":{"frames":[\n`;
  yield Array.from(frames.keys(), (frame) => `{"name":${text(printable(frame))}}`).join(',\n');
  yield `\n]},"profiles":[{"type":"sampled","name":${text(tree.flames ?? '')},"unit":"bytes","startValue":0,"endValue":${total},"samples":[\n`;
  for (const [i, sample] of samples.entries()) yield i === 0 ? sample : `,\n${sample}`;
  yield `\n],"weights":[${weights.join(',')}]}]}\n`;
}

function text(value: string): string {
  return printableJson(JSON.stringify(value));
}
