/** The WebSocket of a target. */
import { WebSocket } from 'ws';
import { ProcessError } from '../base/errors.js';
import { type Address, formatAddress } from './address.js';
import { Dialogue, type DialogueOptions } from './dialogue.js';
import { MESSAGE_LIMIT } from './limits.js';
import type { Session } from './session.js';
import { delay, NoAnswer, quoted, reasonOf, withTimeout } from './waiting.js';

export interface ConnectOptions extends DialogueOptions {
  /** Once it is aborted, the attempt ends. */
  readonly signal?: AbortSignal | undefined;
}

const CLOSE_MS = 300;

/**
 * Connects to a path of an address, and nowhere else: redirects are not followed. Messages over
 * MESSAGE_LIMIT end the session. Throws ProcessError.
 */
export async function connect(address: Address, path: string, options: ConnectOptions): Promise<Session> {
  const { what, limits, signal } = options;
  // The path is put in by itself, so that nothing in it can be taken for a host.
  const url = new URL(`ws://${formatAddress(address)}`);
  [url.pathname = '', url.search = ''] = path.split(/(?=\?)/, 2);
  const socket = new WebSocket(url, {
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_LIMIT,
  });
  const dialogue = new Dialogue(options, {
    send: (message) => socket.send(JSON.stringify(message), () => {}), // what fails is followed by `close`
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    cut: () => socket.terminate(),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise<void>((resolve) => void socket.once('close', resolve));
      socket.close();
      await Promise.race([closed, delay(CLOSE_MS)]);
      socket.terminate();
    },
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('unexpected-response', (_, { statusCode = 0 }) => {
      const leads =
        statusCode >= 300 && statusCode < 400 ? ', which would lead elsewhere and is not followed' : '';
      reject(new Error(`it answers with HTTP status ${statusCode}${leads}`));
    });
    socket.on('error', (error) => {
      reject(error);
      // It was connected: what came then was no WebSocket message, or too long a one.
      if ('code' in error && String(error.code).startsWith('WS_ERR_'))
        dialogue.fail(`what is no WebSocket message (${quoted(error.message)})`);
    });
  });
  socket.on('message', (data) => dialogue.receive(String(data)));
  socket.on('close', () => dialogue.end());
  const answered = options.onWait?.(`${what} to accept the connection`);
  try {
    await withTimeout(opened, {
      ms: limits.answer,
      late: () => new NoAnswer(what, limits.answer, 'the request for a WebSocket'),
      signal,
    });
  } catch (error) {
    socket.terminate();
    if (error instanceof ProcessError || signal?.aborted) throw error;
    throw new ProcessError(
      `cannot connect to ${what}: ${reasonOf(error)}`,
      'It may have ended, or its inspector is not for heapgraph: see --help.',
    );
  } finally {
    answered?.();
  }
  return dialogue;
}
