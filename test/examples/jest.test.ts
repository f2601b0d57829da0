/** Jest loads matchers as CommonJS and refuses `import()`, as V8 does where nobody says how. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FILE = fileURLToPath(new URL('../../dist/testing/jest.cjs', import.meta.url));
const PROGRAM = `
const [fs, path, vm] = ['fs', 'path', 'vm'].map((name) => require('node:' + name));
const file = process.argv[1];
const given = require('node:module').createRequire(file);
const own = (name) => (name === 'expect' ? { expect: { extend() {} } } : given(name));
const module_ = { exports: {} };
vm.compileFunction(fs.readFileSync(file, 'utf8'), ['exports', 'require', 'module', '__filename', '__dirname'], { filename: file })(module_.exports, own, module_, file, path.dirname(file));
class Session {}
globalThis.kept = Array.from({ length: 20000 }, () => ({ session: new Session() }));
module_.exports.takeSnapshot().then(({ nodeCount }) => console.log(nodeCount));
`;

test('takeSnapshot without import()', () => {
  const nodes = execFileSync(process.execPath, ['-e', PROGRAM, FILE], { encoding: 'utf8' });
  expect(Number(nodes)).toBeGreaterThan(40_000);
});
