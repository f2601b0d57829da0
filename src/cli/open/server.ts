/**
 * A server for one page, on this machine alone. Who knows the address has the heap: it has a token
 * of 192 bits, which is compared in constant time. Pages of other origins know no token; should one
 * ask anyway, or by another name of this machine (DNS rebinding), it gets 403 as well.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isHeapgraphError, UsageError } from '../../base/errors.js';
import type { LiveError } from '../../base/page-live.js';
import { REMEDIES } from '../remedies.js';

export interface Served {
  /** The page. */
  readonly html: string;
  /** Its Content-Security-Policy. */
  readonly policy: string;
  /** Answers a question of the page; undefined for one that there is none. */
  answer(name: string, values: URLSearchParams): Promise<object> | undefined;
}

export interface PageServer {
  /** With the token. */
  readonly url: string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** Throws UsageError when the port cannot be had. */
export async function startPageServer(served: Served, port = 0): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    void respond(request, response, served, { token, port: portOf(server.address()) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new UsageError(
          `port ${port} cannot be had: ${error.code === 'EADDRINUSE' ? 'another program has it' : error.message}`,
          'Leave --port out: a free one is taken.',
        ),
      ),
    );
    server.listen(port, ADDRESS, resolve);
  });
  return {
    url: `http://${ADDRESS}:${portOf(server.address())}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Secret {
  readonly token: string;
  readonly port: number;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  served: Served,
  secret: Secret,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', `http://${ADDRESS}`);
  const [, given = '', ...rest] = pathname.split('/');
  const path = rest.join('/');
  if (!isAllowed(request, given, secret)) return send(response, 403, 'text/plain', 'forbidden\n');
  if (path === '') {
    response.setHeader('Content-Security-Policy', served.policy);
    return send(response, 200, 'text/html; charset=utf-8', served.html);
  }
  const answer = path.startsWith('api/') ? served.answer(path.slice(4), searchParams) : undefined;
  if (answer === undefined) return send(response, 403, 'text/plain', 'forbidden\n');
  try {
    sendJson(response, 200, await answer);
  } catch (error) {
    const known = isHeapgraphError(error);
    const told: LiveError = {
      error: error instanceof Error ? error.message : String(error),
      hint: known ? (error.hintIn(REMEDIES) ?? null) : 'This is a bug in heapgraph.',
    };
    sendJson(response, known ? 400 : 500, told);
  }
}

/** Asked by the page itself, or typed into a browser; by its own name, and with the token. */
function isAllowed({ method, headers }: IncomingMessage, given: string, { token, port }: Secret): boolean {
  const host = `${ADDRESS}:${port}`;
  const [own, other] = [Buffer.from(token), Buffer.from(given)];
  return (
    method === 'GET' &&
    headers.host === host &&
    (headers.origin === undefined || headers.origin === `http://${host}`) &&
    !['cross-site', 'same-site'].includes(String(headers['sec-fetch-site'])) &&
    own.length === other.length &&
    timingSafeEqual(own, other)
  );
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
  response.end(text);
}
