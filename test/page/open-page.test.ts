/** The page of `open` in a browser: whole objects, queries, pictures; tabs that come and go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import axeCore from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI_ENV, NODE } from '../support/cli-host.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';
import { chromiumFile } from '../support/runtimes.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const program = chromiumFile();

describe.skipIf(program === undefined)('the page of open in Chromium (there is none here)', () => {
  let child: ChildProcess;
  let url: string;
  let browser: Browser;
  const launch = (): Promise<Browser> =>
    chromium.launch({ executablePath: program!, args: ['--no-sandbox'] });

  beforeAll(async () => {
    child = spawn(NODE, [BIN, 'open', '--no-browser', '-q', ...EXPRESS.map(expressPath)], {
      env: CLI_ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    [url] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    child.kill('SIGKILL');
  });

  async function show(from: Browser, hash: string): Promise<{ page: Page; said: string[] }> {
    const page = await from.newPage({ viewport: { width: 1280, height: 900 } });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${url}${hash}`);
    await page.waitForSelector('main h1');
    return { page, said };
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

  it('goes from object to object along every edge, and back', async () => {
    const { page, said } = await show(browser, '#@79605');
    await page.waitForSelector('.chain');
    expect(await page.textContent('main')).toContain('variable auditLog');
    // An object that the report alone knows nothing of.
    await page.click('main table tbody tr:has-text("419") a.object-link');
    await page.waitForFunction(() => location.hash !== '#@79605');
    await page.waitForSelector('.chain');
    expect(await page.textContent('main h1')).toContain('AuditEntry');
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('main h1')!.textContent!.includes('@79605'));
    expect(await violations(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it('draws pictures on demand', async () => {
    const { page, said } = await show(browser, '#@79605');
    await page.click('text=Who holds it');
    await page.waitForSelector('.drawing img');
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.drawing img')!.naturalWidth > 100,
    );
    await page.click('.pictures >> text=What it holds');
    await page.waitForFunction(() =>
      document.querySelector<HTMLImageElement>('.drawing img')?.alt.includes('What it holds'),
    );
    expect(await violations(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it('takes typed queries, and says what is wrong with them', async () => {
    const { page, said } = await show(browser, '#query');
    await page.fill('.query input', 'AuditEntry and retained > 1');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.table-body [role=row]');
    expect(await page.getAttribute('[role=table]', 'aria-rowcount')).toBe('421');
    expect(await violations(page)).toEqual([]);
    await page.fill('.query input', 'class = A and (');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.error');
    // The browser itself notes an answer of 400.
    expect(said.filter((text) => !text.includes('400'))).toEqual([]);
    await page.close();
  });

  it('bears a second tab, a closed one, and a browser that is killed', async () => {
    const one = await show(browser, '#@79605');
    const two = await show(browser, '#@63705');
    await one.page.close({ runBeforeUnload: false });
    await two.page.waitForSelector('.chain');
    const other = await launch();
    const third = await show(other, '#memory');
    const asking = third.page
      .evaluate(() => fetch('api/object?id=1').then(({ status }) => status))
      .catch(() => 0);
    await other.close();
    await asking;
    await two.page.evaluate(() => {
      location.hash = '#@79605';
    });
    await two.page.waitForSelector('text=variable auditLog');
    expect(child.exitCode).toBeNull();
    await two.page.close();
  });

  it('says so when the server is gone', async () => {
    const { page } = await show(browser, '#overview');
    child.kill('SIGINT');
    await once(child, 'exit');
    await page.evaluate(() => {
      location.hash = '#@79605';
    });
    await page.waitForSelector('.error');
    expect(await page.textContent('.error')).toContain('The server does not answer');
    await page.close();
  });
});
