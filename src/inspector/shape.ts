/**
 * What an answer of another program has to be before anything of it is used: checks that tell its
 * type.
 */

/** Whether a value is one. */
export type Is<T> = (value: unknown) => value is T;

export const isAnything: Is<unknown> = (_): _ is unknown => true;

export const isText: Is<string> = (value): value is string => typeof value === 'string';

export const isFlag: Is<boolean> = (value): value is boolean => typeof value === 'boolean';

/** A number of things or of bytes: finite, from 0 up. Inspectors give some of them as fractions. */
export const isAmount: Is<number> = (value): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** A whole number from 0 up. */
export const isCount: Is<number> = (value): value is number => isAmount(value) && Number.isInteger(value);

export function isNullOr<T>(is: Is<T>): Is<T | null> {
  return (value): value is T | null => value === null || is(value);
}

export function isMissingOr<T>(is: Is<T>): Is<T | undefined> {
  return (value): value is T | undefined => value === undefined || is(value);
}

export function isListOf<T>(is: Is<T>): Is<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(is);
}

export const isObject: Is<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object that has each of the properties as its check wants it; it may have others. */
export function isRecord<T extends object>(properties: { readonly [K in keyof T]-?: Is<T[K]> }): Is<T> {
  const checks = Object.entries(properties) as [string, Is<unknown>][];
  return (value): value is T =>
    isObject(value) && checks.every(([key, is]) => is(Object.hasOwn(value, key) ? value[key] : undefined));
}
