/** How many instances of classes a running process has, without a snapshot. */
import { ProcessError } from '../base/errors.js';
import type { Session } from './session.js';
import { isAnything, isCount, isListOf, isMissingOr, isObject, isRecord, isText } from './shape.js';

/** The instances of one class. */
export interface LiveCount {
  readonly type: string;
  /** As a snapshot would count them: prototypes of the class, not instances of subclasses. */
  readonly count: number;
  /** Functions of that name with a prototype of their own; 0 where there is no such class. */
  readonly classes: number;
}

export interface LiveCounts {
  readonly counts: readonly LiveCount[];
  /**
   * Milliseconds of all questions together: while one is answered the process does nothing else.
   * Between two of them it goes on.
   */
  readonly pause: number;
  /** Milliseconds of the longest one. */
  readonly longest: number;
}

/** Everything that the process keeps for us is in this group, and let go at the end. */
const GROUP = 'heapgraph-live-counts';
/** Kinds of objects below one class that are asked for their names one by one. */
const MOST_KINDS = 5000;
/** Functions of one name that are looked at. */
const MOST_CLASSES = 1000;

interface Remote {
  readonly objectId?: string | undefined;
  readonly className?: string | undefined;
  readonly value?: unknown;
}

const isRemote = isRecord<Remote>({
  objectId: isMissingOr(isText),
  className: isMissingOr(isText),
  value: isAnything,
});
const isProperty = isRecord<{ readonly name: string; readonly value?: Remote | undefined }>({
  name: isText,
  value: isMissingOr(isRemote),
});
type Properties = {
  readonly result: { readonly name: string; readonly value?: Remote | undefined }[];
  readonly internalProperties?: { readonly name: string; readonly value?: Remote | undefined }[] | undefined;
};
const isProperties = isRecord<Properties>({
  result: isListOf(isProperty),
  internalProperties: isMissingOr(isListOf(isProperty)),
});
const isResult = isRecord<{ readonly result: Remote; readonly exceptionDetails?: object | undefined }>({
  result: isRemote,
  exceptionDetails: isMissingOr(isObject),
});
const isObjects = isRecord<{ readonly objects: Remote }>({ objects: isRemote });

/**
 * Functions of a list that are called so and have a prototype of their own: their prototypes. No
 * getter runs, and what would change anything of the program's throws (`throwOnSideEffect`).
 */
const PROTOTYPES = `function (name, most) {
  const describe = Object.getOwnPropertyDescriptor;
  const found = [];
  for (let i = 0; i < this.length && found.length < most; i++) {
    const called = describe(this[i], 'name');
    if (called === undefined || called.value !== name) continue;
    const own = describe(this[i], 'prototype');
    if (own === undefined || own.value === null || typeof own.value !== 'object') continue;
    let known = false;
    for (let j = 0; j < found.length; j++) if (found[j] === own.value) known = true;
    if (!known) found[found.length] = own.value;
  }
  return found;
}`;

/**
 * The objects of a list by what their name depends on: their prototype. Those that say it
 * themselves are alone. Objects that come after one of the first prototypes are left out: they are
 * counted there. Gives number, object, number, object, …; a number alone at the end are those left
 * over.
 */
const KINDS = `function (all, index, most) {
  const { getPrototypeOf, getOwnPropertyDescriptor: describe } = Object;
  const tag = Symbol.toStringTag;
  const kinds = [];
  const prototypes = [];
  let last = -1;
  let rest = 0;
  for (let i = 0; i < this.length; i++) {
    const object = this[i];
    const prototype = getPrototypeOf(object);
    const isAlone = describe(object, 'constructor') !== undefined || describe(object, tag) !== undefined;
    if (!isAlone && last >= 0 && prototypes[last] === prototype) {
      if (kinds[2 * last] > 0) kinds[2 * last]++;
      continue;
    }
    let at = -1;
    if (!isAlone) for (let j = 0; j < prototypes.length && at < 0; j++) if (prototypes[j] === prototype) at = j;
    if (at >= 0) {
      last = at;
      if (kinds[2 * at] > 0) kinds[2 * at]++;
      continue;
    }
    if (prototypes.length >= most) {
      rest++;
      continue;
    }
    let isBefore = false;
    let p = prototype;
    for (let steps = 0; index > 0 && steps < 1000 && p !== null && !isBefore; steps++, p = getPrototypeOf(p))
      for (let j = 0; j < index; j++) if (all[j] === p) isBefore = true;
    at = prototypes.length;
    prototypes[at] = isAlone ? undefined : prototype;
    kinds[2 * at] = isBefore ? 0 : 1;
    kinds[2 * at + 1] = object;
    if (!isAlone) last = at;
  }
  if (rest > 0) kinds[kinds.length] = rest;
  return kinds;
}`;

/**
 * Counts the instances of classes, by their names.
 *
 * The functions of the program are the objects with Function.prototype in their chain; those of
 * the name are asked for their prototype, and V8 for all objects with that in their chain. V8 names
 * each kind of them as it does in a snapshot, so that subclasses count under their own names. It
 * collects garbage before each search.
 *
 * - Throws: ProcessError where the inspector knows no such search, and where the program's own code
 *   would have run.
 * - Not counted: objects of other contexts (`node:vm`), of classes whose `name` is a property of
 *   their own making. Objects with one prototype go by the name of the first of them.
 * - Cost: in the process a pause of a full garbage collection and a walk through its heap for all
 *   functions, and for each prototype.
 */
export async function countLive(session: Session, names: readonly string[]): Promise<LiveCounts> {
  const { what, limits } = session;
  let pause = 0;
  let longest = 0;
  const asked: Asked = {
    what,
    limits,
    async send(method, params, options) {
      const begun = performance.now();
      try {
        return await session.send(method, params, options);
      } finally {
        const time = performance.now() - begun;
        pause += time;
        longest = Math.max(longest, time);
      }
    },
  };
  try {
    const functions = await instancesOf(asked, await functionPrototype(asked));
    const counts: LiveCount[] = [];
    for (const type of names) counts.push(await countOf(asked, functions, type));
    return { counts, pause, longest };
  } finally {
    if (!session.over)
      await session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }).catch(() => undefined);
  }
}

/** A session that times its questions. */
type Asked = Pick<Session, 'what' | 'limits' | 'send'>;

async function countOf(session: Asked, functions: string, type: string): Promise<LiveCount> {
  const list = await call(session, functions, PROTOTYPES, [{ value: type }, { value: MOST_CLASSES }]);
  const prototypes = (await itemsOf(session, list)).flatMap(({ objectId }) => objectId ?? []);
  if (prototypes.length >= MOST_CLASSES)
    throw new ProcessError(`${session.what} has ${MOST_CLASSES} classes called ${type}, or more`, SNAPSHOT);
  let count = 0;
  for (const [index, prototype] of prototypes.entries()) {
    const instances = await instancesOf(session, prototype);
    const given = [{ objectId: list }, { value: index }, { value: MOST_KINDS }];
    const items = await itemsOf(session, await call(session, instances, KINDS, given));
    if (items.length % 2 === 1)
      throw new ProcessError(
        `instances of ${type} in ${session.what} are of more than ${MOST_KINDS} kinds`,
        SNAPSHOT,
      );
    for (let i = 0; i < items.length; i += 2) {
      const { value } = items[i]!;
      if (items[i + 1]!.className === type && isCount(value)) count += value;
    }
  }
  return { type, count, classes: prototypes.length };
}

const SNAPSHOT = 'Take a snapshot: heapgraph capture.';

/** The prototype of a function that is made for this, which no code of the program gives. */
async function functionPrototype(session: Asked): Promise<string> {
  const { result } = await session.send(
    'Runtime.evaluate',
    { expression: '(function () {})', objectGroup: GROUP, silent: true, throwOnSideEffect: true },
    { is: isResult },
  );
  const { internalProperties = [] } = await propertiesOf(session, result.objectId);
  const found = internalProperties.find(({ name }) => name === '[[Prototype]]')?.value?.objectId;
  if (found === undefined) throw unable(session);
  return found;
}

/** A list of the objects with a prototype in their chain. */
async function instancesOf(session: Asked, prototypeObjectId: string): Promise<string> {
  const { objects } = await session.send(
    'Runtime.queryObjects',
    { prototypeObjectId, objectGroup: GROUP },
    { is: isObjects, ...long(session) },
  );
  if (objects.objectId === undefined) throw unable(session);
  return objects.objectId;
}

async function call(
  session: Asked,
  objectId: string,
  functionDeclaration: string,
  given: readonly object[],
): Promise<string> {
  const { result, exceptionDetails } = await session.send(
    'Runtime.callFunctionOn',
    {
      objectId,
      functionDeclaration,
      arguments: given,
      objectGroup: GROUP,
      silent: true,
      throwOnSideEffect: true,
    },
    { is: isResult, ...long(session) },
  );
  if (exceptionDetails !== undefined || result.objectId === undefined) throw unable(session);
  return result.objectId;
}

/** Items of a list, by their indexes. */
async function itemsOf(session: Asked, objectId: string): Promise<Remote[]> {
  const items: Remote[] = [];
  for (const { name, value } of (await propertiesOf(session, objectId)).result)
    if (/^\d{1,9}$/.test(name) && Number(name) <= 2 * MOST_KINDS) items[Number(name)] = value ?? {};
  return Array.from(items, (item) => item ?? {});
}

function propertiesOf(session: Asked, objectId: string | undefined): Promise<Properties> {
  if (objectId === undefined) throw unable(session);
  return session.send(
    'Runtime.getProperties',
    { objectId, ownProperties: true },
    { is: isProperties, ...long(session) },
  );
}

/** The search takes as long as a garbage collection, and says nothing meanwhile. */
function long({ limits }: Asked): { readonly within: number } {
  return { within: limits.whole ?? limits.silence(null) };
}

function unable({ what }: Asked): ProcessError {
  return new ProcessError(
    `${what} does not let its objects be counted without running code of its own`,
    'It may have replaced functions of JavaScript, such as Object.getOwnPropertyDescriptor. A snapshot runs none: heapgraph capture.',
  );
}
