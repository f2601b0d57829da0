/** Sentences about suspects: the headline, the evidence, what is usually done. */
import { formatBytes, formatCount } from '../../base/units.js';
import type { SuspectKind } from './finding.js';
import { LOGGED } from './logged.js';

/** What a sentence is about. */
export interface SuspectFacts {
  readonly verdict: string;
  readonly kind: SuspectKind;
  readonly count: number;
  readonly size: number;
  /** What the members are: `Session`, `onReload()`. */
  readonly member: string;
  /** What the finding calls them: `listeners`. */
  readonly word: string;
  /** What they hang on: `listeners of config for "reload"`, `byRegion.eu`. */
  readonly place: string;
  /** `onReload() in routes/flags.js:5`; undefined where no code of the program is known. */
  readonly code: string | undefined;
  readonly places: number;
  /** Members by snapshot. */
  readonly stayed: readonly number[];
}

/** One sentence; its first word is the verdict. */
export function headline(facts: SuspectFacts): string {
  return `${facts.verdict}: ${subject(facts)} ${facts.count === 1 ? 'keeps' : 'keep'} ${formatBytes(facts.size)}`;
}

function subject({ kind, count, member, word, place, code, places }: SuspectFacts): string {
  const many = formatCount(count);
  const by = code === undefined ? '' : `, ${code},`;
  switch (kind) {
    case 'listeners':
      return place.startsWith('listeners of')
        ? `${many} ${place}${by}`
        : `${many} listeners in ${place}${by}`;
    case 'timers':
      return `${many} timers that wait to call ${code ?? member}`;
    case 'pending':
      return `${many} calls of ${code ?? member} that wait`;
    case 'reactions':
      return `${many} callbacks that wait for one promise, ${place}${by}`;
    case 'stores':
      return `${many} ${member}, stores of AsyncLocalStorage${by}`;
    case 'handles':
      if (word === LOGGED) return `${many} ${member} that the console keeps for DevTools (inspector)${by}`;
      return `${many} open ${word} that only the runtime holds${by}`;
    case 'realms':
      return `${many} ${word}, one held by ${place}${by}`;
    case 'symbols':
      return `${many} ${word},`;
    case 'slices':
      return `${many} sliced strings in ${place}${by}`;
    case 'slabs':
      return `${many} ${word} in ${place}${by}`;
    case 'errors':
      return `${many} ${member} in ${place}, each with its .${word}${by},`;
    case 'modules':
      return `${formatCount(places)} modules loaded from ${word}`;
    case 'duplicates':
      return `${formatCount(places)} ${places === 1 ? 'package that is' : 'packages that are'} loaded from several folders, ${word},`;
    case 'external':
      return `${many} ${member} in ${place}${by}`;
    case 'list':
      return `${many} × ${member} that lead to each other, from ${place}${by}`;
    case 'large':
    case 'variable':
      return count > 1 ? `${many} × ${member} in places such as ${place}${by}` : `${place} (${member})${by}`;
    default:
      return `${many} × ${member} in ${places > 1 ? `${formatCount(places)} places such as ` : ''}${place}${by}`;
  }
}

/** Why a finding is one, in words. */
export function evidenceOf({ kind, count, places, member, word, stayed }: SuspectFacts): string {
  const many = formatCount(count);
  // With several snapshots it is told what of today's members was there before.
  const before = stayed.map(formatCount).join(' and ');
  const unsure = (what: string): string =>
    stayed.length > 0 ? `of these, ${before} were there before` : `one snapshot cannot tell ${what}`;
  switch (kind) {
    case 'listeners':
      return `One object has ${many} listeners for one event; Node.js warns of more than 10.`;
    case 'timers':
      return `${many} timers of one function are active and not cleared.`;
    case 'pending':
      return `${many} calls of one function wait in an await or yield; in a moment of load some do.`;
    case 'reactions':
      return `The promise has not settled, and each await or then of it added a callback: ${many} so far.`;
    case 'stores':
      return `${many} different stores are held by timers, promises or handles that were made in their run().`;
    case 'handles':
      if (word === LOGGED)
        return 'What was logged while an inspector is attached is held; the last 1,000 messages, or all with its Runtime domain on.';
      return `${many} handles are open, and no variable of the program holds them.`;
    case 'realms':
      return `${many} contexts are alive; a program without node:vm or windows has one to three.`;
    case 'symbols':
      return `Symbol.for keeps every symbol for as long as the process lives; Node.js and most programs have some hundreds.`;
    case 'slices':
      return `A slice keeps the whole text it was cut from; ${many} slices keep long texts.`;
    case 'slabs':
      return `${many} Buffers are the only or nearly the only views of memory that many could share.`;
    case 'errors':
      return `${many} errors are held alike, and what hangs on them is held by nothing else.`;
    case 'modules':
      return `${formatCount(places)} files with names alike, or one file again and again, were loaded; a loaded module is never freed.`;
    case 'duplicates':
      return 'Code of more than one folder of the same package is loaded; all copies together are counted.';
    case 'external':
      return 'Their memory is outside of the heap, or has a native part, of which a snapshot shows little.';
    case 'list':
      return `${many} objects of one class hang on each other; ${unsure('whether that grows')}.`;
    case 'variable':
      return `All that it leads to and nothing else does is counted${stayed.length > 0 ? '' : `; ${unsure('whether that grows')}`}.`;
    case 'large':
      return `The bytes are ${count > 1 ? 'their' : 'its'} own${stayed.length > 0 ? '' : `; ${unsure('whether that grows')}`}.`;
    default:
      return `${many} ${member} gather ${places > 1 ? 'in places that are held alike' : 'in one place'}; ${unsure('a full table from a leak')}.`;
  }
}

/** What is usually done about it. */
export const REMEDIES: Readonly<Record<SuspectKind, string | undefined>> = {
  dead: undefined,
  growth: 'Remove what is done with from the container, or limit its size.',
  listeners: "Remove the listener when it is done with, with once, removeListener or the option 'signal'.",
  timers: 'Keep what setInterval or setTimeout returns, and clear it when its owner goes.',
  pending: 'Give what they wait for a time limit, and settle it when the answer will not come.',
  reactions: 'Do not await one long-lived promise in every request; make one that can be left.',
  stores:
    'Make long-lived timers and connections outside of run(), or with AsyncResource.bind of the outer context.',
  handles: 'Close them: close() or terminate() when the answer has come.',
  slices: 'Copy the part: Buffer.from(text).toString(), or structuredClone of it.',
  slabs: 'Copy what is kept: Buffer.from(part) of a large one, Uint8Array.prototype.slice.',
  registered: undefined,
  symbols: 'Use Symbol() or a property of a Map for what has an id; Symbol.for is for a few fixed names.',
  realms: 'Close windows (window.close() of jsdom), and drop what came out of a context.',
  errors: 'Keep what is to be reported of an error (message, code, stack), not the error.',
  modules: 'Load a file once: without a query in its address, and not from files made on the fly.',
  duplicates: 'npm dedupe, or one range of versions for all that depend on it.',
  external: undefined,
  gathering: undefined,
  list: undefined,
  large: undefined,
  variable: undefined,
};
