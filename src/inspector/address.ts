/** Where an inspector listens. */
import dns from 'node:dns/promises';
import { ProcessError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { reasonOf } from './waiting.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface NamedAddress extends Address {
  /** Of a WebSocket, when it was given: no target has to be chosen then. */
  readonly path?: string;
}

/**
 * Reads `127.0.0.1:9229`, `[::1]:9229`, `localhost:9229`, `:9229`, `ws://host:port/path`,
 * `http://host:port`. Throws UsageError.
 */
export function parseAddress(text: string): NamedAddress {
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

/**
 * With the IP address of its host: inspectors answer to no other name, and a name can lead
 * elsewhere the next time. Throws ProcessError.
 */
export async function resolveAddress({ host, port }: Address): Promise<Address> {
  const { address } = await dns.lookup(host).catch((error) => {
    throw new ProcessError(`there is no host ${printable(host)} (${reasonOf(error)})`, 'Check the address.');
  });
  return { host: address, port };
}

/**
 * The path of the WebSocket URL that an inspector gives for a target; undefined when it gives
 * something else. Its host and port do not count: behind a tunnel they are wrong, and an inspector
 * has no say in where heapgraph connects to.
 */
export function webSocketPath(text: string): string | undefined {
  if (!/^wss?:\/\//i.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && url.host !== '' && url.username === '' && url.password === ''
    ? url.pathname + url.search
    : undefined;
}
