/** The page in a browser: every view, by mouse and by keyboard, in light and dark, with names made to break it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axeCore from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPRESS, expressPath } from '../support/fixtures.js';
import { HOSTILE_NAMES, hostileHeap } from '../support/hostile-heap.js';
import { pageOf, pageOfHeap } from '../support/page-of.js';
import { chromiumFile } from '../support/runtimes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const program = chromiumFile();
const folder = temporaryFolder();

const VIEWS = [
  'overview',
  'suspects',
  'suspect/9d054b00',
  'memory',
  'memory/@63705',
  'classes',
  'class/AuditEntry',
  'growth',
  'survival',
  'packages',
  'strings',
  'file',
  '@79605',
  '@1',
  '@999999999',
  'class/Nothing',
  'nothing',
];

describe.skipIf(program === undefined)('a page in Chromium (there is none here)', () => {
  let browser: Browser;
  const files: Record<'express' | 'hostile' | 'large', string> = { express: '', hostile: '', large: '' };

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox'] });
    const keep = (name: keyof typeof files, html: string): void => {
      const file = path.join(folder, `${name}.html`);
      writeFileSync(file, html);
      files[name] = pathToFileURL(file).href;
    };
    keep('express', (await pageOf(EXPRESS.map(expressPath))).html);
    keep('hostile', (await pageOfHeap(folder, hostileHeap())).html);
    keep('large', (await pageOfHeap(folder, hostileHeap(10_000))).html);
  });
  afterAll(() => browser?.close());

  /** Shows a page; `said` is what it has complained of, `asked` what it has requested. */
  async function show(
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; said: string[]; asked: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(url);
    await page.waitForSelector('main h1');
    return { page, said, asked };
  }

  async function go(page: Page, view: string): Promise<void> {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#${view}`);
    // Two frames: what follows from the new address is drawn.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(axeCore.source);
    return page.evaluate(async () => {
      const { axe } = globalThis as never as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
    });
  }

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)(
    '%i pixels, %s: every view is there, accessible, and as wide as the window',
    async (width, colorScheme) => {
      const { page, said, asked } = await show(files.express, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      const seen: Record<string, readonly string[]> = {};
      for (const view of VIEWS) {
        await go(page, view);
        const title = await page.textContent('main h1');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        seen[view] = [title === 'This view failed' ? title : '', overflow > 0 ? `${overflow} too wide` : ''];
        // Colours differ by scheme, places by width: each is looked at once.
        if ((width === 1280) !== (colorScheme === 'dark') || width === 1280)
          seen[view] = [...seen[view], ...(await violations(page))];
      }
      expect(seen).toEqual(Object.fromEntries(VIEWS.map((view) => [view, ['', '']])));
      expect(said).toEqual([]);
      // The page itself, and nothing else.
      expect(asked).toEqual([files.express]);
      await page.context().close();
    },
  );

  it('leads from every sentence and every number of the overview to a view', async () => {
    const { page } = await show(files.express);
    const links = await page.$$eval('main a', (found) => found.map((link) => link.getAttribute('href')!));
    expect(links.length).toBeGreaterThan(8);
    for (const link of new Set(links)) {
      await go(page, link.slice(1));
      expect([link, await page.textContent('main h1')]).not.toEqual([link, 'Nothing here']);
    }
    await page.context().close();
  });

  it('shows names as text, whatever they are', async () => {
    const { page, said } = await show(files.hostile);
    const title = await page.title();
    for (const view of ['overview', 'suspects', 'memory', 'classes', 'packages', 'strings', 'file'])
      await go(page, view);
    for (const name of HOSTILE_NAMES) {
      await go(page, `class/${encodeURIComponent(name)}`);
      expect(await page.textContent('main h1')).not.toBe('This view failed');
    }
    await go(page, 'classes');
    const text = await page.textContent('main');
    for (const name of ['<img>', '__proto__', '\\u202egnp.exe', '\\x1b[31mred', 'line\\nbreak'])
      expect([name, text!.includes(name)]).toEqual([name, true]);
    expect(await page.title()).toBe(title);
    expect(await page.$$('img, iframe, main script, object, embed')).toEqual([]);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it('opens the page of a class with a strange name from the table', async () => {
    const { page } = await show(`${files.hostile}#classes`);
    await page.fill('input[type=search]', '__proto__');
    await page.click('[role=cell] a');
    expect(await page.textContent('main h1')).toBe('__proto__');
    expect(await page.textContent('main')).toContain('Retained size');
    await page.context().close();
  });

  it('has 10,000 classes at hand: filters, sorts and scrolls at once', async () => {
    const { page, said } = await show(`${files.large}#classes`);
    const rows = await page.getAttribute('[role=table]', 'aria-rowcount');
    expect(Number(rows)).toBeGreaterThan(8000);
    expect((await page.$$('[role=row]')).length).toBeLessThan(100);
    const times: Record<string, number> = {};
    const took = async (what: string, act: () => Promise<unknown>): Promise<void> => {
      const all: number[] = [];
      for (let i = 0; i < 3; i++) {
        await act();
        all.push(await page.evaluate(() => Number((globalThis as { took?: number }).took)));
      }
      times[what] = Math.min(...all);
    };
    const timed = (code: string): Promise<unknown> =>
      page.evaluate(`new Promise((resolve) => {
        const begin = performance.now();
        ${code};
        requestAnimationFrame(() => setTimeout(() => { globalThis.took = performance.now() - begin; resolve(); }));
      })`);
    await took('sort', () => timed(`document.querySelector('[role=columnheader] button').click()`));
    await took('filter', () =>
      timed(`const field = document.querySelector('input[type=search]');
        field.value = field.value === '' ? '99' : ''; field.dispatchEvent(new Event('input', { bubbles: true }))`),
    );
    await took('scroll', () => timed(`document.querySelector('.table-scroller').scrollTop += 50000`));
    await took('another view', () =>
      timed(`location.hash = location.hash === '#memory' ? '#classes' : '#memory'`),
    );
    expect(Object.entries(times).filter(([, milliseconds]) => !(milliseconds < 100))).toEqual([]);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it('filters classes by words and by node type, and sorts by each heading', async () => {
    const { page } = await show(`${files.express}#classes`);
    const names = (): Promise<string[]> =>
      page.$$eval('.table-body [role=row] [role=cell]:first-child', (cells) =>
        cells.map((cell) => cell.textContent!),
      );
    expect((await names())[0]).toBe('global');
    await page.click('[role=columnheader]:has-text("Count") button');
    expect((await names())[0]).toBe('(compiled code)');
    expect(await page.getAttribute('[role=columnheader]:has-text("Count")', 'aria-sort')).toBe('descending');
    await page.click('[role=columnheader]:has-text("Count") button');
    expect(await page.getAttribute('[role=columnheader]:has-text("Count")', 'aria-sort')).toBe('ascending');
    await page.fill('input[type=search]', 'entry audit');
    expect(await names()).toEqual(['AuditEntry']);
    expect(await page.textContent('.controls [role=status]')).toBe('1 classes');
    await page.fill('input[type=search]', '');
    await page.selectOption('select', 'regexp');
    expect(await names()).toEqual(['RegExp']);
    await page.context().close();
  });

  it('goes through the picture with the keyboard, and zooms', async () => {
    const { page } = await show(`${files.express}#memory`);
    await page.focus('.picture a');
    const label = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement!.querySelector('title')!.textContent);
    const first = await label();
    await page.keyboard.press('ArrowRight');
    const second = await label();
    expect(second).not.toBe(first);
    expect(await page.textContent('.caption')).toBe(second);
    await page.keyboard.press('ArrowLeft');
    expect(await label()).toBe(first);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /^#memory\/@\d+$/.test(location.hash));
    expect(await page.$$('.path li')).toHaveLength(2);
    await page.click('.path a');
    await page.waitForFunction(() => location.hash === '#memory');
    await page.check('text=Icicle');
    expect((await page.$$('.picture a')).length).toBeGreaterThan(20);
    await page.fill('input[type=search]', 'session');
    expect(await page.textContent('.found [role=status]')).toMatch(/^\d+ objects? of this picture found/);
    await page.click('.found a');
    await page.waitForFunction(() => /^#memory\/@\d+$/.test(location.hash));
    await page.context().close();
  });

  it('goes to an object by its id, skips to the content, copies a command', async () => {
    const { page } = await show(files.express, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement!.localName)).toBe('main');
    await page.fill('.go-to input', '@79605');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#@79605');
    expect(await page.textContent('main h1')).toBe('Array [420 items] @79605');
    const command = await page.textContent('.command code');
    expect(command).toMatch(/^heapgraph at @79605 \S+express-final\.heapsnapshot\.gz$/);
    await page.click('.command button');
    await page.waitForFunction(() => document.querySelector('.command [role=status]')!.textContent !== '');
    await page.context().close();
  });

  it('is printed without what only a screen needs, and with the rows of tables', async () => {
    const { page } = await show(`${files.large}#classes`);
    await page.emulateMedia({ media: 'print' });
    await page.waitForFunction(() => document.querySelectorAll('.table-body [role=row]').length === 200);
    expect(await page.isVisible('header nav')).toBe(false);
    expect(await page.textContent('main')).toContain('The first 200 of');
    await page.emulateMedia({ media: 'screen' });
    await page.waitForFunction(() => document.querySelectorAll('.table-body [role=row]').length < 100);
    await page.context().close();
  });

  it('says what is most worth knowing where scripts are off', async () => {
    const { page, said } = await show(files.express, { javaScriptEnabled: false });
    expect(await page.innerText('main')).toContain('It has 3 leaks.');
    expect(await page.innerText('main')).toContain('needs JavaScript');
    expect(said).toEqual([]);
    await page.context().close();
  });
});
