/** A heap whose names are made to break what shows them. */
import type { GraphSpec } from './builder.js';

export const HOSTILE_NAMES = [
  '</script><script>document.title = "owned"</script>',
  '<!--<script>',
  '<img src=x onerror="document.title = \'owned\'">',
  ']]>',
  '&lt;b&gt; &amp;',
  '"\'`$`{1}',
  '__proto__',
  'constructor',
  'toString',
  '\u202egnp.exe',
  '\u0000\u0007\u001b[31mred',
  'line\nbreak\u2028and\u2029more',
  'javascript:alert(1)',
  '%00%zz',
  '',
  ' ',
  '/.*/',
  '@1',
  '--help',
  '😀'.repeat(300),
  'x'.repeat(100_000),
] as const;

/** Each name is a class, a property, a string and a function; `further` classes come beside them. */
export function hostileHeap(further = 0): GraphSpec {
  const spec: Record<string, GraphSpec[string]> = {
    root: { edges: ['global', ...Array.from({ length: further }, (_, i) => `class${i}`)] },
    global: {
      edges: HOSTILE_NAMES.map((name, i): [string, string, string] => ['property', name, `object${i}`]),
    },
  };
  HOSTILE_NAMES.forEach((name, i) => {
    spec[`object${i}`] = {
      name,
      size: 1000 - i,
      edges: [
        ['property', name, `string${i}`],
        ['internal', name, `function${i}`],
      ],
    };
    spec[`string${i}`] = { type: 'string', name, size: 300 };
    spec[`function${i}`] = { type: 'closure', name, size: 200 };
  });
  for (let i = 0; i < further; i++) spec[`class${i}`] = { name: `Class number ${i}`, size: 20 + (i % 977) };
  return spec;
}
