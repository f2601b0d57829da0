/** Which classes a name, a pattern or a function means. */

/** Exact class names, or patterns that the name has to match somewhere. */
export type TypeMatcher = (type: string) => boolean;

/** In: an exact class name, a pattern that the name has to match somewhere, or a function. */
export function matcherOf(type: string | RegExp | TypeMatcher): TypeMatcher {
  if (typeof type === 'string') return (name) => name === type;
  if (typeof type === 'function') return type;
  // A global or sticky pattern remembers where it stopped: each name is a new text.
  const pattern =
    type.global || type.sticky ? new RegExp(type.source, type.flags.replace(/[gy]/g, '')) : type;
  return (name) => pattern.test(name);
}
