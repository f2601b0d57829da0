// Plants 200 secrets, each a word of its own, in all places that a heap has, and writes a snapshot.
const v8 = require('node:v8'),
  vm = require('node:vm');
const secrets = [];
let n = 0;
function secret() {
  const word = `Zq${(++n * 7919 + 100003).toString(36)}Hush${n}x`;
  secrets.push(word);
  return word;
}
const digits = () => {
  const word = String(77000000000000 + ++n * 9137);
  secrets.push(word);
  return word;
};
const kept = [];
globalThis.kept = kept;
const make = (code, filename) =>
  vm.runInThisContext(code, { filename: filename ?? `/srv/${secret()}/${secret()}.js` });
for (let i = 0; i < 10; i++) {
  kept.push(secret() + ' a text'); // strings
  kept.push({ [secret()]: i, [Symbol(secret())]: 1, ['with"quote ' + secret()]: 2 }); // properties, symbols
  kept.push('https://' + secret() + '.example/' + i + '?token=' + secret()); // URLs, concatenated
  kept.push(make(`new (class ${secret()} { ${secret()} = 1; #${secret()} = 2; static ${secret()}() {} })`));
  kept.push(
    make(
      `(function () { const ${secret()} = { a: 1 }; return function ${secret()}() { return [${'`'}${secret()} ${'$'}{1}${'`'}, ${'0'}]; } })()`,
    ),
  );
  kept.push(new Map([[secret(), { v: secret() }]]), new Set([secret()]), new WeakMap());
  kept.push(Buffer.from(secret()).toString('latin1'), new RegExp(secret() + '+'), digits(), Symbol(secret()));
  kept.push((secret() + ' ' + 'y'.repeat(40)).slice(0, 38)); // sliced
  process.env[secret()] = secret();
  kept.push({ ...process.env });
  try {
    throw new TypeError('failed at ' + secret());
  } catch (error) {
    kept.push(error, error.stack);
  }
  kept.push(Object.assign(Object.create({ [secret()]: 1 }), { [digits() + 'a']: 1 }));
  kept.push(JSON.parse(`{"${secret()}":"${secret()}\\n\\u00e9"}`), secret().repeat(200));
  const key = {};
  const weak = new WeakMap([[key, secret()]]);
  kept.push(key, weak);
  const C = { [secret()]: class {} };
  kept.push(new (Object.values(C)[0])());
  Object.defineProperty(make('(function(){})'), 'name', { value: 'system / ' + secret() });
  const F = make('(function () {})');
  Object.defineProperty(F, 'name', { value: secret() });
  kept.push(F, F.bind(null), new F());
  const odd = '<symbol ' + secret() + '>';
  kept.push({ [odd]: 1, ['Detached ' + secret()]: 2, ['1 / ' + secret()]: 3 });
}
// Places that need more words than one.
for (let i = 0; i < 4; i++) {
  kept.push(new URL(`https://${secret()}.example/${secret()}?${secret()}=1#${secret()}`));
  kept.push(make(`(class ${secret()} { static #${secret()} = 1; static { this.${secret()} = 2; } })`));
  kept.push(
    `\u{1F600}${secret()}\ud800`,
    `\\u00e9${secret()}`,
    `${'y'.repeat(65530 - i)}${secret()}${'z'.repeat(65536)}`,
  );
  kept.push(
    make(`(function () {})\n//# sourceMappingURL=https://${secret()}/a.map\n//# sourceURL=${secret()}.js`),
  );
  kept.push(make(`"Session token ${secret()}"`), Buffer.from(secret(), 'utf16le').toString('utf16le'));
  kept.push(vm.createContext({ [secret()]: secret() }, { name: secret() }));
  const sized = (text) => [text.length, ...Buffer.from(text)];
  const section = (id, bytes) => [id, bytes.length, ...bytes];
  const [module, name] = [secret(), secret()];
  const code = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, [1, 0x60, 0, 0])],
    ...section(2, [1, ...sized(module), ...sized(name), 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...sized(secret()), 0, 1]),
    ...section(10, [1, 2, 0, 0x0b]),
    ...section(0, [
      ...sized('name'),
      ...section(0, sized(secret())),
      ...section(1, [1, 1, ...sized(secret())]),
    ]),
  ]);
  const wasm = new WebAssembly.Module(code);
  kept.push(wasm, new WebAssembly.Instance(wasm, { [module]: { [name]() {} } }));
}
require('node:fs').writeFileSync(process.argv[3], JSON.stringify(secrets));
v8.writeHeapSnapshot(process.argv[2]);
