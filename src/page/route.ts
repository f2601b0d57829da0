/** Which view the address names: what stands behind its `#`. */

export type Route =
  | { readonly view: 'object'; readonly id: number }
  | { readonly view: 'class'; readonly name: string }
  | { readonly view: 'suspect'; readonly fingerprint: string }
  | { readonly view: 'query'; readonly text: string }
  | { readonly view: 'memory'; readonly id: number | undefined }
  | { readonly view: string };

/** Views that take something behind their name are told apart by it; anything else is a name. */
export function routeOf(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const id = /^@(\d{1,16})$/.exec(text);
  if (id) return { view: 'object', id: Number(id[1]) };
  const type = /^class\/(.*)$/s.exec(text);
  if (type) return { view: 'class', name: decoded(type[1]!) };
  const query = /^query(?:\/(.*))?$/s.exec(text);
  if (query) return { view: 'query', text: decoded(query[1] ?? '') };
  const suspect = /^suspect\/([0-9a-f]{8})$/.exec(text);
  if (suspect) return { view: 'suspect', fingerprint: suspect[1]! };
  const memory = /^memory(?:\/@(\d{1,16}))?$/.exec(text);
  if (memory) return { view: 'memory', id: memory[1] === undefined ? undefined : Number(memory[1]) };
  return { view: text === '' ? 'overview' : text };
}

export function classHash(name: string): string {
  return `#class/${encoded(name)}`;
}

/** Half of a surrogate pair cannot stand in an address. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
