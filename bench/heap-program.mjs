/** The program whose heap is measured: a TypeScript compiler that forgets nothing. Arguments: units, file. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import ts from 'typescript';

const [units, file] = process.argv.slice(2);
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
