// Windows as jsdom makes them where scripts run in them, each with a context of its own: five are kept by what scripts take
// for globalThis, and three of them were closed.
//
//     node windows.cjs FILE.heapsnapshot
const v8 = require('node:v8');
const vm = require('node:vm');

class Window {
  constructor() {
    vm.createContext(this);
    this._globalProxy = vm.runInContext('this', this);
    Object.assign(this, {
      _runScripts: 'dangerously',
      _sessionStorage: {},
      _document: new Array(5000).fill(1.5),
    });
    // Functions of the realm refer to the object, as those of documents do.
    vm.runInContext('globalThis.Realm = class Realm {}', this).window = () => this;
  }
  close() {
    delete this._document;
  }
}

globalThis.kept = Array.from({ length: 5 }, (_, i) => {
  const window = new Window();
  if (i < 3) window.close();
  return window._globalProxy;
});
v8.writeHeapSnapshot(process.argv[2]);
process.exit();
