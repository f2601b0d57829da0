/**
 * A page about a heap, as one HTML file that asks nobody for anything: its script and its style are
 * in it, and its Content-Security-Policy allows these two by their hashes and nothing else. What
 * comes from the heap stands in a block of JSON in which no `<` is written; the script shows it as
 * text.
 */
import type { PageReport } from '../base/page-report.js';
import { printable } from '../base/printable.js';
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from './page-code.generated.js';

/** What a page may do: run its own script, use its own style, show pictures that are in it. */
const RULES: readonly string[] = [
  "default-src 'none'",
  `script-src '${PAGE_SCRIPT_HASH}'`,
  `style-src '${PAGE_STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
];

/** The same for a page that asks the server that it comes from; others must not frame it. */
const LIVE_RULES: readonly string[] = [...RULES, "connect-src 'self'"];
export const LIVE_POLICY = [...LIVE_RULES, "frame-ancestors 'none'"].join('; ');

/** Pieces of the file, which ends with a line break. The same report gives the same bytes. */
export function* renderPage(
  report: PageReport,
  { live = false }: { readonly live?: boolean } = {},
): Generator<string> {
  const title = escaped(`${report.files.at(-1) ?? ''} - heapgraph`);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${(live ? LIVE_RULES : RULES).join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<div id="page"${live ? ' data-live' : ''}>
<main>
<h1>${escaped(report.files.at(-1) ?? '')}</h1>
${report.overview.map(({ text }) => `<p>${escaped(text)}</p>\n`).join('')}<noscript><p>All else needs JavaScript.</p></noscript>
</main>
</div>
<script type="application/json" id="heap">`;
  yield dataText(report);
  yield `</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** As JSON for a script element: without `<`, nothing in it can end the element. */
function dataText({ kind: _, ...data }: PageReport): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML. */
function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
