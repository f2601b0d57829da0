/** The script of a page that holds objects in the ways of the language and of the browser, for the test of what expressions give. */
class Widget {
  #secret = { x: 1 };
  static shared = { q: 1 };
  constructor(i) {
    this.i = i;
    this.element = document.createElement('div');
    this.element.widget = this;
  }
  get total() {
    return this.#secret;
  }
}
const widgets = Array.from({ length: 30 }, (_, i) => new Widget(i));
// biome-ignore lint/style/useConst: a variable of the script
let lexical = { deep: [{ a: 1 }] };
var global = { v: { w: 1 } };
Object.assign(globalThis, {
  accessor: {
    get total() {
      return 1;
    },
    set only(_) {},
    list: [new Widget(1)],
  },
  map: new Map([
    [1, { a: 1 }],
    ['k', new Set([{ z: 1 }])],
    [{}, { v: 1 }],
    [true, { t: 1 }],
    [undefined, { u: 1 }],
    [1.5, { f: 1 }],
    [document.body, { body: 1 }],
  ]),
  symbols: { [Symbol('a')]: { x: 1 }, [Symbol('a')]: { y: 1 }, [Symbol()]: { z: 1 } },
  proxied: new Proxy({ inner: { a: 1 } }, {}),
  failed: new Error('x', { cause: { c: 1 } }),
  promise: Promise.resolve({ v: 1 }),
  detached: document.createElement('section'),
  request: new XMLHttpRequest(),
  odd: { 'get x': { g: 1 }, 'a-b': {}, '': { empty: 1 } },
});
document.getElementById('button').addEventListener('click', function onClick() {
  return [lexical, widgets];
});
window.addEventListener('resize', function onResize() {
  return global;
});
setInterval(function onTick() {
  return global;
}, 1e6);
globalThis.request.onload = function onLoad() {};
document.body.custom = { onBody: { x: 1 } };
document.getElementById('app')[7] = { element: 1 };
document.getElementById('app').expando = { e: [1, { z: 2 }] };
globalThis.detached.appendChild(document.createElement('p'));
customElements.define(
  'own-element',
  class extends HTMLElement {
    own = { o: 1 };
  },
);
document.body.appendChild(document.createElement('own-element'));
const frame = document.body.appendChild(document.createElement('iframe'));
frame.contentWindow.eval('class Inner {} const inner = [new Inner()]; globalThis.x = new Inner();');
