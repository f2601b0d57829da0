import { count } from '../../analysis/classes/classes.js';
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { ClassQuery } from '../../query/class-query.js';
import { isFunctionLabel } from '../../v8/function-label.js';
import { defineCommand } from '../command.js';
import type { ValuesOf } from '../options.js';
import { columns } from '../shared/columns.js';
import {
  failIfNone,
  maskOfTypes,
  noneNote,
  patternOptions,
  QUERIED,
  readType,
} from '../shared/named-types.js';

/** Options for a running process. */
const liveOptions = {
  live: {
    kind: 'text',
    value: 'process',
    help: 'ask a running process in place of a snapshot: a pid, or the address of an inspector',
  },
  timeout: { kind: 'duration', help: 'with --live: how long to wait for an answer' },
  force: {
    kind: 'flag',
    help: 'with --live: send SIGUSR1 also to a process that handles it and is not seen to be Node.js',
  },
} as const;

/** What `count --live` takes. */
export type LiveCountOptions = ValuesOf<typeof liveOptions> &
  ValuesOf<typeof patternOptions> &
  ValuesOf<typeof failIfNone>;

/** Names of classes, for a running process. Throws UsageError for what is more than a name. */
export function classNames(texts: readonly string[], options: ValuesOf<typeof patternOptions>): string[] {
  if (texts.length === 0)
    throw new UsageError('no class was named', parts`heapgraph count Session ${option('live')} 4711`);
  return texts.map((text) => {
    const { isName } = readType(text, options);
    if (!isName || options.regex || options.ignoreCase)
      throw new UsageError(
        `"${printable(text)}" is more than the name of a class, and a running process is asked by names`,
        'Take a snapshot for patterns and queries: heapgraph capture.',
      );
    return text;
  });
}

export const countCommand = defineCommand({
  name: 'count',
  summary: 'how many objects there are of a class',
  description:
    'Class names are exact; anything else is a query (docs/queries.md). Names and patterns are counted without loading the graph. One type prints its number; several print a line each, name and number. An unknown type counts 0. --live asks a running process: docs/process-memory.md.',
  arguments: {
    name: 'type',
    help: 'class names, such as Session, "(string)" or "system / Context", or queries',
    least: 1,
    most: Number.POSITIVE_INFINITY,
    read: readType,
  },
  snapshot: true,
  options: { ...patternOptions, ...failIfNone, ...liveOptions },
  asksProcess: 'live',
  examples: [
    { line: 'heapgraph count Session', says: 'in the newest snapshot of this folder' },
    { line: 'heapgraph count Session Socket app.heapsnapshot', says: 'two types, one file' },
    {
      line: "heapgraph count --regex '^Detached ' page.heapsnapshot",
      says: 'all classes whose name begins so',
    },
    { line: "heapgraph count 'Session and retained > 1kb'", says: 'what a query accepts' },
    { line: 'gunzip -c app.heapsnapshot.gz | heapgraph count Session -', says: 'from standard input' },
    { line: 'heapgraph count Session --live 4711', says: 'in a running process, without a snapshot' },
  ],
  needs(queries) {
    const known = queries.flatMap((query) => classesIn(query) ?? []);
    return known.length === queries.length
      ? { kind: 'classes', types: (name) => known.some((accepts) => accepts(name)) }
      : QUERIED;
  },
  async run({ snapshot, targets: queries, options, machine }) {
    const { classes } = snapshot;
    const rows: { readonly type: string; readonly count: number; readonly matches?: readonly string[] }[] =
      [];
    for (const query of queries) {
      const { text: type, isName } = query;
      const accepts = classesIn(query);
      if (accepts === undefined) {
        const mask = await maskOfTypes(query, snapshot.graph, machine);
        rows.push({ type, count: mask.reduce((sum, one) => sum + one, 0) });
        continue;
      }
      const found = classes.rows.filter((row) => accepts(row.type));
      const several = !isName || options.regex || options.ignoreCase;
      rows.push({
        type,
        count: count(classes, accepts),
        ...(several ? { matches: [...new Set(found.map((row) => row.type))] } : {}),
      });
    }
    const unknown = rows.filter((row) => row.count === 0);
    return {
      result: {
        kind: 'table',
        columns: [columns.type, columns.count],
        rows,
        total: rows.length,
        omitted: 0,
        layout: queries.length === 1 ? 'bare' : 'counts',
        textColumns: queries.length === 1 ? ['count'] : ['type', 'count'],
      },
      notes: await Promise.all(
        queries.filter((_, i) => rows[i]!.count === 0).map((query) => noneNote(classes, query)),
      ),
      found: !(options.failIfNone && unknown.length > 0),
    };
  },
});

/** Whether it accepts a class; undefined where class counts cannot say, as of one function. */
function classesIn({ text, classes, isName }: ClassQuery): ClassQuery['classes'] {
  return isName && isFunctionLabel(text) ? undefined : classes;
}
