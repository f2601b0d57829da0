/** Results as small rows for programs, and the names that a client knows questions by. */
import type { ChainResult } from '../../base/chain-result.js';
import type { Result } from '../../base/result.js';

/** The facts of a result, what says most first. */
export function rowsOf(result: Result): readonly object[] {
  switch (result.kind) {
    case 'table':
    case 'tree':
      return [...result.rows];
    case 'details':
      return result.items.map(({ fields = {}, facts }) => ({
        ...fields,
        ...Object.fromEntries(facts.map(({ key, value }) => [key, value])),
      }));
    case 'chains':
      return Array.from(result.chains, chainRow);
    case 'leaks':
      return result.leaks.map(({ verdict, sentence, container, member, count, size, fingerprint }) => ({
        verdict,
        location: member?.location ?? null,
        container: container.path,
        id: container.id,
        count,
        size,
        sentence,
        fingerprint,
      }));
    case 'suspects':
      return result.entries.map(
        ({ verdict, kind, headline, location, container, retainedSize, contents, fingerprint }) => ({
          verdict,
          kind,
          location: location ?? null,
          container: container.path,
          id: container.id,
          retainedSize,
          headline,
          places: contents.flatMap(({ label, location: place }) => {
            const { script, line } = (place ?? {}) as { readonly script?: unknown; readonly line?: unknown };
            return typeof script === 'string' ? [`${label} ${script}:${line}`] : [];
          }),
          fingerprint,
        }),
      );
    default:
      return [];
  }
}

function chainRow(chain: ChainResult): object {
  return { ...chain, steps: chain.steps.slice(-4).map(({ type, id }) => `${type} @${id}`) };
}

/** Commands by the tools that answer the same. */
const TOOL_OF: Readonly<Record<string, string>> = {
  dominators: 'retained',
  retained: 'retained',
  'find-backref-chain': 'why',
  at: 'object',
};

/** What to ask next, as a call of a tool where one answers it. */
export function withToolNames(result: Result): Result {
  if (result.kind !== 'suspects') return result;
  return { ...result, entries: result.entries.map((entry) => ({ ...entry, next: toolCall(entry.next) })) };
}

function toolCall(line: string): string {
  const [, command = '', target = ''] = /^heapgraph ([\w-]+) (@\d+) /.exec(line) ?? [];
  const tool = TOOL_OF[command];
  if (tool === undefined) return line;
  return `${tool} ${JSON.stringify({ [tool === 'object' ? 'id' : 'target']: target })}`;
}
