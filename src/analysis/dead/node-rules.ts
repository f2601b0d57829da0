/**
 * What objects of Node.js say of their own state.
 *
 * Tried on a dead and a live object of each kind in Node.js 18.20, 20.20, 22.23, 24.21 and 26.10
 * (test/analysis/dead). Class names are those in the file: an AbortSignal is an `EventTarget` up to
 * Node.js 20. From Node.js 20 on the state of a stream is a number, which is in the file only where
 * it was taken with numbers.
 *
 * Left out: a detached ArrayBuffer looks like an empty one.
 */
import type { DeadRule, ExpectedHolder } from './dead-rule.js';

const NODE = 'Node.js 18 to 26';
const CLOSE = 'Take it out when it is closed: .on("close", …).';

/**
 * Bits of `<symbol kState>`, the same in Node.js 20 to 26. Source: lib/internal/streams/utils.js.
 */
const READABLE = '"_readableState", "<symbol kState>"';
const WRITABLE = '"_writableState", "<symbol kState>"';
const DESTROYED = 4;
const CLOSED = 5;
const END_EMITTED = 10;
const FINISHED = 13;

/** A stream whose state says that it was destroyed or closed; Node.js 18 has booleans. */
function isDestroyed(state: string, bits: string): string {
  return `(bit(prop(${bits}), ${DESTROYED}) or bit(prop(${bits}), ${CLOSED}) or prop("${state}", "destroyed") = true or prop("${state}", "closed") = true)`;
}
const READABLE_DESTROYED = isDestroyed('_readableState', READABLE);
const WRITABLE_DESTROYED = isDestroyed('_writableState', WRITABLE);
const READ = `(bit(prop(${READABLE}), ${END_EMITTED}) or prop("_readableState", "endEmitted") = true)`;
const WRITTEN = `(bit(prop(${WRITABLE}), ${FINISHED}) or prop("_writableState", "finished") = true)`;
const STATE_KNOWN = (state: string, bits: string): string => `(has(${bits}) or has("${state}", "destroyed"))`;

/** A property that is there and neither null nor undefined. */
const isThere = (name: string): string => `(prop("${name}") != null and prop("${name}") != undefined)`;
const HANDLE = '<symbol kHandle>';

/** The first rule that fits decides: those of single classes stand before those of all streams. */
export const NODE_RULES: readonly DeadRule[] = [
  {
    class: ['ServerResponse'],
    has: '_expect_continue',
    where: 'has("finished")',
    dead: '_closed = true or destroyed = true or (finished = true and (socket = null or prop("<symbol kSocket>") = null))',
    alive: 'finished = false and _closed = false',
    why: 'was sent or its connection is gone',
    versions: NODE,
    remedy: 'Take the response out when it is over: res.on("close", …).',
  },
  {
    class: ['ClientRequest'],
    where: 'has("timeoutCb") and has("_ended")',
    dead: '_closed = true or destroyed = true',
    alive: '_closed = false and destroyed = false',
    why: 'is over',
    versions: NODE,
    remedy: 'Take the request out when it is over: req.on("close", …).',
  },
  {
    class: ['IncomingMessage'],
    has: '_dumped',
    where: 'has("complete")',
    // On the side of the client its request says it.
    dead: 'complete = true and (_dumped = true or socket = null or prop("req", "_closed") = true)',
    alive: 'complete = false and _dumped = false',
    why: 'was read and answered',
    versions: NODE,
    remedy: 'Keep what is needed of it (its url, its headers), not the message.',
  },
  {
    has: '_pendingEncoding',
    name: 'Socket',
    where: 'has("connecting") and has("_pendingData")',
    dead: `prop("${HANDLE}") = null and connecting = false and (${isThere('server')} or ${isThere('_host')} or ${isThere('_peername')})`,
    alive: isThere(HANDLE),
    why: 'was closed',
    versions: NODE,
    remedy: 'Take the socket out when it is closed: socket.on("close", …).',
  },
  {
    has: '_connectionKey',
    name: 'Server',
    where: 'has("_usingWorkers") or has("_workers")',
    dead: '_handle = null',
    alive: isThere('_handle'),
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    has: '<symbol state symbol>',
    name: 'dgram.Socket',
    dead: 'prop("<symbol state symbol>", "handle") = null',
    alive: 'prop("<symbol state symbol>", "handle") != null',
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['Timeout'],
    where: 'has("_idleNext") and has("_idlePrev") and has("_onTimeout")',
    dead: '_destroyed = true',
    alive: '_destroyed = false',
    why: 'has fired or was cleared',
    versions: NODE,
    remedy: 'Forget the timer where it fires and where it is cleared; its callback holds what it uses.',
  },
  {
    class: ['Immediate'],
    where: 'has("_idleNext") and has("_onImmediate")',
    dead: '_destroyed = true',
    alive: '_destroyed = false',
    why: 'has run or was cleared',
    versions: NODE,
  },
  {
    has: '<symbol kAborted>',
    name: 'AbortSignal',
    dead: 'prop("<symbol kAborted>") = true',
    alive: 'prop("<symbol kAborted>") = false',
    why: 'is aborted',
    versions: NODE,
    remedy: 'Forget the signal, and what waits for it, when it was aborted.',
  },
  {
    class: ['Worker'],
    has: '<symbol kPublicPort>',
    where: 'has("<symbol kPublicPort>") and has("<symbol kPort>")',
    dead: `prop("${HANDLE}") = null and prop("<symbol kPort>") = null and prop("<symbol kPublicPort>") = null`,
    alive: isThere(HANDLE),
    why: 'has ended',
    versions: NODE,
    remedy: 'Forget the worker when it ends: worker.on("exit", …).',
  },
  {
    class: ['MessagePort'],
    where: 'has("<symbol nodejs.internal.kCurrentlyReceivingPorts>")',
    runtimes: ['Node.js', 'Electron'],
    dead: 'not edge("javascript_to_native")',
    alive: 'edge("javascript_to_native")',
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['BroadcastChannel'],
    where: 'has("<symbol kOnMessage>")',
    dead: `prop("${HANDLE}") = undefined`,
    alive: isThere(HANDLE),
    why: 'was closed',
    versions: NODE,
  },
  {
    class: ['ChildProcess'],
    where: 'has("spawnargs") and has("signalCode")',
    dead: '_handle = null and (not exitCode = null or signalCode ~ /./)',
    alive: `${isThere('_handle')} and exitCode = null`,
    why: 'has ended',
    versions: NODE,
    remedy: 'Forget the process when it ends: child.on("exit", …).',
  },
  {
    class: ['ReadStream'],
    where: 'has("<symbol kFs>") and has("_readableState")',
    dead: `fd = null and (${READABLE_DESTROYED} or not ${STATE_KNOWN('_readableState', READABLE)})`,
    alive: `not has("fd") or fd != null`,
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['WriteStream'],
    where: 'has("<symbol kFs>") and has("_writableState")',
    dead: `fd = null and (${WRITABLE_DESTROYED} or not ${STATE_KNOWN('_writableState', WRITABLE)})`,
    alive: `not has("fd") or fd != null`,
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['FileHandle'],
    where: `has("${HANDLE}")`,
    dead: 'prop("<symbol kClosePromise>") = undefined',
    alive: 'prop("<symbol kClosePromise>") = null',
    why: 'was closed',
    versions: NODE,
  },
  {
    class: ['FSWatcher'],
    where: 'has("_handle") and not has("_closers")',
    dead: '_handle = null',
    alive: isThere('_handle'),
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['Dir'],
    where: 'has("#handle") or has("<symbol kDirHandle>")',
    dead: 'prop("#closed") = true or prop("<symbol kDirClosed>") = true',
    alive: 'prop("#closed") = false or prop("<symbol kDirClosed>") = false',
    why: 'was closed',
    versions: NODE,
  },
  {
    has: '<symbol _sawKeyPress>',
    name: 'Interface',
    where: 'has("terminal")',
    dead: 'closed = true',
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    has: '_outBuffer',
    name: 'zlib',
    where: 'has("_writeState") and has("_writableState")',
    dead: '_handle = null',
    alive: isThere('_handle'),
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['ClientHttp2Session', 'ServerHttp2Session'],
    where: 'has("<symbol kNativeFields>")',
    dead: `prop("${HANDLE}") = undefined and prop("<symbol socket>") = undefined`,
    alive: isThere(HANDLE),
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['ClientHttp2Stream', 'ServerHttp2Stream'],
    where: 'has("<symbol sent-headers>") or has("<symbol kSession>")',
    dead: `prop("${HANDLE}") = undefined and prop("<symbol kSession>") = undefined`,
    alive: isThere(HANDLE),
    why: 'was closed',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['Http2ServerRequest', 'Http2ServerResponse'],
    where: 'has("<symbol state>") and has("<symbol stream>")',
    dead: 'prop("<symbol state>", "closed") = true',
    alive: 'prop("<symbol state>", "closed") = false',
    why: 'is over',
    versions: NODE,
    remedy: CLOSE,
  },
  {
    class: ['ReadableStream', 'WritableStream'],
    where: 'has("<symbol kType>")',
    dead: 'prop("<symbol kState>", "state") = "closed" or prop("<symbol kState>", "state") = "errored"',
    alive: 'prop("<symbol kState>", "state") = "readable" or prop("<symbol kState>", "state") = "writable"',
    why: 'is over',
    versions: NODE,
  },
  {
    class: ['AsyncLocalStorage'],
    where: 'has("kResourceStore")',
    dead: 'enabled = false',
    alive: 'enabled = true',
    why: 'is disabled, or was never used',
    versions: 'Node.js 18 to 22; later ones do not show it',
  },
  {
    class: ['WeakRef'],
    onlyOfProgram: true, // it is small, and runtimes keep thousands of them for a while
    where: 'type = object',
    runtimes: ['Node.js', 'Electron', 'Deno', 'the browser', 'workerd'],
    dead: 'not edge("target")',
    alive: 'edge("target")',
    why: 'refers to an object that is gone',
    versions: NODE,
    remedy: 'Take the reference out when its target is gone: a FinalizationRegistry says when.',
  },
  {
    has: '_readableState',
    name: 'Duplex',
    where: 'has("_writableState")',
    // Both sides are destroyed together. A socket that was never connected looks alive.
    dead: `${READABLE_DESTROYED} or ${WRITABLE_DESTROYED} or ${READ} and ${WRITTEN}`,
    alive: `not has("_pendingEncoding") and ${STATE_KNOWN('_writableState', WRITABLE)} and not ${WRITABLE_DESTROYED} and not ${WRITTEN}`,
    why: 'is over',
    versions: 'Node.js 18; from 20 on in snapshots with numbers',
    remedy: CLOSE,
  },
  {
    has: '_readableState',
    name: 'Readable',
    // The message of a request is destroyed when it was read, and in use until it is answered.
    where: 'not has("_writableState") and not has("_dumped")',
    dead: `${READABLE_DESTROYED} or ${READ}`,
    alive: `${STATE_KNOWN('_readableState', READABLE)} and not ${READABLE_DESTROYED} and not ${READ}`,
    why: 'is over',
    versions: 'Node.js 18; from 20 on in snapshots with numbers',
    remedy: CLOSE,
  },
  {
    has: '_writableState',
    name: 'Writable',
    where: 'not has("_readableState")',
    dead: `${WRITABLE_DESTROYED} or ${WRITTEN}`,
    alive: `${STATE_KNOWN('_writableState', WRITABLE)} and not ${WRITABLE_DESTROYED} and not ${WRITTEN}`,
    why: 'is over',
    versions: 'Node.js 18; from 20 on in snapshots with numbers',
    remedy: CLOSE,
  },
];

/** Where Node.js itself keeps what is over until it uses it again. */
export const EXPECTED_HOLDERS: readonly ExpectedHolder[] = [
  {
    class: 'HTTPParser',
    edge: 'incoming',
    why: 'a parser keeps the last message until the next one comes',
  },
];
