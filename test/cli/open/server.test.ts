/** Who gets an answer of the server of a page: nobody but the page. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { type PageServer, startPageServer } from '../../../src/cli/open/server.js';

interface Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

describe('the server of a page', () => {
  let server: PageServer;
  let url: URL;
  const asked: string[] = [];
  const served = {
    html: '<!doctype html><title>page</title>',
    policy: "default-src 'none'",
    answer(name: string, values: URLSearchParams) {
      asked.push(`${name} ${values}`);
      if (name === 'known') return Promise.resolve({ is: values.get('id') });
      if (name === 'wrong') return Promise.reject(new UsageError('no such thing', 'Name another one.'));
      if (name === 'broken') return Promise.reject(new TypeError('a bug'));
      return undefined;
    },
  };
  beforeAll(async () => {
    server = await startPageServer(served);
    url = new URL(server.url);
  });
  afterAll(() => server.close());

  function get(
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: url.port, path, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('has an address on this machine, with a token of 192 bits, another one each time', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const other = await startPageServer(served);
    expect(new URL(other.url).pathname).not.toBe(url.pathname);
    await other.close();
  });

  it('gives the page, which nobody keeps, frames or guesses the type of', async () => {
    const { status, headers, text } = await get(url.pathname);
    expect([status, text]).toEqual([200, served.html]);
    expect(headers).toMatchObject({
      'content-security-policy': served.policy,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers questions of the page', async () => {
    const origin = url.origin;
    expect(
      JSON.parse(
        (
          await get(`${url.pathname}api/known?id=7`, {
            headers: { Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
          })
        ).text,
      ),
    ).toEqual({ is: '7' });
    const wrong = await get(`${url.pathname}api/wrong`);
    expect([wrong.status, JSON.parse(wrong.text)]).toEqual([
      400,
      { error: 'no such thing', hint: 'Name another one.' },
    ]);
    expect((await get(`${url.pathname}api/broken`)).status).toBe(500);
    // It still answers.
    expect((await get(`${url.pathname}api/known?id=8`)).status).toBe(200);
  });

  it.each([
    ['no token', () => ['/', {}]],
    ['a question without a token', () => ['/api/known?id=1', {}]],
    ['another token', () => [`/${'A'.repeat(32)}/`, {}]],
    ['a shorter token', () => [url.pathname.slice(0, -2), {}]],
    ['a token and a letter more', () => [`${url.pathname.slice(0, -1)}x/`, {}]],
    ['the page below another path', () => [`/x${url.pathname}`, {}]],
    ['another path below the token', () => [`${url.pathname}other`, {}]],
    ['a file of the machine', () => [`${url.pathname}../../etc/passwd`, {}]],
    ['a file of the machine, in escapes', () => [`${url.pathname}%2e%2e/%2e%2e/etc/passwd`, {}]],
    ['another question', () => [`${url.pathname}api/other`, {}]],
    ['another host', () => [url.pathname, { headers: { Host: `evil.example:${url.port}` } }]],
    ['another name of the machine', () => [url.pathname, { headers: { Host: `localhost:${url.port}` } }]],
    ['another port', () => [url.pathname, { headers: { Host: '127.0.0.1:1' } }]],
    ['another origin', () => [url.pathname, { headers: { Origin: 'http://evil.example' } }]],
    ['no origin that has a name', () => [url.pathname, { headers: { Origin: 'null' } }]],
    ['a page of another site', () => [url.pathname, { headers: { 'Sec-Fetch-Site': 'cross-site' } }]],
    ['another method', () => [url.pathname, { method: 'POST' }]],
    ['a preflight', () => [url.pathname, { method: 'OPTIONS' }]],
  ] as const)('refuses %s', async (_, ask) => {
    const before = asked.length;
    const [path, options] = ask() as unknown as [
      string,
      { method?: string; headers?: Record<string, string> },
    ];
    const { status, text, headers } = await get(path, options);
    expect([status, text]).toEqual([403, 'forbidden\n']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    // What the answer would be was not computed; of an unknown question nothing is.
    expect(asked.slice(before).filter((one) => !one.startsWith('other'))).toEqual([]);
  });

  it('says that a port is taken', async () => {
    await expect(startPageServer(served, Number(url.port))).rejects.toThrow(
      `port ${url.port} cannot be had: another program has it`,
    );
  });
});
