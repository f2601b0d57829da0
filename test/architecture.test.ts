/** Who may know whom. A new folder or file of src has to find its place in this list. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part may import, besides itself. `type:` is for types only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  io: ['base'],
  graph: ['base'],
  load: ['graph', 'io', 'base'],
  v8: ['graph', 'base'],
  'analysis/sizes': ['v8', 'graph', 'base'],
  'analysis/classes': ['analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/holders': ['analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/expressions': ['analysis/holders', 'analysis/classes', 'v8', 'graph', 'base'],
  'analysis/pictures': [
    'analysis/expressions',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/partitions': [
    'analysis/growth',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/package-leaks': ['analysis/classes', 'v8', 'graph', 'base'],
  'analysis/patterns': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/stacks': ['analysis/patterns', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/cuts': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/garbage': ['analysis/holders', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/weak': [
    'analysis/garbage',
    'analysis/cuts',
    'analysis/holders',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/collections': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/strings': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/cycles': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/closures': ['analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/realms': ['analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/report': ['analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/packages': ['analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/accumulation': [
    'analysis/pictures',
    'analysis/expressions',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/growth': ['analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/leaks': [
    'analysis/dead',
    'analysis/growth',
    'analysis/expressions',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/slices': ['analysis/holders', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/fingerprint': ['v8', 'graph', 'base'],
  'analysis/waiting': ['analysis/holders', 'analysis/classes', 'analysis/sizes', 'v8', 'graph', 'base'],
  'analysis/suspects': [
    'analysis/waiting',
    'analysis/garbage',
    'analysis/leaks',
    'analysis/dead',
    'analysis/expressions',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/dead': [
    'analysis/garbage',
    'analysis/fingerprint',
    'analysis/expressions',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  'analysis/budgets': [
    'analysis/leaks',
    'analysis/growth',
    'analysis/holders',
    'analysis/classes',
    'analysis/sizes',
    'v8',
    'graph',
    'base',
  ],
  query: ['analysis', 'v8', 'graph', 'base'],
  session: ['load', 'io', 'analysis', 'v8', 'graph', 'base'],
  tables: ['load', 'io', 'analysis', 'v8', 'graph', 'base'],
  commands: ['tables', 'session', 'analysis', 'query', 'v8', 'graph', 'base'],
  render: ['base'],
  // Runs in a browser: what it has of the house is bundled into the page.
  page: ['base'],
  inspector: ['io', 'base'],
  cli: [
    'inspector',
    'commands',
    'render',
    'session',
    'load',
    'analysis',
    'query',
    'v8',
    'graph',
    'io',
    'base',
  ],
  self: ['load', 'analysis', 'v8', 'graph', 'io', 'base'],
  testing: ['self', 'analysis', 'query', 'v8', 'graph', 'render', 'base'],
  index: ['session', 'self', 'testing', 'load', 'analysis', 'query', 'v8', 'graph', 'base'],
};

/** Packages and Node.js modules, and the places that may import them. */
const EXTERNALS: readonly (readonly [RegExp, RegExp])[] = [
  // A fingerprint is a SHA-1: the same wherever it is computed.
  [/^node:crypto$/, /^(io|load|self|inspector|cli|session\/index-file|analysis\/fingerprint)\//],
  // An index is read in parts. picture.ts runs the dot program, and reads the font that comes with it. A pprof file is
  // compressed.
  // Tables are folders.
  [
    /^node:/,
    /^(io\/|load\/|tables\/|self\/|inspector\/|cli\/|session\/index-file\/|render\/(picture|pprof)\.ts$)/,
  ],
  [/^chalk$/, /^render\/style\.ts$/],
  [/^(csv-stringify\/sync|fast-string-width|markdown-table)$/, /^render\//],
  [/^commander$/, /^cli\//],
  [/^leven$/, /^query\//],
  [/^vitest$/, /^testing\/vitest\.ts$/],
  [/^expect$/, /^testing\/jest\.ts$/],
  [/^ws$/, /^inspector\//],
  [/^@modelcontextprotocol\/server(\/stdio)?$/, /^cli\/mcp\//],
  [/^@jridgewell\/trace-mapping$/, /^io\/source-maps\.ts$/],
  [/^@duckdb\/node-api$/, /^tables\/duckdb(-values)?\.ts$/],
  [/^acorn$/, /^(analysis\/closures\/|io\/constructor-names\.ts$)/],
  [/^hyparquet-writer(\/src\/\w+\.js)?$/, /^io\/parquet-(columns|file)\.ts$/],
  [/^ignore$/, /^commands\/memory\//],
  [/^(simple-ascii-chart|pprof-format)$/, /^render\//],
  [/^(preact(\/hooks)?|d3-hierarchy|@tanstack\/virtual-core)$/, /^page\//],
  [/^(ts-graphviz|@hpcc-js\/wasm-graphviz|@resvg\/resvg-wasm)$/, /^render\//],
];

interface Import {
  readonly from: string;
  /** A package, `node:…`, or a path below src. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file));

function textOf(file: string): string {
  return readFileSync(path.join(SRC, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const text = textOf(file);
  if (/\/kernel\/assembly[^/]*\.ts$/.test(file)) return []; // AssemblyScript
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const found: Import[] = [];
  const add = (target: string, typeOnly: boolean): void => {
    const there = path.posix.join(path.posix.dirname(file), target).replace(/\.js$/, '.ts');
    const to = !target.startsWith('.') ? target : files.includes(`${there}x`) ? `${there}x` : there;
    found.push({ from: file, to, typeOnly });
  };
  for (const { moduleRequest, entries } of module.staticImports)
    add(moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType));
  for (const { moduleRequest, isType } of module.staticExports.flatMap(({ entries }) => entries))
    if (moduleRequest) add(moduleRequest.value, isType);
  for (const { moduleRequest } of module.dynamicImports)
    add(text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''), false);
  for (const match of text.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/\brequire\(\s*'([^']+)'\s*\)/g))
    add(match[1]!, false);
  return found;
}

/** The literals of a file, as they are written: strings, templates, regular expressions. */
function literalsOf(file: string): string[] {
  const text = textOf(file);
  const found: string[] = [];
  const { program } = parseSync(file, text);
  new Visitor({
    Literal: ({ start, end }) => found.push(text.slice(start, end)),
    TemplateElement: ({ value }) => found.push(value.raw),
  }).visit(program);
  return found;
}

/** What the usage errors of a file say, as it is written. */
function usageErrorsOf(file: string): string[] {
  const text = textOf(file);
  const found: string[] = [];
  new Visitor({
    NewExpression({ callee, arguments: given }) {
      if (callee.type === 'Identifier' && callee.name === 'UsageError')
        found.push(...given.map(({ start, end }) => text.slice(start, end)));
    },
  }).visit(parseSync(file, text).program);
  return found;
}

function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'analysis' ? `${top}/${second}` : top.replace(/\.ts$/, '');
}

/** Whether a part is named, or the folder that it is in. */
function names(list: readonly string[], part: string): boolean {
  return list.includes(part) || list.includes(part.split('/')[0]!);
}

const imports = files.flatMap(importsOf);

function told({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

describe('src', () => {
  it('is read: there are files, and imports of each kind', () => {
    expect(files.length).toBeGreaterThan(40);
    for (const to of ['graph/graph.ts', 'base/errors.ts', 'node:fs', 'chalk', 'commander', 'leven']) {
      expect(imports.map((one) => one.to)).toContain(to);
    }
    expect(imports).toContainEqual({ from: 'cli/write.ts', to: 'base/result.ts', typeOnly: true });
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(20);
    expect(imports.filter(({ typeOnly }) => !typeOnly).length).toBeGreaterThan(20);
  });

  it('has only parts that have a place in the list', () => {
    expect(files.filter((file) => !(partOf(file) in MAY_IMPORT))).toEqual([]);
    for (const part of Object.keys(MAY_IMPORT)) expect(files.map(partOf), part).toContain(part);
  });

  it.each(Object.keys(MAY_IMPORT))('%s imports only what it may know', (part) => {
    const allowed = MAY_IMPORT[part]!;
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      if (partOf(from) !== part || !files.includes(to)) return false;
      const target = partOf(to);
      return target !== part && !names(allowed, target) && !(typeOnly && allowed.includes(`type:${target}`));
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it('imports files that are there, and packages from the places that own them', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (files.includes(to)) return false;
      const rule = EXTERNALS.find(([name]) => name.test(to));
      return rule === undefined || !rule[1].test(from);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it('has no circle of imports, types aside', () => {
    const next = new Map(
      files.map((file) => [
        file,
        imports
          .filter((one) => one.from === file && !one.typeOnly && files.includes(one.to))
          .map((one) => one.to),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) throw new Error([...way.slice(way.indexOf(file)), file].join(' → '));
      if (done.has(file)) return;
      for (const target of next.get(file)!) visit(target, [...way, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });

  it('words the remedies of errors in cli alone: load knows no option and no command', () => {
    const wording = /--salvage|heapgraph (…|\w+ takes)|typestats|show-most-common-types/;
    const below = files.filter((file) => /^(base|io|graph|load)\//.test(file));
    expect(below.filter((file) => wording.test(textOf(file)))).toEqual([]);
    expect(textOf('cli/remedies.ts')).toMatch(wording);
  });

  it('names options by their names in code, which each surface spells, in usage errors of commands', () => {
    const commands = files.filter((file) => file.startsWith('commands/'));
    const said = commands.flatMap((file) => usageErrorsOf(file).map((text) => `${file}: ${text}`));
    expect(said.length).toBeGreaterThan(100);
    expect(said.filter((text) => /(^|[\s'"`(])--[a-z$]/.test(text))).toEqual([]);
  });

  it("spells the names of V8's own nodes in v8 alone", () => {
    const name =
      /system \\?\/ |\((GC roots|Global handles|Document DOM trees|map descriptors|object elements|bound arguments)\)/;
    const examples = [
      'query/tokens.ts', // a message shows how a name with spaces is written
      'commands/classes/count.ts', // the help gives a name as an example
    ];
    const spelled = files.filter(
      (file) => !file.startsWith('v8/') && literalsOf(file).some((text) => name.test(text)),
    );
    expect(spelled.sort()).toEqual(examples.sort());
    expect(literalsOf('v8/system-names.ts').filter((text) => name.test(text)).length).toBeGreaterThan(10);
  });

  it('has no file of more than 500 lines', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 501);
    expect(long.map((file) => `${file}: ${textOf(file).split('\n').length} lines`)).toEqual([]);
  });

  it('has comments of at most 100 columns, links aside', () => {
    const wide = files.flatMap((file) =>
      textOf(file)
        .split('\n')
        .flatMap((line, i) =>
          /^\s*(\/?\*|\/\/)/.test(line) && line.length > 100 && !/https?:\/\/\S{60}/.test(line)
            ? [`${file}:${i + 1}: ${line.length} columns`]
            : [],
        ),
    );
    expect(wide).toEqual([]);
  });

  it('has no default exports', () => {
    expect(files.filter((file) => /^export default/m.test(textOf(file)))).toEqual([]);
  });
});

describe('the public library', () => {
  const code = textOf('index.ts').replace(/\/\*[\s\S]*?\*\//g, '');
  const names = [...code.matchAll(/^export\s+(type\s)?\{([^}]*)\}\s*from\s+'\.\/([^']+)\.js'/gm)].flatMap(
    ([, , list, file]) =>
      list!
        .split(',')
        .map((name) => name.trim().replace(/^type\s+/, ''))
        .filter((name) => name !== '')
        .map((name): [string, string] => [name, `${file}.ts`]),
  );

  it('names what it exports: no star, nothing renamed', () => {
    expect(names.length).toBeGreaterThan(30);
    expect(code).not.toContain('*');
    expect(names.filter(([name]) => !/^\w+$/.test(name))).toEqual([]);
    expect(code.match(/^export/gm)?.length).toBe(code.match(/^export\s+(type\s)?\{/gm)?.length);
  });

  it.each(names)('says what %s is', (name, file) => {
    const declaration = new RegExp(
      `\\*/\\n(?:// .*\\n)*export (?:declare |abstract |async )*(?:function\\*?|const|class|interface|type|enum) ${name}\\b`,
    );
    expect(declaration.test(textOf(file)), `a docstring in front of ${name} in src/${file}`).toBe(true);
  });
});
