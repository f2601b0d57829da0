import { count } from '../../analysis/classes/classes.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import {
  failIfNone,
  maskOfTypes,
  noneNote,
  patternOptions,
  QUERIED,
  readType,
} from '../shared/named-types.js';

export const countCommand = defineCommand({
  name: 'count',
  summary: 'how many objects there are of a class',
  description:
    'Class names are exact; anything else is a query (docs/queries.md). Names and patterns are counted without loading the graph. One type prints its number; several print a line each, name and number. An unknown type counts 0.',
  arguments: {
    name: 'type',
    help: 'class names, such as Session, "(string)" or "system / Context", or queries',
    least: 1,
    most: Number.POSITIVE_INFINITY,
    read: readType,
  },
  snapshot: true,
  options: { ...patternOptions, ...failIfNone },
  examples: [
    { line: 'heapgraph count Session', says: 'in the newest snapshot of this folder' },
    { line: 'heapgraph count Session Socket app.heapsnapshot', says: 'two types, one file' },
    {
      line: "heapgraph count --regex '^Detached ' page.heapsnapshot",
      says: 'all classes whose name begins so',
    },
    { line: "heapgraph count 'Session and retained > 1kb'", says: 'what a query accepts' },
    { line: 'gunzip -c app.heapsnapshot.gz | heapgraph count Session -', says: 'from standard input' },
  ],
  needs(queries) {
    const known = queries.flatMap(({ classes }) => classes ?? []);
    return known.length === queries.length
      ? { kind: 'classes', types: (name) => known.some((accepts) => accepts(name)) }
      : QUERIED;
  },
  async run({ snapshot, targets: queries, options, machine }) {
    const { classes } = snapshot;
    const rows: { readonly type: string; readonly count: number; readonly matches?: readonly string[] }[] =
      [];
    for (const query of queries) {
      const { text: type, classes: accepts, isName } = query;
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
