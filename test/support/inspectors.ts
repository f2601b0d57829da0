/** Inspectors that say what a test wants them to say: sound ones, and strangers that listen at a port. */
import http from 'node:http';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly sessionId?: string;
}

/** The other end of a session. */
export interface Peer {
  /** Sends a message; text and bytes as they are. */
  send(message: object | string | Uint8Array | null): void;
  readonly socket: WebSocket;
  /** The connection below it. */
  readonly raw: Duplex;
}

export interface Behaviour {
  /** The answer to a method: its result, or nothing at all. Those that are not named answer with an empty result. */
  readonly answers?: Readonly<Record<string, (question: Question, peer: Peer) => object | undefined>>;
  /** Answers HTTP requests in place of the list of one target. */
  readonly http?: (request: http.IncomingMessage, response: http.ServerResponse, port: number) => void;
  /** Answers the request for a WebSocket in place of a session. */
  readonly upgrade?: (socket: Duplex, request: http.IncomingMessage) => void;
  /** In place of what the list would give. */
  readonly target?: Readonly<Record<string, unknown>>;
}

export interface Inspector {
  readonly port: number;
  readonly address: string;
  /** What it was asked: `GET /json/list`, `UPGRADE /x`, `Runtime.evaluate`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** The smallest text that is a snapshot. */
export const SNAPSHOT =
  '{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic"],"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["element"],"string_or_number","node"]},"node_count":1,"edge_count":0},"nodes":[0,0,1,0,0],"edges":[],"strings":[""]}';

export const CHUNK = 'HeapProfiler.addHeapSnapshotChunk';

/** What Node.js answers to the question for facts. */
export const facts = (pid: unknown = 4242): object => ({
  result: { value: { name: 'Node.js', version: 'v20.20.0', pid, node: 'v20.20.0', heapUsed: null } },
});

/** A sound one, which sends SNAPSHOT. */
export const SOUND: NonNullable<Behaviour['answers']> = {
  'Runtime.evaluate': () => facts(),
  'Runtime.getHeapUsage': () => ({ usedSize: 1000, totalSize: 2000 }),
  'HeapProfiler.takeHeapSnapshot': (_, { send }) => {
    send({ method: CHUNK, params: { chunk: SNAPSHOT } });
    return {};
  },
};

/** Listens on the loopback, at a free port unless one is named. */
export async function startInspector(
  behaviour: Behaviour,
  { host = '127.0.0.1', port: wanted = 0 } = {},
): Promise<Inspector> {
  const asked: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    asked.push(`GET ${request.url}`);
    if (behaviour.http) return behaviour.http(request, response, port);
    const webSocketDebuggerUrl = `ws://${request.headers.host}/x`;
    const target = { id: 'x', title: 't', url: 'file:///x', type: 'node', webSocketDebuggerUrl };
    response.end(JSON.stringify([{ ...target, ...behaviour.target }]));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, raw, head) => {
    asked.push(`UPGRADE ${request.url}`);
    if (behaviour.upgrade) return behaviour.upgrade(raw, request);
    webSockets.handleUpgrade(request, raw, head, (socket) => {
      const send: Peer['send'] = (message) =>
        socket.send(
          typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message),
          () => {},
        );
      socket.on('error', () => {});
      socket.on('message', (text) => {
        const question = JSON.parse(String(text)) as Question;
        asked.push(question.method);
        const answer = behaviour.answers?.[question.method] ?? (() => ({}));
        const result = answer(question, { send, socket, raw });
        if (result !== undefined) send({ id: question.id, sessionId: question.sessionId, result });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, host, resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
