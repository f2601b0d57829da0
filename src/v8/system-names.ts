/**
 * Names that V8 gives to nodes of its own, as texts: `system / ` before the name of a C++ class of
 * V8, and names in round brackets. Other rooms ask here, and spell none themselves.
 */

const PREFIX = 'system / ';

/** What V8 calls single arrays and roots of its own. Exact names, as the file writes them. */
export const V8_NAME = {
  accessorPair: 'system / AccessorPair',
  asyncGeneratorRequest: 'system / AsyncGeneratorRequest',
  allocationSite: 'system / AllocationSite',
  boundArguments: '(bound arguments)',
  debugger: '(Debugger)',
  documentTrees: '(Document DOM trees)',
  externalStringData: 'system / ExternalStringData',
  globalHandles: '(Global handles)',
  arrayBufferData: 'system / JSArrayBufferData',
  mapDescriptors: '(map descriptors)',
  nativeContext: 'system / NativeContext',
  objectElements: '(object elements)',
  promiseReaction: 'system / PromiseReaction',
  proxy: 'system / JSProxy',
  finalizationRegistry: 'system / JSFinalizationRegistry',
  weakCell: 'system / WeakCell',
} as const;

/** Whether a name begins with `system / `. V8 writes scopes and the tables of WeakMaps so, too. */
export function isSystemName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** What stands behind `system / `; undefined for all other names. */
export function systemName(name: string): string | undefined {
  return isSystemName(name) ? name.slice(PREFIX.length) : undefined;
}

/** Whether a name is that of a scope of all globals. Some versions write more behind it. */
export function isNativeContextName(name: string): boolean {
  return name.startsWith(V8_NAME.nativeContext);
}

/** The same as Chrome DevTools has it, for which nothing may follow but the page. */
export function isRealmName(name: string): boolean {
  return /^(Detached )?system \/ NativeContext( \/ |$)/.test(name);
}

/** The page that Chromium writes into the name of a realm; undefined where there is none. */
export function pageOfRealm(name: string): string | undefined {
  return /^(?:Detached )?system \/ NativeContext \/ (.+)$/s.exec(name)?.[1];
}

/** Whether a name is that of a task that waits in the queue of microtasks. */
export function isMicrotaskName(name: string): boolean {
  return /^system \/ .*Task$/.test(name);
}

/** Whether a name is that of what a promise keeps for the time when it is settled. */
export function isReactionName(name: string): boolean {
  return name.startsWith('system / PromiseRe');
}

/**
 * The path or URL in the name of a script's node: `node:fs`, `/app/main.js`, in Chromium
 * `system / Script / http://…`. Empty for a script without a name, `system / Script`.
 */
export function scriptText(name: string): string {
  return name.replace(/^system \/ Script( \/ |$)/, '');
}

/** The name of a scope without the number that V8 15 writes behind it; others as they are. */
export function withoutScopeNumber(name: string): string {
  return name.replace(/^(system \/ Context) \/ scope @\d+$/, '$1');
}

/** The name of a C++ class of V8 or of Chromium without what says whose it is. */
export function bareClassName(name: string): string {
  return name.replace(/^(system \/ |blink::|cppgc::)/, '');
}

/** V8's own nodes, behind `system / `, that describe code and objects. */
const DESCRIPTIONS = new RegExp(
  `^(${[
    'Map|DescriptorArray|TransitionArray|PrototypeInfo|EnumCache|ObjectBoilerplate.*|ArrayBoilerplate.*',
    'Script|ScopeInfo|SharedFunctionInfo|UncompiledData.*|InterpreterData|BytecodeArray|.*Code|CodeCache',
    'Feedback.*|.*Feedback|AllocationSite|AllocationMemento|LoadHandler|StoreHandler|ClosureFeedback.*',
    '.*TemplateInfo|AccessorInfo|InterceptorInfo|DebugInfo|CoverageInfo|BreakPoint.*|PreparseData.*',
    'TemplateObjectDescription|ArrayTemplate.*|ClassBoilerplate|RegExpBoilerplate.*|StackFrameInfo',
  ].join('|')})$`,
);

/** Native nodes that are the engine's or the runtime's own containers and handles. */
const RUNTIME_NATIVE =
  /^(system \/ |Node \/ |C\+\+ |blink::|cppgc::|v8::|InternalNode|ThreadState|\(|Blink )/;

/**
 * What the name of a node of V8's own says about it; undefined for names without `system / `.
 *
 * - `scope`: of a function, a block, a module, or of all globals.
 * - `description`: of code or of objects.
 * - `object`: an object of the language, such as a Proxy.
 * - `part`: of another object.
 */
export function systemKind(name: string): 'scope' | 'description' | 'object' | 'part' | undefined {
  const system = systemName(name);
  if (system === undefined) return undefined;
  if (/^(Context|NativeContext)\b/.test(system)) return 'scope';
  if (DESCRIPTIONS.test(system.replace(/ \/ .*$/s, ''))) return 'description';
  return system.startsWith('JS') && name !== V8_NAME.arrayBufferData ? 'object' : 'part';
}

/** Whether the name of a native node says that it is the engine's or the runtime's own. */
export function isRuntimeNativeName(name: string): boolean {
  return RUNTIME_NATIVE.test(name);
}
