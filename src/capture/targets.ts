/** What an inspector offers: its address, its targets, and the one that is meant. */
import dns from 'node:dns/promises';
import http from 'node:http';
import { ProcessError, UsageError } from '../errors.js';
import { printable } from '../printable.js';
import { ANSWER_MS, notAnswering, reasonOf, withTimeout } from './session.js';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Of a WebSocket, when it was given: no target has to be chosen then. */
  readonly path?: string;
}

/** Reads `127.0.0.1:9229`, `[::1]:9229`, `localhost:9229`, `:9229`, `ws://host:port/path`, `http://host:port`. Throws UsageError. */
export function parseAddress(text: string): Address {
  const match = /^(?:(wss?|https?):\/\/)?(\[[\da-fA-F:.]+\]|[\w.-]*):(\d{1,5})(\/\S*)?$/.exec(text);
  const [, scheme, host = '', port, path = '/'] = match ?? [];
  if (!match || Number(port) > 65_535 || Number(port) === 0) {
    throw new UsageError(
      `"${printable(text)}" is not the address of an inspector`,
      'Write host:port, such as 127.0.0.1:9229, or the ws:// URL that node --inspect prints.',
    );
  }
  if (scheme === 'wss' || scheme === 'https')
    throw new UsageError(
      'inspectors speak without encryption: use ws:// or host:port',
      'Reach one elsewhere by ssh -L 9229:127.0.0.1:9229 host.',
    );
  const bare = host.replace(/^\[|\]$/g, '');
  return {
    host: bare === '' ? '127.0.0.1' : bare,
    port: Number(port),
    ...(scheme === 'ws' && path !== '/' ? { path } : {}),
  };
}

export function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface Target {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly type: string;
  readonly path: string;
}

/** Targets that can be attached to, in the inspector's order. Throws ProcessError when nothing or something else answers. */
export async function listTargets(address: Address): Promise<Target[]> {
  const name = formatAddress(address);
  const request = new AbortController();
  let body: string;
  try {
    const host = await resolved(address.host);
    body = await withTimeout(get({ ...address, host }, '/json/list', request.signal), ANSWER_MS, () =>
      notAnswering(name),
    );
  } catch (error) {
    if (error instanceof ProcessError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') {
      throw new ProcessError(
        `${name} refuses the connection: nothing listens there`,
        'Start the program with node --inspect, or name its pid: heapgraph capture <pid>.',
      );
    }
    if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'ETIMEDOUT')
      throw new ProcessError(`${name} cannot be reached (${code})`, 'Check the address and the network.');
    throw notInspector(name, code === 'ECONNRESET' ? undefined : code);
  } finally {
    request.abort();
  }
  const listed = targetsIn(body);
  if (!listed) throw notInspector(name);
  return listed
    .filter(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl !== undefined)
    .map(({ id, title, url = '', type, webSocketDebuggerUrl = '' }) => ({
      id,
      title,
      url,
      type,
      path: webSocketDebuggerUrl.replace(/^wss?:\/\/[^/]+/, ''),
    }));
}

function notInspector(name: string, code?: string): ProcessError {
  return new ProcessError(
    `what listens at ${name} is not an inspector${code === undefined ? '' : ` (${code})`}`,
    'The port may belong to another program: look at the address that node --inspect printed.',
  );
}

/** More than any list of targets has. */
const LIST_LIMIT = 1 << 24;

/**
 * The body of an answer, on a connection that is closed with it, as an inspector waits at its end for those that are open.
 * Throws what the connection does; an error without a code for any status but 200, and for an endless body.
 */
function get({ host, port }: Address, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      response.on('end', () => resolve(body));
      response.on('data', (piece: string) => {
        body += piece;
        if (body.length > LIST_LIMIT) response.destroy(new Error('too long'));
      });
      if (response.statusCode !== 200) response.destroy(new Error(`status ${response.statusCode}`));
    });
    request.on('error', reject);
  });
}

type Listed = Omit<Target, 'path' | 'url'> & {
  readonly url?: string;
  readonly webSocketDebuggerUrl?: string;
};

/** The targets that an answer lists; undefined when it is anything else. */
function targetsIn(body: string): readonly Listed[] | undefined {
  let listed: unknown;
  try {
    listed = JSON.parse(body);
  } catch {
    return undefined;
  }
  return Array.isArray(listed) && listed.every(isListed) ? listed : undefined;
}

function isListed(value: unknown): value is Listed {
  if (typeof value !== 'object' || value === null) return false;
  const { id, title, url = '', type, webSocketDebuggerUrl = '' } = value as Record<string, unknown>;
  return [id, title, url, type, webSocketDebuggerUrl].every((part) => typeof part === 'string');
}

/** The target that is meant: the only one, the only page, or what `wanted` names. Throws ProcessError, with the list. */
export function chooseTarget(targets: readonly Target[], wanted: string | undefined, name: string): Target {
  const list = targets.map(({ id, type, title, url }) => `${id} ${type} "${title}" ${url}`).join('; ');
  if (targets.length === 0)
    throw new ProcessError(
      `the inspector at ${name} has no target that can be attached to`,
      'A page whose DevTools are open can be taken by some browsers only once they are closed.',
    );
  const fits =
    wanted === undefined
      ? targets
      : targets.some(({ id }) => id === wanted)
        ? targets.filter(({ id }) => id === wanted)
        : targets.filter(({ title, url }) => title.includes(wanted) || url.includes(wanted));
  const pages = wanted === undefined ? fits.filter(({ type }) => type === 'page') : [];
  if (fits.length === 1) return fits[0]!;
  if (pages.length === 1) return pages[0]!;
  throw new ProcessError(
    fits.length === 0
      ? `no target of ${name} is called "${printable(wanted!)}"`
      : `${fits.length} targets ${wanted === undefined ? `at ${name}` : `are called "${printable(wanted)}"`}`,
    `--target takes an id, or a part of a title or URL that only one has: ${printable(list)}`,
  );
}

/** The WebSocket of a target. */
export async function targetUrl({ host, port }: Address, path: string): Promise<string> {
  return `ws://${formatAddress({ host: await resolved(host), port })}${path}`;
}

/** The IP address of a host: inspectors answer to no other name. Throws ProcessError. */
async function resolved(host: string): Promise<string> {
  const { address } = await dns.lookup(host).catch((error) => {
    throw new ProcessError(`there is no host ${printable(host)} (${reasonOf(error)})`, 'Check the address.');
  });
  return address;
}
