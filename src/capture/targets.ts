/** What an inspector offers: its address, its targets, and the one that is meant. */
import dns from 'node:dns/promises';
import CDP from 'chrome-remote-interface';
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
  let listed: CDP.Target[];
  try {
    listed = await withTimeout(CDP.List({ host: address.host, port: address.port }), ANSWER_MS, () =>
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
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new ProcessError(`there is no host ${printable(address.host)}`, 'Check the address.');
    if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'ETIMEDOUT')
      throw new ProcessError(`${name} cannot be reached (${code})`, 'Check the address and the network.');
    const timedOut = code === 'ECONNRESET' || code === undefined ? '' : ` (${code})`;
    throw new ProcessError(
      `what listens at ${name} is not an inspector${timedOut}`,
      'The port may belong to another program: look at the address that node --inspect printed.',
    );
  }
  if (!Array.isArray(listed)) throw new ProcessError(`what listens at ${name} is not an inspector`);
  return listed
    .filter((target) => typeof target.webSocketDebuggerUrl === 'string')
    .map(({ id, title, url, type, webSocketDebuggerUrl }) => ({
      id,
      title,
      url,
      type,
      path: webSocketDebuggerUrl.replace(/^wss?:\/\/[^/]+/, ''),
    }));
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

/** The WebSocket of a target. Inspectors answer to IP addresses only, so a name is looked up. */
export async function targetUrl({ host, port }: Address, path: string): Promise<string> {
  const { address } = await dns.lookup(host).catch((error) => {
    throw new ProcessError(`there is no host ${printable(host)} (${reasonOf(error)})`, 'Check the address.');
  });
  return `ws://${formatAddress({ host: address, port })}${path}`;
}
