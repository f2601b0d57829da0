/** Scopes of a text: which variables inner functions use, and where V8 says that functions begin. */
import { parse } from 'acorn';
import { describe, expect, test } from 'vitest';
import {
  type SourceScope,
  type SourceScopes,
  sourceScopes,
} from '../../../src/analysis/closures/source-scopes.js';

function scopesOf(text: string, sourceType: 'script' | 'module' = 'script'): SourceScopes {
  const options = { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true } as const;
  return sourceScopes(text, parse(text, options));
}

/** The captured variables around a function, from the inside outwards: `a,b | c`. */
function around(text: string, label: string, sourceType?: 'script' | 'module'): string {
  const { literals } = scopesOf(text, sourceType);
  const literal = literals.find((one) => one.label === label)!;
  const names: string[] = [];
  for (let { scope }: { scope: SourceScope | undefined } = literal; scope; scope = scope.outer)
    names.push(`${scope.dynamic ? '!' : ''}${scope.variables.map(({ name }) => name).join()}`);
  return names.join(' | ');
}

describe('captured variables', () => {
  test.each([
    ['by an inner function', 'function f(a, b) { let c; const g = () => a + c; }', 'g', 'a,c'],
    ['of the functions around', 'function f(a) { return (b) => { const g = () => a + b; } }', 'g', 'b | a'],
    ['not what the function itself uses', 'function f(a) { a(); const g = () => 1; }', 'g', ''],
    ['shadowed names', 'function f(a) { { let a; const g = () => a; } }', 'g', 'a'],
    ['var of a block', 'function f() { { var a; let b; const g = () => [a, b]; } }', 'g', 'b | a'],
    ['a loop', 'function f() { for (let i of x) { let j; const g = () => [i, j]; } }', 'g', 'j | i'],
    [
      'what was caught, whoever uses it',
      'function f() { try {} catch (e) { const g = () => 1; } }',
      'g',
      'e',
    ],
    ['patterns', 'function f({ a, b: [c = 1, ...d] }) { const g = () => [a, c, d, b]; }', 'g', 'a,c,d'],
    ['a body behind defaults', 'function f(a = 1) { let b; const g = () => [a, b]; }', 'g', 'b | a'],
    ['a class name, in the class', 'function f() { class A { m() { const g = () => A; } } }', 'g', 'A'],
    ['this of a function', 'function f() { const g = () => this; }', 'g', 'this'],
    ['arguments', 'function f() { const g = () => arguments; }', 'g', 'arguments'],
    ['super needs this', 'class B extends A { m() { const g = () => super.m(); } }', 'g', 'this'],
    ['this of fields', 'function f(a) { class B { x = a; g = () => this.x; } }', 'g', 'this | a'],
    ['a static block', 'function f(a) { class B { static { const g = () => a; } } }', 'g', 'a'],
    ['a named function expression', 'function f() { (function h() { const g = () => h; }); }', 'g', 'h'],
    ['a function of a block', 'function f() { { function h() {} const g = () => h; } }', 'g', 'h'],
    [
      'labels, keys and properties are no names',
      'function f(a) { a: for (;;) { const g = () => ({ a: x.a }); break a; } }',
      'g',
      '',
    ],
    ['shorthand is', 'function f(a) { const g = () => ({ a }); }', 'g', 'a'],
    ['of a CommonJS module', 'const a = require("x"); const g = () => [a, module];', 'g', 'module,a'],
    ['eval', 'function f(a) { const g = () => a; eval(x); }', 'g', '!a | !'],
    [
      'an indirect eval is a function as others',
      'function f(a) { const g = () => a; (0, eval)(x); }',
      'g',
      'a',
    ],
    ['with', 'function f(a) { with (a) { const g = () => b; } }', 'g', '! | !'],
  ])('%s', (_, text, label, expected) => {
    expect(around(text, label)).toBe(expected);
  });

  test('imports and exports are in cells, and not in a context', () => {
    const text =
      'import a from "a"; export const b = 1; const c = 1; export { d }; let d; const g = () => [a, b, c, d];';
    expect(around(text, 'g', 'module')).toBe('c');
  });

  test('uses are those of the functions that have the name in their own code', () => {
    const { literals } = scopesOf('function f(a) { const g = () => () => a; const h = () => 1; return a; }');
    const { scope } = literals.find(({ label }) => label === 'g')!;
    expect(scope!.variables).toEqual([{ name: 'a', uses: [1, 3] }]);
    expect(literals.map(({ label, number, last }) => [label, number, last])).toEqual([
      ['', 0, 4],
      ['f', 1, 4],
      ['g', 2, 3],
      ['', 3, 3],
      ['h', 4, 4],
    ]);
  });
});

test('places are those of V8', () => {
  const text = [
    'function /* ( */ f (a) {}', // the bracket
    'const g = async x => x;', // the beginning
    'class A { constructor ( ) {} m() {} y = 1; }', // the class, its body, its field, brackets
  ].join('\r\n');
  const scopes = scopesOf(text);
  const at = (line: number, column: number) => scopes.literalAt(line, column)?.label;
  expect([at(0, 19), at(1, 10), at(2, 0), at(2, 8), at(2, 36), at(2, 22), at(2, 30)]).toEqual([
    'f',
    'g',
    'A',
    'A',
    'A',
    'constructor',
    'm',
  ]);
  expect(at(0, 18)).toBeUndefined();
  expect(at(9, 0)).toBeUndefined();
  expect(scopes.lineOf(scopes.literalAt(1, 10)!)).toBe(2);
});
