/** Script names as people say them: `app.js`, and `orders/app.js` where there are several. */
import { isRuntimeScript } from './runtime.js';

/**
 * By script name: its last part, with as many of the folders in front of it as tell it from all the
 * others. Names of the runtime's own modules (`node:fs`) and names without folders stay whole, and
 * so do names of more than 4,096 characters. A query belongs to the last part.
 *
 * - Cost: linear in the names' length, times the number of folders that equal names have in common.
 */
export function shortScriptNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  const starts = new Map<string, readonly number[]>(); // where each part begins, the last first
  for (const name of names) starts.set(name, partsOf(name));
  let ambiguous = [...starts.keys()];
  for (let parts = 1; ambiguous.length > 0; parts++) {
    const suffixes = new Map<string, string[]>();
    for (const name of ambiguous) {
      const suffix = name.slice(starts.get(name)![parts - 1] ?? 0);
      const list = suffixes.get(suffix);
      if (list) list.push(name);
      else suffixes.set(suffix, [name]);
    }
    ambiguous = [];
    for (const [suffix, alike] of suffixes) {
      for (const name of alike) {
        if (alike.length === 1 || suffix === name) short.set(name, suffix);
        else ambiguous.push(name);
      }
    }
  }
  return short;
}

/**
 * Longer names are no paths, and stay whole: comparing them part by part would take quadratic time.
 */
const LONGEST_PATH = 1 << 12;

/** Where the parts of a name begin, the last part first. */
function partsOf(name: string): readonly number[] {
  if (isRuntimeScript(name) || name.length > LONGEST_PATH) return [0];
  const query = name.indexOf('?');
  const path = query < 0 ? name : name.slice(0, query);
  const starts = [0];
  for (const { index, 0: slashes } of path.matchAll(/[\\/]+(?=[^\\/])/g))
    if (index + slashes.length > 0) starts.unshift(index + slashes.length);
  return starts;
}
