/** Command lines that tell more of what a page shows. */
import { printable } from '../base/printable.js';
import { shellWord } from '../base/shell-word.js';
import type { HeapData } from './heap-data.js';

/** The snapshot that a page is about, as a word of a command line. */
function fileOf({ report }: HeapData): string {
  return shellWord(report.files.at(-1) ?? '');
}

/** A command about one object. */
export function commandAbout(data: HeapData, command: string, id: number): string {
  return `heapgraph ${command} @${id} ${fileOf(data)}`;
}

/** What lists the objects of a class; undefined where its name cannot be typed. */
export function commandOfClass(data: HeapData, name: string): string | undefined {
  // Not what is cut, what a terminal could act on, or what would be an id, a pattern, an option.
  const isTypable = name.length <= 200 && !name.endsWith('…') && printable(name) === name;
  if (!isTypable || /^[@/#-]/.test(name) || name === '') return undefined;
  return `heapgraph by-type ${shellWord(name)} ${fileOf(data)}`;
}
