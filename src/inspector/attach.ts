/** Attaches to a target: by the address of its inspector, or by an inspector's URL. */
import { type Address, formatAddress, type NamedAddress, parseAddress, resolveAddress } from './address.js';
import { connect } from './connect.js';
import { type TargetFacts, targetFacts } from './facts.js';
import type { Limits } from './limits.js';
import type { Session } from './session.js';
import { chooseTarget, listTargets, runtimeAt } from './targets.js';
import { type OnWait, unlessAborted } from './waiting.js';

export interface Attached {
  readonly session: Session;
  readonly facts: TargetFacts;
  /** Whom messages speak of: `process 4711`. */
  readonly name: string;
  /**
   * Leaves it as it was found: an inspector that was opened for us is closed. May be called more
   * than once.
   */
  detach(): Promise<void>;
}

export interface AttachOptions {
  readonly limits: Limits;
  /** Once it is aborted, the attempt ends. */
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: OnWait | undefined;
}

/** Attaches to the target at an address. Throws UsageError, ProcessError. */
export async function attachToAddress(
  text: string,
  target: string | undefined,
  options: AttachOptions,
): Promise<Attached> {
  const named: NamedAddress = parseAddress(text);
  const name = formatAddress(named);
  const address = await resolveAddress(named);
  const path = named.path ?? chooseTarget(await listTargets(address, options), target, name).path;
  const attached = await attachTo(address, path, name, options);
  const runtime = attached.facts.runtime ?? (await runtimeAt(address, options));
  return { ...attached, facts: { ...attached.facts, runtime } };
}

/** Attaches to the target of a WebSocket URL. Throws UsageError, ProcessError. */
export async function attachToUrl(url: string, where: string, options: AttachOptions): Promise<Attached> {
  const { path = '/', ...address } = parseAddress(url);
  return attachTo(address, path, where, options);
}

/** Attaches to a path of an address. Throws ProcessError. */
export async function attachTo(
  address: Address,
  path: string,
  where: string,
  options: AttachOptions,
): Promise<Attached> {
  const session = await connect(address, path, { what: where, ...options });
  try {
    const facts = await unlessAborted(targetFacts(session), options.signal);
    const name = facts.pid === null ? where : `process ${facts.pid}`;
    return { session, facts, name, detach: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}
