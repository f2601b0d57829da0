/** What an inspector offers: its targets, and the one that is meant. */
import http from 'node:http';
import { ProcessError } from '../base/errors.js';
import { printable } from '../base/printable.js';
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

export interface Runtime {
  /** `Node.js`, `Deno`, `Bun`, `Electron`, or what a browser calls itself. */
  readonly name: string;
  readonly version: string | null;
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

/**
 * Targets that can be attached to, in the inspector's order. Throws ProcessError when nothing or
 * something else answers.
 */
export async function listTargets(address: Address, options: AskOptions): Promise<Target[]> {
  const name = formatAddress(address);
  const { status, body } = await ask(address, '/json/list', options);
  if (status === 404 && (await runtimeAt(address, options))?.name === 'Bun') {
    throw new ProcessError(
      `the inspector of Bun at ${name} does not list its targets`,
      `Name the URL that bun --inspect printed: --inspect ws://${name}/…`,
    );
  }
  if (status !== 200) throw notInspector(name, `HTTP status ${status}`);
  const listed = parsed(body);
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

/**
 * What the inspector at an address says it is part of: `Chrome/147.0.7727.0`, `workerd`. Null when
 * it does not say.
 */
export async function runtimeAt(address: Address, options: AskOptions): Promise<Runtime | null> {
  const answer = await ask(address, '/json/version', options).catch((error: unknown) => {
    if (error instanceof ProcessError) return { status: 0, body: '' };
    throw error;
  });
  const version = answer.status === 200 ? parsed(answer.body) : undefined;
  const browser = isRecord({ Browser: isText })(version) ? version.Browser : '';
  const match = /^([A-Za-z][\w. ]{0,40})(?:\/(v?\d[\w.+-]{0,60}))?$/.exec(browser);
  return match ? { name: match[1]!, version: match[2] ?? null } : null;
}

interface HttpAnswer {
  readonly status: number;
  /** Empty for any status but 200. */
  readonly body: string;
}

/** Throws ProcessError when nothing answers, or something that does not speak HTTP. */
async function ask(address: Address, path: string, { limits, signal }: AskOptions): Promise<HttpAnswer> {
  const name = formatAddress(address);
  const ending = new AbortController();
  try {
    return await withTimeout(get(address, path, ending.signal), {
      ms: limits.answer,
      late: () => new NoAnswer(name, limits.answer, `GET ${path}`),
      signal,
    });
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
 * On a connection that is closed with the answer, as an inspector waits at its end for those that
 * are open. Redirects are answers like others. Throws what the connection does, and an error
 * without a code for an endless body.
 */
function get({ host, port }: Address, path: string, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, signal, agent: false }, (response) => {
      const { statusCode: status = 0 } = response;
      if (status !== 200) {
        response.destroy();
        return resolve({ status, body: '' });
      }
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('end', () => resolve({ status, body: Buffer.concat(pieces).toString() }));
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        length += piece.length;
        if (length > LIST_LIMIT) response.destroy(new Error('its answer is too long'));
      });
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

/**
 * The target that is meant: the only one, the only page, or what `wanted` names. Throws
 * ProcessError, with the list.
 */
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
