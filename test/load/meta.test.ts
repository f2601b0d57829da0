import { describe, expect, it } from 'vitest';
import { EDGE_TYPES, NODE_TYPES } from '../../src/graph/schema.js';
import { type Layout, layoutOf } from '../../src/load/meta.js';
import { parsed } from './compare.js';
import { expectReadable, failureOf, smallText } from './inputs.js';

type Head = Record<string, unknown>;

/** The head of a small snapshot, with members replaced (or removed: undefined). */
function head(changes: Head = {}, metaChanges: Head = {}): string {
  const { snapshot } = parsed(smallText());
  return JSON.stringify({ ...snapshot, meta: { ...snapshot.meta, ...metaChanges }, ...changes });
}

function read(text: string): Layout {
  return layoutOf(text, 'app.heapsnapshot', 12);
}

async function refused(
  text: string,
): Promise<{ code: string; message: string; expected?: string; found?: string }> {
  const error = await failureOf((async () => read(text))());
  expectReadable(error, 'app.heapsnapshot');
  expect(error).toMatchObject({ section: 'snapshot', offset: 12 });
  return error;
}

describe('layoutOf', () => {
  it('says where each column stands', () => {
    expect(read(head())).toMatchObject({
      nodeCount: 5,
      edgeCount: 6,
      root: 0,
      extraNativeBytes: 0,
      traceFunctionCount: 0,
      nodes: {
        count: 6,
        type: 0,
        name: 1,
        id: 2,
        selfSize: 3,
        edgeCount: 4,
        traceNodeId: -1,
        detachedness: 5,
      },
      edges: { count: 3, type: 0, nameOrIndex: 1, target: 2 },
      locations: { count: 4, object: 0, scriptId: 1, line: 2, column: 3 },
    });
  });

  it("maps the file's type numbers to ours, and gives unknown types the next numbers", () => {
    const nodeTypes = ['object', 'new', 'hidden', 'newer', 'new'];
    const layout = read(head({}, { node_types: [nodeTypes], edge_types: [['weak', 'soft', 'context']] }));
    expect([...layout.nodeTypeOf]).toEqual([3, 15, 0, 16, 15]);
    expect(layout.nodeTypeNames).toEqual([...NODE_TYPES, 'new', 'newer']);
    expect([...layout.edgeTypeOf]).toEqual([6, 7, 0]);
    expect(layout.edgeTypeNames).toEqual([...EDGE_TYPES, 'soft']);
  });

  it('takes the location fields of Chromium 156, and does without what it cannot use', () => {
    const fields = ['object_index', 'script_id', 'script_object_index', 'line', 'column'];
    expect(read(head({}, { location_fields: fields })).locations).toEqual({
      count: 5,
      object: 0,
      scriptId: 1,
      line: 3,
      column: 4,
    });
    expect(read(head({}, { location_fields: ['object_index', 'script_id'] })).locations).toBeUndefined();
    expect(read(head({}, { location_fields: undefined })).locations).toBeUndefined();
  });

  it('takes type names that are names of Object.prototype', () => {
    const layout = read(head({}, { node_types: [['constructor', '__proto__', 'object']] }));
    expect([...layout.nodeTypeOf]).toEqual([15, 16, 3]);
  });

  it('takes counts up to 2,147,483,646', async () => {
    expect(read(head({ node_count: 2_147_483_646 })).nodeCount).toBe(2_147_483_646);
    for (const key of ['node_count', 'edge_count']) {
      for (const count of [2_147_483_647, 2 ** 32, 1e15, 1e300]) {
        const error = await refused(head({ [key]: count }));
        expect(error).toMatchObject({ code: 'too-large', expected: 'at most 2,147,483,646' });
        expect(error.message).toContain(`"${key}" is too large`);
      }
    }
  });

  it('says what memory too large a count would take', async () => {
    expect((await refused(head({ edge_count: 5e9 }))).found).toBe(
      '5,000,000,000, which would take 45.0 GB of memory',
    );
    expect((await refused(head({ node_count: 5e9 }))).found).toBe(
      '5,000,000,000, which would take 85.0 GB of memory',
    );
    expect((await refused(head({ edge_count: 1e300 }))).found).not.toContain('memory');
  });

  it.each([
    ['node_count', undefined],
    ['node_count', -1],
    ['node_count', 1.5],
    ['node_count', '5'],
    ['node_count', null],
    ['node_count', []],
    ['edge_count', undefined],
    ['edge_count', {}],
    ['edge_count', false],
    ['root_index', -6],
    ['root_index', '0'],
    ['extra_native_bytes', 0.5],
    ['extra_native_bytes', 'many'],
    ['trace_function_count', -1],
  ])('refuses %s: %j', async (key, value) => {
    const error = await refused(head({ [key]: value }));
    expect(error).toMatchObject({ code: 'malformed', expected: 'a whole number' });
    expect(error.message).toContain(`"${key}" is wrong`);
  });

  it.each([1, 5, 7, 30, 36, 1e9])(
    'refuses root_index %d: it is not one of 5 nodes of 6 fields',
    async (root) => {
      const error = await refused(head({ root_index: root }));
      expect(error).toMatchObject({ code: 'malformed', found: String(root) });
      expect(error.message).toContain('"root_index" is wrong');
    },
  );

  it.each([
    ['node_fields', undefined],
    ['node_fields', 'type,name'],
    ['node_fields', []],
    ['node_fields', [1, 2, 3]],
    ['node_fields', ['type', 'name', 'id', 'self_size']],
    ['node_fields', { length: 5 }],
    ['edge_fields', undefined],
    ['edge_fields', ['type', 'name_or_index']],
    ['edge_fields', [['type', 'name_or_index', 'to_node']]],
    ['node_types', undefined],
    ['node_types', []],
    ['node_types', ['object']],
    ['node_types', [[1, 2]]],
    ['node_types', [[]]],
    ['node_types', [Array.from({ length: 201 }, (_, i) => `t${i}`)]],
    ['edge_types', undefined],
    ['edge_types', [null]],
    ['edge_types', { 0: ['weak'] }],
  ])('refuses %s: %j', async (key, value) => {
    const error = await refused(head({}, { [key]: value }));
    expect(error.code).toBe('malformed');
    expect(error.message).toContain(`"${key}" is wrong`);
    expect(error.found?.length).toBeLessThanOrEqual(100);
  });

  it.each([undefined, null, 1, 'x', [], [1], true])('refuses meta: %j', async (meta) => {
    const error = await refused(head({ meta }));
    expect(error.code).toBe('malformed');
    expect(error.message).toContain('"meta" is wrong');
  });

  it.each(['', '{', '{"meta":{}', 'null', '1', '[]', '"x"', '{"meta":{},}'])(
    'refuses the text %j',
    async (text) => {
      expect((await refused(text)).code).toBe('malformed');
    },
  );

  it('refuses arrays nested 100,000 deep without running out of stack', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect((await refused(`{"meta":${deep}}`)).code).toBe('malformed');
    expect(
      (await refused(head({ node_count: 0 }).replace('"node_count":0', `"node_count":${deep}`))).code,
    ).toBe('malformed');
  });

  it('shows no control characters of the file', async () => {
    const error = await refused(head({ node_count: '\u001b]0;title\u0007\u009b31m\u202e\n' }));
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});
