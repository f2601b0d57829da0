import { Graphviz } from '@hpcc-js/wasm-graphviz';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import type { Subgraph, SubgraphEdge, SubgraphNode } from '../../src/base/subgraph.js';
import { type DotOptions, renderDot } from '../../src/render/dot.js';

const graphviz = await Graphviz.load();

function node(id: number, fields: Partial<SubgraphNode> = {}): SubgraphNode {
  return {
    id,
    type: 'Thing',
    nodeType: 'object',
    name: '{a}',
    shallowSize: 1234,
    retainers: 2,
    depth: 1,
    asked: false,
    highlighted: false,
    root: false,
    finalizer: false,
    location: null,
    ...fields,
  };
}

function edge(from: number, to: number, fields: Partial<SubgraphEdge> = {}): SubgraphEdge {
  return { from, to, type: 'property', name: 'p', count: 1, ...fields };
}

function subgraph(
  nodes: readonly SubgraphNode[],
  edges: readonly SubgraphEdge[] = [],
  fields: Partial<Subgraph> = {},
): Subgraph {
  return { kind: 'subgraph', direction: 'back', maxDepth: 4, nodes, edges, cut: [], ...fields };
}

interface Drawn {
  readonly name: string;
  readonly objects?: readonly (Readonly<Record<string, string>> & { readonly _gvid: number })[];
  readonly edges?: readonly (Readonly<Record<string, string>> & {
    readonly tail: number;
    readonly head: number;
  })[];
}

/** What Graphviz itself reads out of the text. */
function parsed(graph: Subgraph, options?: DotOptions): Drawn {
  return JSON.parse(graphviz.dot(renderDot(graph, options), 'dot_json')) as Drawn;
}

/** The lines that Graphviz writes into the picture. */
function texts(graph: Subgraph, options?: DotOptions): string[] {
  const svg = graphviz.dot(renderDot(graph, options), 'svg');
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text!
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
      .replaceAll('\u00a0', ' '),
  );
}

describe('what is drawn', () => {
  test('nodes are o<id>, and edges run from the referrer to the referent', () => {
    const { name, objects = [], edges = [] } = parsed(subgraph([node(7), node(9)], [edge(9, 7)]));
    expect(name).toBe('ObjectGraph');
    expect(objects.map((object) => object.name)).toEqual(['o7', 'o9']);
    expect(edges.map(({ tail, head }) => [objects[tail]!.name, objects[head]!.name])).toEqual([['o9', 'o7']]);
  });

  test('an empty picture', () => {
    expect(parsed(subgraph([]))).not.toHaveProperty('objects');
  });

  test('the whole text of a small one', () => {
    expect(
      renderDot(subgraph([node(7, { asked: true, depth: 0 }), node(9)], [edge(9, 7)])),
    ).toMatchInlineSnapshot(`
      "digraph "ObjectGraph" {
        edge [
          fontname = "DejaVu Sans";
          fontsize = 10;
        ];
        node [
          shape = "box";
          style = "filled";
          fillcolor = "white";
          fontname = "DejaVu Sans";
          fontsize = 12;
        ];
        "o7" [
          label = "Thing\\n{a}";
          fillcolor = "0,0,1";
          fontcolor = "red";
          tooltip = "@7 Thing\\n1,234 bytes (self)\\n2 references to it";
        ];
        "o9" [
          label = "Thing\\n{a}";
          fillcolor = "0,0,0.825";
          tooltip = "@9 Thing\\n1,234 bytes (self)\\n2 references to it";
        ];
        "o9" -> "o7" [
          label = " p";
          weight = 2;
          tooltip = "p (property)";
        ];
      }
      "
    `);
  });

  test.each<[string, SubgraphNode, string, string | undefined]>([
    ['asked for: white, the text red', node(1, { depth: 0, asked: true }), '0,0,1', 'red'],
    ['on the way', node(1, { depth: 2 }), '0,0,0.65', undefined],
    ['far away: dark, the text white', node(1, { depth: 4 }), '0,0,0.3', 'white'],
    ['beyond the end', node(1, { depth: 9 }), '0,0,0.3', 'white'],
    ['a root: green', node(1, { depth: 2, root: true }), '0.3,1,0.65', undefined],
    ['a far root: dark green', node(1, { depth: 4, root: true }), '0.3,1,0.3', 'white'],
    ['highlighted: blue', node(1, { depth: 2, highlighted: true }), '0.6,0.6,0.825', undefined],
    ['a highlighted root', node(1, { depth: 4, root: true, highlighted: true }), '0.6,0.6,0.65', undefined],
  ])('%s', (_, drawn, fill, font) => {
    const [object] = parsed(subgraph([drawn])).objects!;
    expect(object).toMatchObject({ fillcolor: fill, ...(font ? { fontcolor: font } : {}) });
    if (font === undefined) expect(object).not.toHaveProperty('fontcolor');
  });

  test('a picture without depth is white', () => {
    expect(parsed(subgraph([node(1, { depth: 0 })], [], { maxDepth: 0 })).objects![0]!.fillcolor).toBe(
      '0,0,1',
    );
  });

  test('lines: words for a root, type, value, further lines', () => {
    const drawn = node(1, { rootName: 'module scope', root: true, name: '"x"', extra: 'a\nb' });
    expect(texts(subgraph([drawn]))).toEqual(['module scope', 'Thing', '"x"', 'a', 'b']);
    expect(texts(subgraph([drawn]), { extraInfo: ({ id }) => `id ${id}` })).toEqual([
      'module scope',
      'Thing',
      '"x"',
      'id 1',
    ]);
    expect(texts(subgraph([node(1, { name: '{}' })]))).toEqual(['Thing']);
  });

  test("several in a box, references, the constructor's file", () => {
    const location = { script: '/app/a.js', scriptId: 3, line: 1, column: 2 };
    const drawn = subgraph([node(1, { merged: 1200, location, name: '' })]);
    expect(texts(drawn)).toEqual(['1,200 × Thing']);
    expect(texts(drawn, { refcounts: true, shortnames: false })).toEqual(['1,200 × Thing [2] (/app/a.js)']);
    expect(parsed(drawn).objects![0]!.peripheries).toBe('2');
  });

  test.each<[string, Partial<SubgraphEdge>, string | undefined, string]>([
    ['property', {}, ' p', '2'],
    ['variable', { type: 'context', name: '_cache' }, ' _cache', '2'],
    ['item', { type: 'element', name: 3 }, ' [3]', '2'],
    ['items', { type: 'element', name: '0…99', count: 100 }, ' [0…99]', '2'],
    ['entry', { type: 'entry', name: '.get("id7")' }, ' .get("id7")', '2'],
    ['several', { name: 'next', count: 5 }, ' next ×5', '2'],
    ['internal', { type: 'internal', name: 'context' }, ' context', '10'],
    ['numbered by V8', { type: 'internal', name: '41' }, undefined, '10'],
    ['hidden', { type: 'hidden', name: 3 }, undefined, '10'],
    ['weak', { type: 'weak', name: 'target' }, ' target', '10'],
  ])('an edge: %s', (_, fields, label, weight) => {
    const [drawn] = parsed(subgraph([node(1), node(2, { depth: 2 })], [edge(2, 1, fields)])).edges!;
    expect(drawn!.label?.replaceAll('\\"', '"')).toBe(label);
    expect(drawn!.weight).toBe(weight);
  });

  test('a reference back to the holder does not lift the held above it', () => {
    const nodes = [node(1, { depth: 0 }), node(2, { depth: 1 })];
    const edges = [edge(2, 1), edge(1, 2)];
    const constraints = (direction: 'back' | 'forward'): (string | undefined)[] =>
      parsed(subgraph(nodes, edges, { direction })).edges!.map((drawn) => drawn.constraint);
    expect(constraints('back')).toEqual([undefined, 'false']);
    expect(constraints('forward')).toEqual(['false', undefined]);
  });

  test('what was left out, on the side where it is', () => {
    const at = [node(5)];
    const cut = { at: 5, count: 1234, depth: 2 };
    const back = parsed(subgraph(at, [], { cut: [{ ...cut, direction: 'back' }] }));
    expect(back.objects![1]).toMatchObject({
      name: 'too_many_o5',
      label: '1,234 more backreferences',
      color: 'red',
      fillcolor: '0,1,0.65',
    });
    expect(back.edges![0]).toMatchObject({ tail: 1, head: 0, style: 'dotted', color: 'red', weight: '10' });
    const forward = parsed(subgraph(at, [], { cut: [{ ...cut, count: 1, direction: 'forward' }] }));
    expect(forward.objects![1]!.label).toBe('1 more reference');
    expect(forward.edges![0]).toMatchObject({ tail: 0, head: 1 });
  });

  test('a finalizer', () => {
    const { objects, edges } = parsed(subgraph([node(5, { finalizer: true })]));
    expect(objects![1]).toMatchObject({ shape: 'doublecircle', color: 'red', fillcolor: '0,0.5,1' });
    expect(edges![0]).toMatchObject({ tail: 0, head: 1, style: 'dotted', color: 'red' });
  });

  test('highlight by id', () => {
    const drawn = parsed(subgraph([node(5), node(6)]), { highlight: [6] }).objects!;
    expect(drawn.map((object) => object.fillcolor)).toEqual(['0,0,0.825', '0.6,0.6,0.912']);
  });

  test('a legend of what occurs', () => {
    expect(texts(subgraph([]), { legend: true })).toEqual([]);
    expect(texts(subgraph([node(1, { root: true, depth: 0 })]), { legend: true })).toEqual([
      'arrows lead from the holder to the held',
      'Thing',
      '{a}',
      'root',
    ]);
  });
});

describe("attributes of one's own", () => {
  test('are given to all boxes', () => {
    const options = { nodeAttrs: { shape: 'ellipse', penwidth: '3', comment: 'a "b" \\' } };
    expect(parsed(subgraph([node(1)]), options).objects![0]).toMatchObject({
      shape: 'ellipse',
      penwidth: '3',
    });
  });

  test('have a name', () => {
    for (const name of ['', 'a b', 'x"]; y [', '1a']) {
      expect(() => renderDot(subgraph([node(1)]), { nodeAttrs: { [name]: '1' } })).toThrow(UsageError);
    }
  });
});

describe('text out of a snapshot', () => {
  test.each<[string, string, string]>([
    ['quotes', 'a"b\\"c"', 'a"b\\"c"'],
    ['a backslash at the end', 'a\\', 'a\\'],
    ['two backslashes before a quote', '\\\\"', '\\\\"'],
    ['line breaks', 'a\nb\r\nc', 'a\\nb\\r\\nc'],
    ['NUL', 'a\0b\u0000', 'a\\0b\\0'],
    ['escapes of Graphviz', '\\N \\G \\l \\n', '\\N \\G \\l \\n'],
    ['entities', '&amp; &#65; &', '&amp; &#65; &'],
    ['markup', '<b>bold</b>', '<b>bold</b>'],
    ['empty markup', '<>', '<>'],
    ['not ASCII', 'naïve ☃ 😀 日本', 'naïve ☃ 😀 日本'],
    ['half a surrogate pair', '\ud800x', '\\ud800x'],
    ['terminal escapes', '\x1b[31m', '\\x1b[31m'],
    ['a word of the language', 'digraph', 'digraph'],
    ['a comment', '//x /* # */', '//x /* # */'],
  ])('%s', (_, text, shown) => {
    const drawn = subgraph(
      [node(1, { type: text, name: text, extra: 'end' }), node(2)],
      [edge(2, 1, { name: text })],
    );
    const lines = texts(drawn);
    expect(lines).toContain('end');
    expect(lines.filter((line) => line === shown).length).toBeGreaterThanOrEqual(1);
    expect(lines.map((line) => line.trim()).filter((line) => line === shown).length).toBeGreaterThanOrEqual(
      2,
    );
  });

  test('ten thousand characters', () => {
    const long = 'x'.repeat(10_000);
    const graph = subgraph(
      [node(1, { type: long, name: long, extra: long }), node(2)],
      [edge(2, 1, { name: long })],
    );
    expect(Math.max(...texts(graph).map((line) => line.length))).toBe(80);
    expect(renderDot(graph).length).toBeLessThan(2500);
  });

  test('any text can be read back', { tags: 'slow' }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }), (a, b) => {
        const location = { script: b, scriptId: 1, line: 1, column: 1 };
        const graph = subgraph(
          [node(1, { type: a, name: b, extra: a, rootName: b, location }), node(2)],
          [edge(2, 1, { name: a })],
        );
        const { objects } = parsed(graph, { shortnames: false, nodeAttrs: { comment: b } });
        expect(objects!.map((object) => object.name)).toEqual(['o1', 'o2']);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('verdicts', () => {
  const judged = subgraph(
    [
      node(1, { verdict: 'alive', reason: 'a root' }),
      node(2, { verdict: 'unknown' }),
      node(3, { verdict: 'dead', reason: 'destroyed is true', extra: 'one of 20' }),
    ],
    [edge(1, 2), edge(2, 3, { name: 'cache', suspect: true })],
  );
  const dot = renderDot(judged);
  const boxes = (text: string): string => text.slice(text.indexOf('"o'));

  test('a box has the verdict in words, with whom to ask about', () => {
    expect(dot).toContain('\\nalive: a root  @1"');
    expect(dot).toContain('\\nunknown  @2"');
    expect(dot).toContain('\\ndead: destroyed is true  @3\\none of 20"');
  });

  test('a frame of its own for each, whatever the colours are', () => {
    const frames = [1, 2, 3].map((id) => {
      const from = dot.indexOf(`"o${id}" [`);
      const box = dot.slice(from, dot.indexOf('];', from));
      return [/shape = "(\w+)"/.exec(box)?.[1], /style = "([\w,]+)"/.exec(box)?.[1]];
    });
    expect(frames).toEqual([
      [undefined, undefined],
      [undefined, 'filled,dotted'],
      ['octagon', undefined],
    ]);
  });

  test('a suspect is bold and says so; others are not', () => {
    expect(dot).toContain('label = " cache\\n ~~~ suspect"');
    expect(dot.match(/style = "bold"/g)).toHaveLength(1);
  });

  test('the legend is always there, and has what occurs', () => {
    expect(dot).toContain('alive: in use');
    expect(dot).toContain('unknown: nothing says it');
    expect(dot).toContain('dead: finished, and still held');
    expect(dot).toContain('~~~ suspect: one of these references is at fault');
    const alive = renderDot(subgraph([node(1, { verdict: 'alive' })]));
    expect(alive).not.toContain('dead:');
    expect(alive).not.toContain('suspect');
    expect(boxes(renderDot(subgraph([node(1)])))).not.toContain('legend');
  });
});
