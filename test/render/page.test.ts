/** The file of a page: what it allows, what it escapes, what it holds. No browser is needed for that. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { classFromName } from '../../src/v8/class-names.js';
import type { GraphSpec } from '../support/builder.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';
import { HOSTILE_NAMES, hostileHeap } from '../support/hostile-heap.js';
import { pageOf, pageOfHeap } from '../support/page-of.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

const SOURCES = fileURLToPath(new URL('../../src/page', import.meta.url));

/** The contents of the elements with a name. */
function elements(html: string, name: string): readonly string[] {
  return [...html.matchAll(new RegExp(`<${name}\\b[^>]*>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, text]) => text!,
  );
}

function dataOf(html: string): unknown {
  return JSON.parse(elements(html, 'script')[0]!);
}

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('a page', () => {
  const express = pageOf(EXPRESS.map(expressPath));

  it('allows its own script and its own style by their hashes, and nothing else', async () => {
    const { html } = await express;
    const scripts = elements(html, 'script');
    const styles = elements(html, 'style');
    expect([scripts.length, styles.length]).toEqual([2, 1]);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)![1]!;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src '${hash(scripts[1]!)}'`,
      `style-src '${hash(styles[0]!)}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // The policy stands before all that it is about.
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style'));
    // Nothing is loaded from anywhere; what a script or a style of ours would name is in it.
    const markup = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
    expect(markup.match(/(src|href)="(?!data:).*?"/g)).toBeNull();
    expect(styles[0]!.match(/@import|url\(/g)).toBeNull();
    expect(scripts[1]!.match(/document\.write|\beval\(|new Function|XMLHttpRequest/g)).toBeNull();
  });

  it('writes what it shows as text', () => {
    const sources = readdirSync(SOURCES).map((file) => readFileSync(path.join(SOURCES, file), 'utf8'));
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.join('').match(/innerHTML|outerHTML|insertAdjacentHTML|DOMParser/gi)).toBeNull();
  });

  it('has the report as JSON, in which nothing can end the element', async () => {
    const { html, report } = await pageOfHeap(folder, hostileHeap());
    const [data] = elements(html, 'script');
    expect(data!.includes('<')).toBe(false);
    const { kind: _, ...wanted } = report;
    expect(dataOf(html)).toEqual(JSON.parse(JSON.stringify(wanted)));
    // Two scripts, whatever the heap holds, and no picture.
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<img/g)).toBeNull();
    const names = report.classes.map((row) => row.class);
    for (const name of HOSTILE_NAMES.filter(({ length }) => length < 240))
      expect(names).toContain(classFromName(name));
  });

  it('is bounded, whatever the names', { tags: 'slow' }, async () => {
    const { html, report } = await pageOfHeap(folder, hostileHeap(10_000));
    expect(report.classes.length).toBeGreaterThan(4000);
    expect(report.classesTotal).toBeGreaterThan(10_000);
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000);
    const longest = (value: unknown): number =>
      typeof value === 'string'
        ? value.length
        : typeof value === 'object' && value !== null
          ? Math.max(0, ...Object.values(value).map(longest))
          : 0;
    expect(longest(report)).toBeLessThanOrEqual(480); // 240 characters, of two units each
  });

  it('is bounded where all of 4,000 names are long', { tags: 'slow' }, async () => {
    const heap: Record<string, GraphSpec[string]> = {
      root: { edges: Array.from({ length: 4000 }, (_, i) => `c${i}`) },
    };
    for (let i = 0; i < 4000; i++)
      heap[`c${i}`] = { name: `${i} ${'<漢'.repeat(200)}`, size: i < 500 ? 100_000 - i : 1 };
    const { html, report } = await pageOfHeap(folder, heap);
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000);
    expect(report.tree.nodes.length).toBeGreaterThan(100);
    expect(report.classes.length).toBeGreaterThan(500);
  });

  it('has the same bytes when it is made again', { tags: 'slow' }, async () => {
    const one = await express;
    expect((await pageOf(EXPRESS.map(expressPath))).html === one.html).toBe(true);
    expect(one.report.tables.map(({ key }) => key)).toEqual(['growth', 'survival', 'packages', 'strings']);
  });

  it('agrees with the commands that it names', async () => {
    const { report } = await express;
    expect(report.overview.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'The heap has 80,645 nodes with 8.7 MB. It was written by Node.js v24.21.0.',
        'Over 3 snapshots the heap grew by 87.9 kB: 8.7 MB → 8.7 MB → 8.7 MB.',
        'It has 3 leaks.',
      ]),
    );
    expect(report.suspects.map(({ fingerprint }) => fingerprint)).toContain('9d054b00');
    const growth = report.tables.find(({ key }) => key === 'growth')!;
    expect(growth.rows.find(({ type }) => type === 'AuditEntry')).toEqual({
      type: 'AuditEntry',
      count1: 120,
      count2: 320,
      count3: 420,
      countDelta: 300,
      sizeDelta: 12_000,
    });
    // Each object that a view names in full is there, and each view that a sentence names.
    const ids = new Set(report.objects.map(({ id }) => id));
    expect(report.tree.nodes.filter(({ id }) => !ids.has(id))).toEqual([]);
    expect(report.suspects.flatMap(({ steps }) => steps).filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it('leaves out texts where it is told to', async () => {
    const secret = 'password: 1234, and more of it';
    const heap = {
      root: ['global'],
      global: ['Session'],
      Session: { size: 10, edges: [['property', 'token', 'text']] },
      text: { type: 'string', name: secret, size: 4000 },
      twin: { type: 'string', name: secret, size: 4000 },
    } satisfies GraphSpec;
    expect((await pageOfHeap(folder, heap)).html.includes(secret)).toBe(true);
    const { html, report } = await pageOfHeap(folder, heap, { noTexts: true });
    expect([html.includes('password'), html.includes('token')]).toEqual([false, true]);
    expect(report.tables.map(({ key }) => key)).not.toContain('strings');
  });

  it('is there for a heap of one node', async () => {
    const { html, report } = await pageOfHeap(folder, { root: [] });
    expect(report.overview.length).toBeGreaterThan(0);
    expect(dataOf(html)).toMatchObject({ nodeCount: 1 });
  });
});
