/** Names of classes by the places of their constructors, as V8 gives them. */
import { expect, test } from 'vitest';
import { constructorNames } from '../../src/io/constructor-names.js';

/** The names that are found, in the order of the text. */
function namesIn(text: string): string[] {
  return [...constructorNames(text)].map(([at, name]) => {
    expect(text.slice(0, at)).toMatch(/constructor["']?\s*$/);
    return /^[\w$]+/.exec(text.slice(name))![0];
  });
}

test.each([
  ['class b{constructor(e){this.a=e}}', ['b']],
  ['var b=class{x=1;constructor(){}},c=class d extends b{constructor(){super()}}', ['b', 'd']],
  ['exports.B=class extends(0,m.Base){m(){return{}}constructor(){super()}}', ['B']],
  ['class a extends class b{constructor(){}}{constructor(){super()}}', ['b', 'a']],
  ['class a extends f({x:1}){constructor(){super()}}', ['a']],
  ['class a{m(){class b{constructor(){}}}\n"constructor"(){}}', ['b', 'a']],
  ['class a{m(){return this.constructor(1)}static constructor(){}x=new constructor(2)}', []],
  ['var o={b:class{constructor(){}}}', ['b']],
  ['f(class{constructor(){}})', []],
  [`\`$\{class b{constructor(){}}}\`;var r=/class c{constructor(/;`, ['b']],
  ['o.class;class b{constructor(){}}', ['b']],
  ['class b{constructor(){}} "unterminated', ['b']],
])('%s', (text, names) => {
  expect(namesIn(text)).toEqual(names);
});
