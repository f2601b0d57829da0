/** What an inspector offers: its targets, and the one that is meant. */
import http from 'node:http';
import { ProcessError } from '../errors.js';
import { printable } from '../printable.js';
import { type Address, formatAddress, webSocketPath } from './address.js';
import { LIST_LIMIT, type Limits } from './limits.js';
import { isListOf, isMissingOr, isRecord, isText } from './shape.js';
import { NoAnswer, quoted, withTimeout } from './waiting.js';

export interface Target {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly type: string;
  /** Of its WebSocket. */
  readonly path: string;
}

export interface AskOptions {
  readonly limits: Limits;
  /** Once it is aborted, the question ends. */
  readonly signal?: AbortSignal | undefined;
}

interface Listed {
  readonly id: string;
  readonly title?: string;
  readonly url?: string;
  readonly type?: string;
  readonly webSocketDebuggerUrl?: string;
}

const isList = isListOf(
  isRecord<Listed>({
    id: isText,
    title: isMissingOr(isText),
    url: isMissingOr(isText),
    type: isMissingOr(isText),
    webSocketDebuggerUrl: isMissingOr(isText),
  }),
);

/** Targets that can be attached to, in the inspector's order. Throws ProcessError when nothing or something else answers. */
export async function listTargets(address: Address, options: AskOptions): Promise<Target[]> {
  const name = formatAddress(address);
  const listed = await getJson(address, '/json/list', options);
  if (!isList(listed)) throw notInspector(name);
  return listed.flatMap(({ id, title = '', url = '', type = '', webSocketDebuggerUrl }) => {
    if (webSocketDebuggerUrl === undefined) return []; // another debugger has it
    const path = webSocketPath(webSocketDebuggerUrl);
    if (path === undefined)
      throw notInspector(
        name,
        `it names a target at "${quoted(webSocketDebuggerUrl)}", which is no ws:// URL`,
      );
    return [{ id, title, url, type, path }];
  });
}

/** What an address answers to a request, as JSON; undefined when it is none. Throws ProcessError. */
export async function getJson(
  address: Address,
  path: string,
  { limits, signal }: AskOptions,
): Promise<unknown> {
  const name = formatAddress(address);
  const ending = new AbortController();
  try {
    const body = await withTimeout(get(address, path, ending.signal), {
      ms: limits.answer,
      late: () => new NoAnswer(name, limits.answer, `GET ${path}`),
      signal,
    });
    return parsed(body);
  } catch (error) {
    if (error instanceof ProcessError || signal?.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') {
      throw new ProcessError(
        `${name} refuses the connection: nothing listens there`,
        'Start the program with node --inspect, or name its pid: heapgraph capture <pid>.',
      );
    }
    if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'ETIMEDOUT')
      throw new ProcessError(`${name} cannot be reached (${code})`, 'Check the address and the network.');
    throw notInspector(name, code === 'ECONNRESET' ? undefined : quoted(code ?? message));
  } finally {
    ending.abort();
  }
}

function notInspector(name: string, found?: string): ProcessError {
  return new ProcessError(
    `what listens at ${name} is not an inspector${found === undefined ? '' : ` (${found})`}`,
    'The port may belong to another program: look at the address that node --inspect printed.',
  );
}

/**
 * The body of an answer, on a connection that is closed with it, as an inspector waits at its end for those that are open.
 * Throws what the connection does; an error without a code for any status but 200, redirects too, and for an endless body.
 */
function get({ host, port }: Address, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, signal, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(pieces).toString()));
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        length += piece.length;
        if (length > LIST_LIMIT) response.destroy(new Error('its answer is too long'));
      });
      if (response.statusCode !== 200) response.destroy(new Error(`HTTP status ${response.statusCode}`));
    });
    request.on('error', reject);
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The target that is meant: the only one, the only page, or what `wanted` names. Throws ProcessError, with the list. */
export function chooseTarget(targets: readonly Target[], wanted: string | undefined, name: string): Target {
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
    `--target takes an id, or a part of a title or URL that only one has: ${listOf(
      targets.map(
        ({ id, type, title, url }) => `${quoted(id)} ${quoted(type)} "${quoted(title)}" ${quoted(url)}`,
      ),
    )}`,
  );
}

/** More are counted. */
const SHOWN = 20;

export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join('; ');
  return names.length > SHOWN ? `${shown}; and ${names.length - SHOWN} more` : shown;
}
