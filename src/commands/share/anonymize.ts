/** A snapshot that can be shown to others. */
import { UsageError } from '../../base/errors.js';
import { note, option, parts } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { KeptText, Use } from '../../session/anonymized.js';
import { defineCommand } from '../command.js';
import { namingOf, namingOptions } from './naming-options.js';

export const anonymizeCommand = defineCommand({
  name: 'anonymize',
  summary: 'a copy of a snapshot without the texts and names of the program',
  description:
    'Texts, names of classes, functions, properties, variables and scripts get pseudonyms: the same for the same text. Names of V8 and Node.js stay, from a list. Objects, ids, sizes, references and places (script number, line, column) stay as they are, and all numbers with them. docs/sharing.md says what can still be learned.',
  snapshot: true,
  needsWhole: true,
  readsTwice: true,
  makesSnapshot: true,
  options: {
    ...namingOptions,
    audit: {
      kind: 'flag',
      help: 'write nothing, and list the texts that would stay, names of classes first',
    },
    limit: { kind: 'integer', default: 50, help: 'texts that --audit shows' },
  },
  examples: [
    { line: 'heapgraph anonymize app.heapsnapshot -o public.heapsnapshot.gz', says: 'to give away' },
    {
      line: 'heapgraph anonymize app.heapsnapshot -o public.heapsnapshot --keep-classes',
      says: 'classes by name',
    },
    { line: 'heapgraph anonymize app.heapsnapshot --audit --keep-classes', says: 'what would stay' },
  ],
  needs: () => ({ kind: 'head' }),
  async run({ snapshot: { name }, options, machine: { made, onProgress } }) {
    const { audit, limit } = options;
    if (made === undefined && !audit)
      throw new UsageError(
        'the file of the new snapshot is missing',
        parts`Name it with -o FILE; ${option('audit')} needs none.`,
      );
    if (made !== undefined && audit)
      throw new UsageError(
        parts`${option('audit')} writes no snapshot, and -o names one`,
        'Leave one of them out.',
      );
    if (name === '-')
      throw new UsageError(
        'the head of a snapshot that is made anonymous is read twice, standard input only once',
        'Name a file.',
      );
    const { anonymized } = await import('../../session/anonymized.js');
    // What a program names most often comes first: classes, properties, variables, functions.
    const kept: Row[][] = KEPT_ORDER.map(() => []);
    let total = 0;
    const done = await anonymized(name, (bytes) => made?.write(bytes), {
      ...namingOf(options),
      onProgress,
      ...(audit
        ? {
            onKept(one: KeptText): void {
              if (one.text === '') return;
              total++;
              const rows = kept[Math.max(0, KEPT_ORDER.indexOf(one.uses[0] ?? 'system'))]!;
              if (rows.length < limit) rows.push(auditRow(one));
            },
          }
        : {}),
    });
    const left = done.leftOut.map(
      (section) => `the section ${JSON.stringify(section)} is not known, and is left out`,
    );
    if (audit) return auditAnswer(kept.flat().slice(0, limit), total, left);
    const size = await made!.finish();
    return {
      result: {
        kind: 'table',
        columns: SUMMARY,
        rows: [
          { what: 'values replaced', count: done.values },
          { what: 'names replaced', count: done.names },
          { what: 'names of V8 and Node.js kept', count: done.keptRuntime },
          { what: 'names of classes kept', count: done.keptClasses },
          { what: 'allowed texts kept', count: done.keptAllowed },
        ],
        total: 5,
        omitted: 0,
        layout: 'grid',
      },
      fields: { strings: done.strings, bytes: size, output: made!.file },
      notes: [
        ...left,
        `${made!.file}: ${formatBytes(size)}, ${formatCount(done.strings)} strings; sizes and places of the program can still be read`,
      ],
    };
  },
});

const SUMMARY: readonly Column[] = [
  { key: 'what', title: 'Texts', unit: 'text', role: 'name' },
  { key: 'count', title: 'Count', unit: 'count', role: 'count' },
];

const AUDIT: readonly Column[] = [
  { key: 'text', title: 'Text', unit: 'text', role: 'name' },
  { key: 'uses', title: 'Names', unit: 'text' },
  { key: 'reason', title: 'Why', unit: 'text' },
  { key: 'isValue', title: 'A value', unit: 'text' },
];

const KEPT_ORDER: readonly Use[] = ['class', 'property', 'variable', 'function', 'system'];

function auditRow({ text, uses, reason, isValue }: KeptText): Row {
  return { text, uses: uses.join(', '), reason, isValue };
}

function auditAnswer(rows: readonly Row[], total: number, notes: readonly string[]): Answer {
  const omitted = total - rows.length;
  return {
    result: { kind: 'table', columns: AUDIT, rows, total, omitted, layout: 'grid' },
    notes: [
      ...notes,
      `${formatCount(total)} texts would stay; parts of names, as in <symbol …>, are not listed`,
      note(
        'answer',
      )`"runtime": V8, JavaScript or Node.js has this name itself, and the program may have it, too; ${option('deny')} replaces it`,
      ...(omitted > 0 ? [note('omitted')`${formatCount(omitted)} more; ${option('limit')} shows more`] : []),
    ],
  };
}
