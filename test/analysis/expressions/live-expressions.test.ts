import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import CDP from 'chrome-remote-interface';
import { afterEach, describe, expect, test } from 'vitest';
import { expressionOf } from '../../../src/analysis/expressions/expression.js';
import { backrefChains } from '../../../src/analysis/holders/chains.js';
import { chainEnding } from '../../../src/analysis/holders/endings.js';
import { NODE } from '../../../src/graph/schema.js';
import { isRoot, isStack } from '../../../src/v8/roots.js';
import { startChromium } from '../../support/chromium.js';
import { liveExpressions } from '../../support/live-expressions.js';
import { freePort } from '../../support/processes.js';
import { chromiumFile } from '../../support/runtimes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const NODE_FILE = process.env.HEAPGRAPH_NODE ?? process.execPath;
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A connection to the first target at the port whose title has the text, when it is there. */
async function connected(port: number, title: string): Promise<CDP.Client> {
  for (let tries = 0; ; tries++) {
    const targets = await CDP.List({ port }).catch(() => []);
    const target = targets.find((one) => one.title.includes(title));
    if (target) {
      const client = await CDP({ target: target.webSocketDebuggerUrl });
      stops.push(() => void client.close());
      return client;
    }
    if (tries > 300) throw new Error(`nothing called ${title} at port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('every expression that is said to be evaluable gives that very object', () => {
  test.each([false, true])('a program of Node.js, internals exposed: %s', async (exposeInternals) => {
    const program = fileURLToPath(new URL('../../support/objects.cjs', import.meta.url));
    const port = await freePort();
    const child = spawn(NODE_FILE, [`--inspect=127.0.0.1:${port}`, program], { stdio: 'pipe' });
    stops.push(() => void child.kill('SIGKILL'));
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text: Buffer) => {
        if (text.toString().includes('ready')) resolve();
      });
    });
    const client = await connected(port, 'objects.cjs');
    const file = path.join(folder, `node-${exposeInternals}.heapsnapshot`);
    const { right, wrong } = await liveExpressions(client, file, { step: 17, exposeInternals });
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(25);
  });

  const chromium = chromiumFile();
  test.skipIf(chromium === undefined)('a page of Chromium (CHROME_PATH)', async () => {
    const script = readFileSync(new URL('../../support/page.js', import.meta.url));
    const page = '<!doctype html><title>objects</title><div id="app"></div><button id="button">x</button>';
    const server = http.createServer(({ url }, response) => {
      response.setHeader('content-type', url === '/' ? 'text/html' : 'text/javascript');
      response.end(url === '/' ? `${page}<script src="page.js"></script>` : script);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(
      () => server.closeAllConnections(),
      () => void server.close(),
    );
    const browser = await startChromium(
      chromium!,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    );
    stops.push(browser.stop);
    const client = await connected(browser.port, 'objects');
    const file = path.join(folder, 'page.heapsnapshot');
    const { graph, right, wrong } = await liveExpressions(client, file, { step: 4, exposeInternals: true });
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(80);

    // What the page itself keeps is told by what it is.
    const told = (name: string): readonly [string, string] => {
      const node = [...graph.ids.keys()].find(
        (other) =>
          graph.nodeTypes[other] === NODE.closure && graph.strings.equals(graph.nodeNames[other]!, name),
      )!;
      const [chain] = backrefChains(graph, node, isRoot(graph), { isLastResort: isStack(graph) });
      return [chainEnding(graph, chain!).words, expressionOf(graph, chain!).text];
    };
    expect(told('onResize')).toEqual([
      'an event listener of globalThis',
      '(event listener onResize of globalThis)',
    ]);
    expect(told('onClick')[0]).toBe('an event listener of <button>');
    expect(told('onLoad')[1]).toBe('(event listener onLoad of globalThis.request)');
    expect(told('onTick')).toEqual(['a timer', '(timer onTick of globalThis)']);
  });
});
