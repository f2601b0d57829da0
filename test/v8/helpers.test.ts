import { expect, test } from 'vitest';
import { isHelper, isMachinery } from '../../src/v8/helpers.js';
import { isContext, isInternalObject } from '../../src/v8/names.js';
import { graphOf, type NodeSpec } from '../support/builder.js';

/** A node, and what it is: a helper, machinery, an object of V8's own, a scope. */
const NODES: readonly (readonly [
  string,
  NodeSpec,
  'helper' | 'machinery' | 'object' | 'scope' | undefined,
])[] = [
  ['items of an array', { type: 'array', name: '(object elements)' }, 'helper'],
  ['a cell', { type: 'hidden', name: 'system / PropertyCell' }, 'helper'],
  ['a cell of a page', { type: 'native', name: 'system / PropertyCell' }, 'helper'],
  ['bytes', { type: 'hidden', name: 'system / JSArrayBufferData' }, 'helper'],
  ['hidden, with a name of another kind', { type: 'hidden', name: 'v8::internal' }, 'helper'],
  ['a Proxy', { type: 'hidden', name: 'system / JSProxy' }, 'object'],
  ['a Proxy in a page', { type: 'native', name: 'system / JSProxy' }, 'object'],
  ['code', { type: 'code', name: 'system / BytecodeArray' }, 'machinery'],
  ['a shape', { type: 'object shape', name: 'system / Map' }, 'machinery'],
  ['a shape of older versions', { type: 'hidden', name: 'system / Map' }, 'machinery'],
  ['a scope', { type: 'object', name: 'system / Context' }, 'scope'],
  ['a native object', { type: 'native', name: 'Window' }, undefined],
  ['an object of the program', { type: 'object', name: 'Map' }, undefined],
  ['one that is called like a cell', { type: 'object', name: 'system / PropertyCell' }, undefined],
  ['a text that is', { type: 'string', name: 'system / JSProxy' }, undefined],
];

test.each(NODES)('%s', async (name, spec, wanted) => {
  const graph = await graphOf({ root: [name], [name]: spec });
  const [, node] = graph.ids.keys();
  const answers = {
    helper: isHelper(graph)(node!),
    machinery: isMachinery(graph)(node!),
    object: isInternalObject(graph)(node!),
    scope: isContext(graph)(node!),
  };
  expect(Object.entries(answers).flatMap(([what, is]) => (is ? [what] : []))).toEqual(wanted ? [wanted] : []);
});
