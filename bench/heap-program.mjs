/**
 * The program whose heap is measured: a TypeScript compiler that forgets nothing. Arguments: units, file, and perhaps
 * the file of a second snapshot, taken after a leak.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import ts from 'typescript';

const [units, file, later] = process.argv.slice(2);
const lib = path.dirname(fileURLToPath(import.meta.resolve('typescript')));
const options = {
  noEmit: true,
  allowJs: true,
  checkJs: false,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.esnext.full.d.ts'],
  types: [],
  skipLibCheck: false,
};

globalThis.kept = [];
for (let unit = 0; unit < Number(units); unit++) {
  const program = ts.createProgram([path.join(lib, 'typescript.d.ts'), path.join(lib, '_tsc.js')], options);
  globalThis.kept.push({ program, diagnostics: program.getSemanticDiagnostics() });
}
v8.writeHeapSnapshot(file);

class Leaked {
  constructor(number) {
    this.number = `leaked ${number}`;
    this.data = [number];
  }
}

if (later !== undefined) {
  globalThis.leaks = Array.from({ length: 20_000 }, (_, number) => new Leaked(number));
  v8.writeHeapSnapshot(later);
}
