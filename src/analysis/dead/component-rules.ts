/**
 * What components and parts of pages say of their own state: React, Vue, jsdom, and the DOM of
 * browsers.
 *
 * Each rule was tried on objects in use and finished ones of the versions that it names
 * (fixtures/dead/components.cjs). Bundles are minified: objects are known by their properties.
 */
import type { DeadRule } from './dead-rule.js';

const FIBER = 'has("memoizedProps") and has("updateQueue") and has("alternate")';

export const COMPONENT_RULES: readonly DeadRule[] = [
  {
    has: 'pendingProps',
    name: 'React fiber',
    where: FIBER,
    // React takes the fields away from what it has unmounted. The fiber of a root has its root.
    dead: 'prop("return") = null and stateNode = null and child = null and pendingProps = null and memoizedProps = null',
    alive: 'prop("return") != null or has("stateNode", "pendingChildren")',
    why: 'was unmounted',
    versions: 'react-dom 18.3 and 19.3; in 17.0 the uppermost one of what was unmounted',
    remedy: 'Let effects that subscribe return a function that unsubscribes.',
  },
  {
    has: '_reactInternals',
    name: 'React component',
    where: 'has("updater") and has("refs")',
    dead: 'has("_reactInternals", "alternate") and prop("_reactInternals", "return") = null and prop("_reactInternals", "stateNode") = null',
    alive: 'has("_reactInternals", "return", "alternate")',
    why: 'was unmounted',
    versions: 'react-dom 18.3 and 19.3; in 17.0 the uppermost one of what was unmounted',
    remedy: 'Undo in componentWillUnmount what componentDidMount subscribed to.',
  },
  {
    has: '_internalRoot',
    name: 'React root',
    where: 'not has("pendingChildren")',
    dead: '_internalRoot = null',
    alive: 'has("_internalRoot", "pendingChildren")',
    why: 'was unmounted',
    versions: 'react-dom 18.3 and 19.3',
  },
  {
    has: 'isUnmounted',
    name: 'Vue component',
    where: 'has("subTree") and has("vnode") and has("appContext")',
    dead: 'isUnmounted = true',
    alive: 'isUnmounted = false and isMounted = true',
    why: 'was unmounted',
    versions: 'vue 3.2 to 3.5',
    remedy: 'Undo in onUnmounted what the component subscribed to.',
  },
  {
    has: '_isDestroyed',
    name: 'Vue component',
    where: 'has("$options") and has("_isMounted") and has("_isBeingDestroyed")',
    dead: '_isDestroyed = true',
    alive: '_isDestroyed = false and _isMounted = true',
    why: 'was destroyed',
    versions: 'vue 2.7',
    remedy: 'Undo in beforeDestroy what the component subscribed to.',
  },
  {
    has: '_container',
    name: 'Vue app',
    where: 'has("_context") and has("_component") and has("_props")',
    dead: 'prop("_container", "_vnode") = null',
    alive: 'has("_container", "_vnode", "type")',
    why: 'was unmounted',
    versions: 'vue 3.2 to 3.5',
  },
  {
    has: 'cleanups',
    name: 'Vue effect scope',
    where: 'has("effects") and has("detached")',
    dead: '_active = false or active = false',
    alive: '_active = true or active = true',
    why: 'was stopped',
    versions: 'vue 3.2 to 3.5',
  },
  {
    classPattern: /^Detached (<|(HTML|SVG|MathML)\w*Element$)/,
    name: 'detached element',
    // One that was made and not put in yet looks alike.
    dead: 'detached',
    why: 'is in no document',
    versions: 'Chromium 156',
    remedy: 'Forget elements that were taken out of the page, and what listens to them.',
  },
  {
    class: ['Detached Window'],
    name: 'window',
    // Its document says so; DevTools gives the state to what only that document leads to.
    dead: 'detached',
    why: 'is gone: its frame was removed or went to another page, or it was closed',
    versions: 'Chromium 156',
    remedy:
      'Forget contentWindow, and what came out of the frame, when the frame is removed; what open() returned, when it is closed.',
  },
  {
    has: '_globalProxy',
    name: 'jsdom window',
    where: 'has("_sessionStorage") and (has("_runScripts") or has("_currentOriginData"))',
    dead: 'not has("_document") or prop("_document", "_isDestroyed") = true',
    alive: 'has("_document") and not prop("_document", "_isDestroyed") = true',
    why: 'was closed',
    versions: 'jsdom 22.1 to 31.0',
    remedy: 'Drop what came out of the window when it is closed.',
  },
];
