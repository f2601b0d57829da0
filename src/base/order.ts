/** Orders of rows, made of keys: `inOrder(byDescending(size), byText(name))`. */

/** Below 0 when the first row comes first, above 0 when the second does, 0 for equals. */
export type Compare<T> = (a: T, b: T) => number;

/** The largest number first. */
export function byDescending<T>(key: (row: T) => number): Compare<T> {
  return (a, b) => key(b) - key(a);
}

/** The smallest number first. */
export function byAscending<T>(key: (row: T) => number): Compare<T> {
  return (a, b) => key(a) - key(b);
}

/** By UTF-16 code units, as the `<` of the language compares texts: the same on every machine. */
export function byText<T>(key: (row: T) => string): Compare<T> {
  return (a, b) => {
    const [one, other] = [key(a), key(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  };
}

/** Rows of classes by the class name. */
export const byType: Compare<{ readonly type: string }> = byText(({ type }) => type);

/** The first order, and for rows that are equal in it the next. */
export function inOrder<T>(...orders: readonly Compare<T>[]): Compare<T> {
  return (a, b) => {
    for (const order of orders) {
      const result = order(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}
