/** Leaks in dependencies: the package and its version. Each test is named by its command line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const home = temporaryFolder();
const files = [1, 2, 3].map((n) => path.join(home, `${n}.heapsnapshot`));

function install(name: string, version: string, code: string): void {
  const place = path.join(home, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name, version }));
  writeFileSync(path.join(place, 'index.js'), code);
}

describe('a cache in one package keeps what another one makes', () => {
  beforeAll(() => {
    install(
      'tiny-cache',
      '1.4.0',
      "const kept = new Map();\nexports.version = require('./package.json').version;\nexports.keep = (value) => kept.set(kept.size, value);\n",
    );
    install(
      '@acme/sdk',
      '3.1.0-rc.2',
      'class Customer { constructor(n) { this.name = "customer " + n; } }\nexports.customer = (n) => new Customer(n);\n',
    );
    writeFileSync(
      path.join(home, 'app.cjs'),
      `const v8 = require('node:v8');
const { keep } = require('tiny-cache');
const { customer } = require('@acme/sdk');
for (let step = 1; step <= 3; step++) {
  for (let i = 0; i < 500; i++) keep(customer(step * 1000 + i));
  v8.writeHeapSnapshot(__dirname + '/' + step + '.heapsnapshot');
}`,
    );
    execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, [path.join(home, 'app.cjs')]);
  });

  test('leaks 1 2 3: by the package.json that the program read, and by that on this machine, which is said', async () => {
    const { stdout, stderr } = await heapgraph(['leaks', ...files]);
    expect(stdout).toMatch(/\n {2}held by {2}a variable of the module .*, package tiny-cache@1\.4\.0\n/);
    expect(stdout).toMatch(/\n {2}made at .*, package @acme\/sdk@3\.1\.0-rc\.2 {2}Customer\n/);
    expect(stderr).toBe(
      'heapgraph: @acme/sdk@3.1.0-rc.2: this is the version that is installed on this machine; the snapshot does not say which one ran\n',
    );
  });

  test('leaks 1 2 3 --json, where the packages are gone: what the snapshot says', async () => {
    rmSync(path.join(home, 'node_modules'), { recursive: true });
    const { stdout, stderr } = await heapgraph(['leaks', ...files, '--json']);
    const [first] = JSON.parse(stdout).rows;
    expect(first.container.package).toBe('tiny-cache@1.4.0');
    expect(first.principal.package).toBe('@acme/sdk');
    expect(stderr).toBe('');
  });
});
