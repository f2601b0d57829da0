/** Which package a script belongs to, by its path. */

/** A package's name, its version where that is known. */
export interface Package {
  readonly name: string;
  readonly version: string | undefined;
  /** Its folder, as the script's path or URL has it. */
  readonly folder: string;
}

/**
 * `express`, `@scope/name`, with the version where the path has one (pnpm, Yarn's zip); of nested
 * packages the innermost. Undefined for a script that is in no package's folder.
 */
export function packageOf(script: string | undefined): Package | undefined {
  if (script === undefined) return undefined;
  const path = script.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [inside, name] = /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.slice(at)) ?? [];
  if (inside === undefined || name === undefined) return undefined;
  const store = /\/node_modules\/\.pnpm\/([^/]+)$/.exec(path.slice(0, at))?.[1];
  const version = store ? versionIn(store, name) : versionInZip(path.slice(0, at), name);
  return { name, version: version || undefined, folder: script.slice(0, at + inside.length - 1) };
}

/** Whether a script is in a package's folder. */
export function isPackageCode(script: string | undefined): boolean {
  return packageOf(script) !== undefined;
}

/** `ws@8.18.0`, or the name alone. */
export function packageText({ name, version }: Pick<Package, 'name' | 'version'>): string {
  return version === undefined ? name : `${name}@${version}`;
}

/** pnpm calls a folder of its store `@scope+name@1.2.3_peer@4.5.6`. */
function versionIn(store: string, name: string): string | undefined {
  const prefix = `${name.replace('/', '+')}@`;
  if (!store.startsWith(prefix)) return undefined;
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?/.exec(store.slice(prefix.length))?.[0];
}

/** Yarn calls the zip file around `node_modules` `@scope-name-npm-1.2.3-hash-hash.zip`. */
function versionInZip(folder: string, name: string): string | undefined {
  const zip = /\/([^/]+)\.zip$/.exec(folder)?.[1];
  const prefix = `${name.replace('/', '-')}-npm-`;
  if (!zip?.startsWith(prefix)) return undefined;
  return /^(\d+\.\d+\.\d+(?:-[\w.]+)*?)-[0-9a-f]{10}-/.exec(`${zip.slice(prefix.length)}-`)?.[1];
}
