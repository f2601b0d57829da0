import { describe, expect, test } from 'vitest';
import { CLASS_PIECE, EDGE_PIECE, LIMITS, PathTable } from '../../../src/analysis/holders/path-table.js';

const step = (table: PathTable, from: number, edge: string, type: string, isContainer = false): number =>
  table.object(table.longer(from, table.piece(edge), EDGE_PIECE), table.piece(type), isContainer);

describe('PathTable', () => {
  test('equal paths have one number', () => {
    const table = new PathTable();
    const root = { kind: 'global', words: 'the global object' } as const;
    const begin = table.start('global', root);
    const path = step(table, begin, '.cache', 'Session');
    expect(step(table, table.start('global', undefined), '.cache', 'Session')).toBe(path);
    expect(table.text(path)).toBe('global .cache → Session');
    expect(table.rootOf(path)).toBe(root);
    expect(table.count).toBe(3);
  });

  test('a piece is an edge or a class: the same text as the other is another path', () => {
    const table = new PathTable();
    const begin = table.start('a', undefined);
    const piece = table.piece('x');
    const [edge, type] = [table.longer(begin, piece, EDGE_PIECE), table.longer(begin, piece, CLASS_PIECE)];
    expect([table.text(edge), table.text(type)]).toEqual(['a x', 'a → x']);
  });

  test('a class that the path has passed stands for the object', () => {
    const table = new PathTable();
    const first = step(table, table.start('list', undefined), '.head', 'Node');
    expect(step(table, first, '.next', 'Node')).toBe(first);
  });

  test('a container does so from the third of the same reference on', () => {
    const table = new PathTable();
    const path = [step(table, table.start('tree', undefined), '.root', 'Object', true)];
    for (let i = 0; i < 4; i++) path.push(step(table, path.at(-1)!, '.left', 'Object', true));
    expect(path.map((one) => table.text(one))).toEqual([
      'tree .root → Object',
      'tree .root → Object .left → Object',
      'tree .root → Object .left → Object .left → Object',
      'tree .root → Object .left → Object .left → Object',
      'tree .root → Object .left → Object .left → Object',
    ]);
  });

  test('steps, paths and pieces beyond the bounds', () => {
    const short = new PathTable({ ...LIMITS, steps: 2 });
    let path = short.start('a', undefined);
    for (const type of ['B', 'C', 'D', 'E']) path = step(short, path, `.${type}`, type);
    expect(short.text(path)).toBe('a .B → B .C → C');

    const few = new PathTable({ ...LIMITS, paths: 2 });
    const begin = few.start('a', undefined);
    const full = few.longer(begin, few.piece('.b'), EDGE_PIECE);
    expect(few.longer(full, few.piece('.c'), EDGE_PIECE)).toBe(full);
    expect(few.longer(begin, few.piece('.b'), EDGE_PIECE)).toBe(full);

    const wordless = new PathTable({ ...LIMITS, pieces: 2 });
    const one = step(wordless, wordless.start('a', undefined), '.b', 'C');
    expect(wordless.text(one)).toBe('a .b → …');
  });

  test('what the index has no room for is the same path to read', () => {
    const table = new PathTable({ ...LIMITS, known: 0 });
    const begin = table.start('a', undefined);
    const [one, other] = [step(table, begin, '.b', 'C'), step(table, begin, '.b', 'C')];
    expect(table.text(one)).toBe(table.text(other));
  });

  test('bounds with which two paths could have one key are refused', () => {
    expect(() => new PathTable({ ...LIMITS, pieces: 2 ** 24 })).toThrow(RangeError);
    expect(() => new PathTable({ ...LIMITS, paths: 2 ** 28 + 1 })).toThrow(RangeError);
    // The largest key of the largest table is a whole number that is held exactly.
    expect(((2 ** 28 - 1) * 2 ** 24 + (2 ** 24 - 1)) * 2 + 1).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  });
});
