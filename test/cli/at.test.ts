/** Each test is named by its command line. F stands for a fixture. */
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { jsonAnswer } from '../support/json-answer.js';

const F = fixturePath('node26-after');

describe('at', () => {
  test('at @104609 F --limit 2', async () => {
    const { stdout, code } = await heapgraph(['at', '@104609', F, '--limit', '2']);
    expect(stdout).toBe(
      [
        '@104609 Array',
        '  Id             @104609',
        '  Type           Array',
        '  Node type      object',
        '  Value          [100 items]',
        '  Shallow size   1,168',
        '  Retained size  4,496',
        '  Distance       4',
        '  Edges          103',
        '  Location       −',
        '  Retainers      2',
        '',
        '  Retainers (2 edges)',
        '    Type              Edge     Name    Count  Id     Value',
        '    system / Context  context  _cache      1  @7313  {OBJ, _cache, handlers}',
        '    and 1 more',
        '',
        '  Edges (103)',
        '    Edge     Name  Id       Type  Value  Shallow size',
        '    element  0     @119045  OBJ   {}               32',
        '    element  1     @119047  OBJ   {}               32',
        '    and 101 more',
        '',
        '  Dominators (3, nearest first)',
        '    Id      Type              Value                                     Retained size',
        '    @68495  global (global*)  {cons, escape, performance, get perform…      1,193,870',
        '    @7169   (system)          system / NativeContext                        6,844,545',
        '    @1      (synthetic)                                                     7,239,793',
        '',
        '  Dominates (102)',
        '    Id       Type            Value         Retained size',
        '    @118857  (object shape)  system / Map            128',
        '    and 101 more',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test("at @104609 F --raw: V8's own size", async () => {
    const { rows } = await jsonAnswer('at', '@104609', F, '--raw');
    expect(rows[0]).toMatchObject({ shallowSize: 32, retainedSize: 4496 });
  });

  test('at @104609 F --all --json: edges named', async () => {
    const { rows } = await jsonAnswer('at', '@104609', F, '--all');
    const references = rows[0]?.references as Record<string, unknown>[];
    expect(references).toHaveLength(103);
    expect(references[99]).toMatchObject({ edgeType: 'element', edgeName: 99, type: 'OBJ' });
    expect(references.at(-1)).toMatchObject({ edgeType: 'internal', edgeName: 'map' });
  });

  test('at @104609 @4294967295 F: the one that is there, exit code 1', async () => {
    const { stdout, stderr, code } = await heapgraph(['at', '@104609', '@4294967295', F]);
    expect(stdout).toContain('@104609 Array');
    expect(stderr).toContain('no object @4294967295');
    expect(code).toBe(1);
  });

  test.each(['foo', '@', '@-1', '@9007199254740992', '1e3'])('at %s F: not an id', async (id) => {
    const { stdout, stderr, code } = await heapgraph(['at', id, F]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('is not an object id');
  });
});
