/** `heapgraph export`: flame graphs that other tools read. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import CDP from 'chrome-remote-interface';
import { Profile } from 'pprof-format';
import { expect, test } from 'vitest';
import { startChromium } from '../support/chromium.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { chromiumFile } from '../support/runtimes.js';

const AFTER = fixturePath('node26-after');
const cwd = temporaryFolder();

const ask = async (...args: string[]) => heapgraph(['export', ...args], { cwd });

interface Speedscope {
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly {
    readonly endValue: number;
    readonly samples: readonly (readonly number[])[];
    readonly weights: readonly number[];
  }[];
}

interface Rows {
  readonly total: number;
  readonly rows: readonly {
    readonly depth: number;
    readonly size: number;
    readonly ownSize: number;
    readonly name: string;
  }[];
}

test('export --json, --format folded, -o x.speedscope.json, -o x.pb.gz: the same stacks and bytes', async () => {
  const [json, folded] = await Promise.all([ask(AFTER, '--json'), ask(AFTER, '--format', 'folded')]);
  const { rows } = JSON.parse(json.stdout) as Rows;
  const total = rows[0]!.size;
  const lines = folded.stdout.trim().split('\n');
  const sizes = lines.map((line) => Number(/ (\d+)$/.exec(line)![1]));
  expect(sizes.reduce((sum, size) => sum + size)).toBe(total);
  expect(lines).toHaveLength(rows.filter(({ ownSize }) => ownSize > 0).length);

  const files = await Promise.all([
    ask(AFTER, '-o', 'heap.speedscope.json'),
    ask(AFTER, '-o', 'heap.pb.gz'),
    ask(AFTER, '-o', 'again.pb.gz'),
  ]);
  expect(files.map(({ code, stdout }) => [code, stdout])).toEqual(files.map(() => [0, '']));
  const text = (file: string): Buffer => readFileSync(path.join(cwd, file));
  const { shared, profiles } = JSON.parse(text('heap.speedscope.json').toString()) as Speedscope;
  const [{ endValue, samples, weights }] = profiles as [Speedscope['profiles'][0]];
  expect(endValue).toBe(total);
  expect(
    samples.map((stack, i) => `${stack.map((frame) => shared.frames[frame]!.name).join(';')} ${weights[i]}`),
  ).toEqual(lines);

  const {
    sample,
    location,
    function: frames,
    stringTable,
    sampleType,
  } = Profile.decode(gunzipSync(text('heap.pb.gz')));
  const nameOf = (id: number | bigint): string => {
    const { line } = location.find((one) => Number(one.id) === Number(id))!;
    return stringTable.strings[
      Number(frames.find(({ id: other }) => Number(other) === Number(line[0]!.functionId))!.name)
    ]!;
  };
  expect(sampleType.map(({ type }) => stringTable.strings[Number(type)])).toEqual(['objects', 'space']);
  expect(
    sample.map(
      ({ locationId, value }) => `${locationId.map(nameOf).reverse().join(';')} ${Number(value[1])}`,
    ),
  ).toEqual(lines);
  expect(text('again.pb.gz').equals(text('heap.pb.gz'))).toBe(true);
  if (process.platform !== 'win32') expect(statSync(path.join(cwd, 'heap.pb.gz')).mode & 0o777).toBe(0o600);
});

test('export --where OBJ: what they keep; --chains: where they hang', async () => {
  const kept = JSON.parse((await ask(AFTER, '--where', 'OBJ', '--json', '--min-share', '0')).stdout) as Rows;
  expect(kept.rows[0]).toMatchObject({ name: 'OBJ', depth: 0, count: 100 });
  const chains = JSON.parse((await ask(AFTER, '--chains', '--where', 'OBJ', '--json')).stdout) as Rows;
  expect(chains.rows.at(-1)).toMatchObject({ name: '[…] OBJ', count: 100 });
  expect(chains.rows.filter(({ depth }) => depth === 0)).toHaveLength(1);
});

test('export --where Nothing: not there', async () => {
  const { code, stderr } = await ask(AFTER, '--where', 'Nothing');
  expect(code).toBe(1);
  expect(stderr).toContain('"Nothing"');
});

test('export --depth 1 --min-share 5: text', async () => {
  const { stdout } = await ask(AFTER, '--depth', '1', '--min-share', '5');
  expect(stdout.split('\n')[0]).toMatch(/^ *Size +Own size +Count +Frame$/);
  expect(stdout).toContain('(smaller)');
});

test.each([
  [['--min-share', '101'], 'no branch is 101 %'],
  [['--json', '--format', 'folded'], '--json and --format folded are two formats'],
  [['--where', 'new'], 'compares two snapshots'],
  [['-o', 'heap.svg'], 'no picture'],
])('export %j is refused', async (args, message) => {
  const { code, stderr } = await ask(AFTER, ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

const chromium = chromiumFile();
test.skipIf(chromium === undefined)('speedscope opens it (CHROME_PATH)', async () => {
  await ask(AFTER, '-o', 'page.speedscope.json');
  // As its own command line does: a script that hands the file over.
  const script = path.join(cwd, 'page.js');
  const data = readFileSync(path.join(cwd, 'page.speedscope.json')).toString('base64');
  writeFileSync(script, `speedscope.loadFileFromBase64('heap.speedscope.json', '${data}')`);
  const page = fileURLToPath(
    new URL('../../node_modules/speedscope/dist/release/index.html', import.meta.url),
  );
  const browser = await startChromium(chromium!, 'about:blank');
  let client: CDP.Client | undefined;
  for (let tries = 0; client === undefined && tries < 300; tries++) {
    client = await CDP({ port: browser.port }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { Page, Runtime } = client!;
  await Page.navigate({ url: `file://${page}#localProfilePath=${script}` });
  const evaluate = async (expression: string): Promise<unknown> =>
    (await Runtime.evaluate({ expression, returnByValue: true })).result.value;
  let title: unknown;
  for (let tries = 0; tries < 200 && !String(title).includes('dominator tree'); tries++) {
    title = await evaluate('document.title');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(title).toContain('dominator tree, merged');
  expect(await evaluate('document.body.innerText')).not.toContain('Something went wrong');
  await client!.close();
  await browser.stop();
});
