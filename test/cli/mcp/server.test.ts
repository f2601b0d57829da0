/** The MCP server: what its tools answer, in this process. */
import { Buffer } from 'node:buffer';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../../src/cli/mcp/engine.js';
import { createServer } from '../../../src/cli/mcp/server.js';
import { TOOLS } from '../../../src/cli/mcp/tools.js';
import { expressPath, fixturePath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const root = path.join(folder, 'root');
const FILES = ['baseline', 'target', 'final'].map((name) => `${name}.heapsnapshot.gz`);
const FINAL = FILES[2]!;

interface Answer {
  readonly text: string;
  readonly isError: boolean;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  readonly bytes: number;
}

let client: Client;

beforeAll(async () => {
  mkdirSync(path.join(root, 'below'), { recursive: true });
  for (const name of ['baseline', 'target', 'final'] as const)
    copyFileSync(expressPath(name), path.join(root, `${name}.heapsnapshot.gz`));
  writeFileSync(path.join(folder, 'outside.heapsnapshot'), '{"snapshot":{}}');
  symlinkSync(path.join(folder, 'outside.heapsnapshot'), path.join(root, 'link.heapsnapshot'));
  symlinkSync(folder, path.join(root, 'up'));
  writeFileSync(path.join(root, 'notes.txt'), 'no snapshot');
  writeFileSync(path.join(root, 'empty.heapsnapshot'), '');
  writeFileSync(
    path.join(root, 'cut.heapsnapshot.gz'),
    readFileSync(expressPath('final')).subarray(0, 100_000),
  );
  client = await connected();
}, 60_000);

async function connected(options: { root?: string; capture?: boolean } = {}): Promise<Client> {
  const engine = new Engine({ root: options.root ?? root, maxMemory: 'none' });
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer({
    version: '0.0.0',
    ask(name, input, { onProgress }) {
      const page = last.then(() => engine.answer(name, input, onProgress));
      last = page;
      return page;
    },
  });
  const made = new Client({ name: 'test', version: '1' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there as never);
  await made.connect(here);
  return made;
}

async function call(name: string, given: Readonly<Record<string, unknown>>, with_ = client): Promise<Answer> {
  const result = await with_.callTool({ name, arguments: given });
  const [content] = result.content as { readonly text: string }[];
  const structured = result.structuredContent as Answer['structured'];
  return {
    text: content!.text,
    isError: result.isError === true,
    rows: (structured?.rows ?? []) as Answer['rows'],
    structured,
    bytes: Buffer.byteLength(JSON.stringify(result)),
  };
}

describe('what the tools say', () => {
  test('eight tools, each with a schema, and a word on heap text; capture is not there', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'overview',
      'suspects',
      'types',
      'find',
      'why',
      'object',
      'retained',
      'compare',
    ]);
    for (const { description, inputSchema, outputSchema, annotations } of tools) {
      expect(description).toContain('untrusted');
      expect(inputSchema.additionalProperties).toBe(false);
      expect(outputSchema?.type).toBe('object');
      expect(annotations?.readOnlyHint).toBe(true);
    }
    await expect(client.callTool({ name: 'capture', arguments: { pid: 1, path: 'x' } })).rejects.toThrow();
  });

  test('overview lists the snapshots below the root, and describes one', async () => {
    const list = await call('overview', {});
    for (const file of FILES) expect(list.text).toContain(file);
    expect(list.text).not.toContain('outside');
    const one = await call('overview', { path: FINAL });
    expect(one.text).toContain('80,645');
    expect(one.rows[0]).toMatchObject({ nodeCount: 80645 });
  });

  test('suspects names file and line, who holds it, and the next call', async () => {
    const { text, rows } = await call('suspects', { paths: FILES });
    expect(text).toContain('/srv/express-leak/server.cjs:30');
    expect(text).toMatch(/next {4}retained \{"target":"@\d+"\}/);
    expect(rows[0]).toMatchObject({ verdict: 'leak', location: '/srv/express-leak/server.cjs:30:14' });
  });

  test('types, find, why, object, retained, compare', async () => {
    expect((await call('types', { path: FINAL, filter: '^Session$' })).rows).toEqual([
      expect.objectContaining({ type: 'Session', count: 210 }),
    ]);
    const found = await call('find', { path: FINAL, query: 'class = Session', limit: 2 });
    expect(found.rows).toHaveLength(2);
    expect(found.text).toContain('208 more');
    const id = `@${String(found.rows[0]!.id)}`;
    const why = await call('why', { path: FINAL, target: id });
    expect(why.text).toContain('(variable sessions of /srv/express-leak/server.cjs)');
    const object = await call('object', { path: FINAL, id });
    expect(object.rows[0]).toMatchObject({ type: 'Session', location: '/srv/express-leak/server.cjs:7:14' });
    const retained = await call('retained', { path: FINAL, target: 'Session' });
    expect(retained.text).toContain('210 objects retain 849 with 29,064 bytes');
    const compared = await call('compare', { paths: FILES });
    expect(compared.rows[0]).toMatchObject({ verdict: 'leak', id: 79605 });
    const classes = await call('compare', { paths: FILES, view: 'classes', filter: '^Session$' });
    expect(classes.rows).toEqual([expect.objectContaining({ type: 'Session', newCount: 150 })]);
  });

  test('never a silent zero: near names, and what was looked at', async () => {
    for (const [name, given] of [
      ['find', { query: 'Sesion' }],
      ['why', { target: 'Sesion' }],
      ['retained', { target: 'Sesion' }],
      ['types', { filter: 'Sesion' }],
    ] as const) {
      const { text, structured } = await call(name, { path: FINAL, ...given });
      expect([name, text]).toEqual([name, expect.stringContaining('did you mean "Session"?')]);
      expect(structured?.found).toBe(false);
    }
    expect((await call('object', { path: FINAL, id: '@4000000001' })).text).toContain(
      'no object @4000000001',
    );
  });
});

describe('answers', () => {
  test('have 4 kB at most; cursors give all of a long one, once', async () => {
    const given = { path: FINAL, query: 'type = object', limit: 200 };
    const pages: Answer[] = [];
    let cursor: unknown;
    do {
      const page = await call('find', { ...given, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.bytes).toBeLessThanOrEqual(4096);
      pages.push(page);
      cursor = page.structured?.cursor;
    } while (cursor !== undefined && pages.length < 50);
    const rows = pages.flatMap((page) => page.rows.map(({ id }) => id));
    expect(rows).toHaveLength(200);
    expect(new Set(rows).size).toBe(200);
    const ids = pages.flatMap(({ text }) => text.match(/^@\d+/gm) ?? []);
    expect(ids.map((id) => Number(id.slice(1)))).toEqual(rows);
    const wrong = await call('find', { ...given, limit: 20, cursor: pages[0]!.structured!.cursor });
    expect([wrong.isError, wrong.text]).toEqual([true, expect.stringContaining('another question')]);
  });

  test('a snapshot that was written anew is told, and read anew', async () => {
    const file = path.join(root, 'changing.heapsnapshot.gz');
    copyFileSync(expressPath('final'), file);
    const asked = { path: 'changing.heapsnapshot.gz', filter: '^(Session|OBJ)$' };
    expect((await call('types', asked)).rows).toEqual([expect.objectContaining({ type: 'Session' })]);
    copyFileSync(fixturePath('node26-after'), file);
    utimesSync(file, 1e9, 1e9);
    const { rows, text } = await call('types', asked);
    expect(rows).toEqual([expect.objectContaining({ type: 'OBJ', count: 100 })]);
    expect(text).toContain('changing.heapsnapshot.gz was written anew since the last answer');
    expect((await call('types', asked)).text).not.toContain('written anew');
  });
});

/** What a tool takes when it is asked well. */
const GOOD: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  overview: { path: FINAL },
  suspects: { paths: [FINAL] },
  types: { path: FINAL },
  find: { path: FINAL, query: 'Session' },
  why: { path: FINAL, target: 'Session' },
  object: { path: FINAL, id: '@1' },
  retained: { path: FINAL, target: 'Session' },
  compare: { paths: [FINAL, FINAL] },
};

const FILE_ATTACKS = [
  '../outside.heapsnapshot',
  '/etc/passwd',
  'link.heapsnapshot',
  'up/outside.heapsnapshot',
  'below',
  'notes.txt',
  'empty.heapsnapshot',
  'cut.heapsnapshot.gz',
  'gone.heapsnapshot',
  'final.heapsnapshot.gz\0.txt',
  '',
  'x'.repeat(4000),
  'x'.repeat(100_000),
  '-',
] as const;

describe.each(TOOLS.map(({ name }) => name))('%s, asked badly', (name) => {
  const good = GOOD[name]!;
  const key = 'paths' in good ? 'paths' : 'path';

  test('files that it may not read, and what is none', async () => {
    for (const file of FILE_ATTACKS) {
      const given = { ...good, [key]: key === 'paths' ? [file, file] : file };
      const { isError, text, bytes } = await call(name, given);
      expect([file.slice(0, 40), isError]).toEqual([file.slice(0, 40), true]);
      expect(text).not.toContain('root:x:');
      expect(text).not.toContain('bug');
      expect(bytes).toBeLessThanOrEqual(4096);
    }
  });

  test('wrong types, what is missing, what it does not know', async () => {
    const bad: unknown[] = [
      { ...good, [key]: 4 },
      { ...good, [key]: null },
      { ...good, [key]: { file: FINAL } },
      { ...good, [key]: key === 'paths' ? FINAL : [FINAL] },
      { ...good, nosuch: true },
      { ...good, limit: -1 },
      { ...good, limit: 1e12 },
      { ...good, limit: 'many' },
      { ...good, cursor: 7 },
      { ...good, cursor: '../../etc/passwd' },
      { ...good, cursor: 'AAAAAAAA.1.1' },
      { ...good, __proto__: null, constructor: 'x' },
      ...Object.keys(good)
        .filter((one) => name !== 'overview' && one in good)
        .map((one) => Object.fromEntries(Object.entries(good).filter(([other]) => other !== one))),
    ];
    for (const given of bad) {
      const { isError, bytes } = await call(name, given as Readonly<Record<string, unknown>>);
      expect([JSON.stringify(given), isError]).toEqual([JSON.stringify(given), true]);
      expect(bytes).toBeLessThanOrEqual(4096);
    }
  });

  test('is there afterwards', async () => {
    expect((await call(name, name === 'compare' ? { paths: FILES } : good)).isError).toBe(false);
  });
});

describe('hostile words', () => {
  test.each([
    ['find', { query: 'set("/etc/passwd")' }, /not read by this server/],
    ['find', { query: 'class = ' }, /at the end/],
    ['find', { query: '(('.repeat(1000) }, /./],
    ['find', { query: 'x'.repeat(5000) }, /must NOT have more than/],
    ['find', { query: 'a\u202eb\0\u001b[31m' }, /./],
    ['types', { filter: '(' }, /regular expression/],
    ['types', { filter: 'x'.repeat(501) }, /must NOT have more than/],
    ['why', { target: '/(/' }, /./],
    ['why', { target: '@99999999999999999999' }, /./],
    ['why', { target: 'Session', to: '/(/' }, /./],
    ['object', { id: 'Session' }, /must match pattern/],
    ['object', { id: '@-1' }, /must match pattern/],
    ['retained', { target: '\u0000' }, /./],
  ] as const)('%s %j', async (name, given, message) => {
    const { text, bytes, structured, isError } = await call(name, { path: FINAL, ...given });
    expect(text).toMatch(message);
    expect(text).not.toMatch(/[\0\u001b\u202e]|this is a bug/);
    expect(isError || structured?.found === false).toBe(true);
    expect(bytes).toBeLessThanOrEqual(4096);
  });
});
