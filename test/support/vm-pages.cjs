// Ten contexts of node:vm, far from the roots: each ran a module whose functions keep it.
//
//     node vm-pages.cjs FILE.heapsnapshot
const v8 = require('node:v8');
const vm = require('node:vm');

const list = [];
globalThis.pool = { a: { b: { c: { d: { list } } } } };
const CODE = `(function () {
  let self = this;
  let big = new Array(500).fill(1.5);
  globalThis.self = () => self;
  globalThis.big = () => big;
})()`;
for (let i = 0; i < 10; i++) {
  const sandbox = vm.createContext({ i });
  vm.runInContext(CODE, sandbox, { filename: `/app/page${i}.js` });
  list.push({ sandbox });
}
v8.writeHeapSnapshot(process.argv[2]);
