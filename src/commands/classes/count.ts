import { count } from '../../analysis/classes/classes.js';
import { typeMatcher } from '../../query/types.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { anyOf, failIfNone, patternOptions, unknownType } from '../shared/named-types.js';

export const countCommand = defineCommand({
  name: 'count',
  summary: 'how many objects there are of a class',
  description:
    'Class names are exact. One type prints its number; several print a line each, name and number. An unknown type counts 0.',
  arguments: {
    name: 'type',
    help: 'class names, such as Session, "(string)" or "system / Context"',
    least: 1,
    most: Number.POSITIVE_INFINITY,
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
    { line: 'gunzip -c app.heapsnapshot.gz | heapgraph count Session -', says: 'from standard input' },
  ],
  needs: (types, options) => ({ kind: 'classes', types: anyOf(types, options) }),
  async run({ snapshot: { classes }, targets: types, options }) {
    const { regex, ignoreCase } = options;
    const rows = types.map((type) => {
      const matches = typeMatcher(type, { regex, ignoreCase });
      const found = classes.rows.filter((row) => matches(row.type));
      return {
        type,
        count: count(classes, matches),
        ...(regex || ignoreCase ? { matches: [...new Set(found.map((row) => row.type))] } : {}),
      };
    });
    const unknown = rows.filter((row) => row.count === 0);
    return {
      result: {
        kind: 'table',
        columns: [columns.type, columns.count],
        rows,
        total: rows.length,
        omitted: 0,
        layout: types.length === 1 ? 'bare' : 'counts',
        textColumns: types.length === 1 ? ['count'] : ['type', 'count'],
      },
      notes: await Promise.all(unknown.map(({ type }) => unknownType(classes, type))),
      found: !(options.failIfNone && unknown.length > 0),
    };
  },
});
