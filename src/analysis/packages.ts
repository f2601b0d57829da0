/** Which package a script belongs to, by its path. */

/**
 * `express`, `@scope/name`, with its version where the path has one (pnpm's store): `ws@8.18.0`; of nested packages the
 * innermost. Undefined for a script that is in no package's folder.
 */
export function packageOf(script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  const at = script.replaceAll('\\', '/').lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const path = script.replaceAll('\\', '/');
  const [, name] = /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.slice(at)) ?? [];
  if (name === undefined) return undefined;
  const store = /\/node_modules\/\.pnpm\/([^/]+)$/.exec(path.slice(0, at))?.[1];
  const version = store && versionIn(store, name);
  return version === undefined ? name : `${name}@${version}`;
}

/** Whether a script is in a package's folder. */
export function isPackageCode(script: string | undefined): boolean {
  return packageOf(script) !== undefined;
}

/** pnpm calls a folder of its store `@scope+name@1.2.3_peer@4.5.6`. */
function versionIn(store: string, name: string): string | undefined {
  const prefix = `${name.replace('/', '+')}@`;
  if (!store.startsWith(prefix)) return undefined;
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?/.exec(store.slice(prefix.length))?.[0];
}
