/**
 * What objects of packages say of their own state. Each rule was tried on a dead and a live object
 * of the version that it names (fixtures/dead/packages.cjs). Objects are known by properties of
 * their own rather than by their class: bundlers and subclasses give other names.
 */
import type { DeadRule } from './dead-rule.js';

const SOCKET_IS_GONE =
  '(prop("_socket", "<symbol kHandle>") = null and prop("_socket", "connecting") = false)';

export const PACKAGE_RULES: readonly DeadRule[] = [
  {
    has: '_closeFrameReceived',
    name: 'ws.WebSocket',
    where: 'has("_closeFrameSent") and has("_receiver")',
    dead: `(_closeFrameReceived = true and _closeFrameSent = true) or ${SOCKET_IS_GONE}`,
    alive: 'prop("_socket", "<symbol kHandle>") != null',
    why: 'was closed',
    versions: 'ws 8.23',
    remedy: 'Take the socket out when it is closed: socket.on("close", …).',
  },
  {
    has: 'initialTeardown',
    name: 'rxjs.Subscription',
    where: 'has("_finalizers") and has("_parentage")',
    dead: 'closed = true',
    alive: 'closed = false',
    why: 'was unsubscribed or has completed',
    versions: 'rxjs 7.8',
    remedy: 'Forget the subscription when it has completed, and where it is unsubscribed.',
  },
  {
    has: 'currentObservers',
    name: 'rxjs.Subject',
    where: 'has("observers") and has("thrownError")',
    dead: 'isStopped = true or closed = true',
    alive: 'isStopped = false and closed = false',
    why: 'has completed',
    versions: 'rxjs 7.8',
  },
  {
    has: '<symbol onClosed>',
    name: 'undici.Dispatcher',
    where: 'has("<symbol onDestroyed>") and has("<symbol closed>")',
    dead: 'prop("<symbol nodejs.stream.destroyed>") = true or prop("<symbol destroyed>") = true or prop("<symbol closed>") = true',
    alive: 'prop("<symbol closed>") = false',
    why: 'was closed',
    versions: 'undici 7.30',
  },
  {
    has: '_runningAutoPipelines',
    name: 'ioredis.Redis',
    where: 'has("commandQueue") and has("offlineQueue")',
    dead: 'status = "end"',
    alive: 'status = "ready"',
    why: 'was disconnected for good',
    versions: 'ioredis 6.0',
    remedy: 'Forget the connection when it ends: redis.on("end", …).',
  },
  {
    has: '_pendingQueue',
    name: 'pg.Pool',
    where: 'has("_idle") and has("ending") and has("ended")',
    dead: 'ended = true',
    alive: 'ended = false and ending = false',
    why: 'was ended',
    versions: 'pg-pool 3.14',
  },
  {
    has: 'connectionParameters',
    name: 'pg.Client',
    where: 'has("_ended") and has("_connected")',
    dead: '_ended = true',
    alive: '_connected = true and _ended = false',
    why: 'was ended, or its connection failed',
    versions: 'pg 8.23',
    remedy: 'Forget the client when it ends: client.on("end", …).',
  },
];
