/**
 * What do `leaks` and `survival` say of a real Express server that leaks? Only of keys that every answer has: `type`,
 * anywhere in the answer, since a leaked object may stand in a row, in a chain or in a group.
 */
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';

const SNAPSHOTS = EXPRESS.map(expressPath);

/** Every value under the key `type`, at any depth. */
function typesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'type' && typeof inner === 'string') found.add(inner);
    else typesIn(inner, found);
  }
  return found;
}

interface Answer {
  readonly schema: string;
  readonly command: string;
  readonly snapshots: readonly string[];
  readonly complete: boolean;
  readonly rows?: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
}

async function answerOf(command: string): Promise<{ readonly answer: Answer; readonly code: number | null }> {
  const { stdout, code } = await heapgraph([command, ...SNAPSHOTS, '--json']);
  return { answer: JSON.parse(stdout) as Answer, code };
}

describe('leaks baseline target final', () => {
  test('names what leaks: the sessions, the listeners, the audit log', async () => {
    const { answer, code } = await answerOf('leaks');
    expect(answer).toMatchObject({ schema: 'heapgraph/1', command: 'leaks', snapshots: SNAPSHOTS });
    expect(answer.complete).toBe(true);
    const types = typesIn(answer);
    for (const type of ['Session', 'AuditEntry']) expect(types).toContain(type);
    // The listener's closure keeps its context alive: either may stand for the leak.
    expect(types.has('Function') || types.has('RequestContext')).toBe(true);
    expect(code).toBe(0);
  });

  test('leaks F F F --fail-if-any: the three containers, most bytes first, and the code that fills them', async () => {
    const { stdout, code } = await heapgraph(['leaks', ...SNAPSHOTS, '--fail-if-any']);
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('leak: '))).toEqual([
      'leak: 120 → 320 → 420 × AuditEntry in auditLog, 26.4 kB more',
      'leak: 60 → 160 → 210 × onSettingsChanged() in listeners of settings for "changed", 26.4 kB more',
      'leak: 60 → 160 → 210 × Session in sessions, 24.0 kB more',
    ]);
    for (const place of ['server.cjs:30:14', 'server.cjs:54:54', 'server.cjs:7:14'])
      expect(stdout).toContain(place);
  });

  test('does not name the cache that is renewed and never grows', async () => {
    const { answer } = await answerOf('leaks');
    expect(typesIn(answer)).not.toContain('CachedQuote');
  });
});

describe('survival baseline target final', () => {
  test.each([
    ['Session', 100],
    ['Basket', 100],
    ['RequestContext', 100],
    ['AuditEntry', 200],
  ])('of the %ss of the first batch all %i are alive at the end', async (type, born) => {
    const { answer, code } = await answerOf('survival');
    expect(answer).toMatchObject({ schema: 'heapgraph/1', command: 'survival', snapshots: SNAPSHOTS });
    const row = answer.rows?.find((one) => one.type === type);
    expect(Object.values(row ?? {})).toContain(born);
    expect(code).toBe(0);
  });
});
