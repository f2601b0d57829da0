/** The class that Chrome DevTools files a node under, of the kinds that are generated. */
export function classOf(type, name) {
  if (type === 'object' || type === 'native') return name;
  if (type === 'hidden') return '(system)';
  if (type === 'code') return '(compiled code)';
  if (type === 'closure') return 'Function';
  if (type === 'regexp') return 'RegExp';
  return `(${type})`;
}
