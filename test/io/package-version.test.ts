/** Versions of packages on this machine: from nothing but a package.json below node_modules. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageVersion } from '../../src/io/package-version.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (...parts: string[]): string => path.join(folder, ...parts);

/** A package with a script; without a text no package.json. */
function install(place: string, text?: string): string {
  mkdirSync(at(place), { recursive: true });
  writeFileSync(at(place, 'index.js'), '');
  if (text !== undefined) writeFileSync(at(place, 'package.json'), text);
  return at(place, 'index.js');
}

const manifest = (name: string, version: unknown): string => JSON.stringify({ name, version });

describe('packageVersion', () => {
  beforeAll(() => {
    install('node_modules/tiny', manifest('tiny', '1.2.3'));
    install('node_modules/@acme/sdk', manifest('@acme/sdk', '2.0.0-rc.1+7'));
    install('node_modules/@acme/sdk/node_modules/tiny', manifest('tiny', '0.9.0'));
  });

  test.each([
    ['a path', 'node_modules/tiny/index.js', 'tiny', '1.2.3'],
    ['with a scope', 'node_modules/@acme/sdk/index.js', '@acme/sdk', '2.0.0-rc.1+7'],
    [
      'of nested packages the innermost',
      'node_modules/@acme/sdk/node_modules/tiny/index.js',
      'tiny',
      '0.9.0',
    ],
    [
      'not one that the script is not the innermost of',
      'node_modules/@acme/sdk/node_modules/tiny/index.js',
      '@acme/sdk',
      undefined,
    ],
    ['a script that is not there', 'node_modules/tiny/gone.js', 'tiny', undefined],
    ['another name', 'node_modules/tiny/index.js', 'other', undefined],
  ])('%s', (_, script, name, version) => {
    expect(packageVersion(at(script), name)).toBe(version);
    expect(packageVersion(pathToFileURL(at(script)).href, name)).toBe(version);
  });

  test.each([
    ['no version', JSON.stringify({ name: 'odd' })],
    ['a version that is none', manifest('odd', '1.2.3\u001b[31m')],
    ['a long one', manifest('odd', `1.2.3-${'x'.repeat(50)}`)],
    ['no text', manifest('odd', 123)],
    ['the name of another package', manifest('even', '1.2.3')],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a large one', `${' '.repeat(1_000_001)}${manifest('odd', '1.2.3')}`],
    ['none', undefined],
  ])('package.json with %s', (words, text) => {
    const script = install(`${words.replaceAll(' ', '-')}/node_modules/odd`, text);
    expect(packageVersion(script, 'odd')).toBe(undefined);
  });

  test('links: into another node_modules, but nowhere else, and to no other file', () => {
    install('store/node_modules/linked', manifest('linked', '3.0.0'));
    symlinkSync(at('store/node_modules/linked'), at('node_modules/linked'));
    expect(packageVersion(at('node_modules/linked/index.js'), 'linked')).toBe('3.0.0');
    install('elsewhere/outside', manifest('outside', '3.0.0'));
    symlinkSync(at('elsewhere/outside'), at('node_modules/outside'));
    expect(packageVersion(at('node_modules/outside/index.js'), 'outside')).toBe(undefined);
    install('node_modules/secret');
    writeFileSync(at('node_modules/secrets.json'), manifest('secret', '3.0.0'));
    symlinkSync(at('node_modules/secrets.json'), at('node_modules/secret/package.json'));
    expect(packageVersion(at('node_modules/secret/index.js'), 'secret')).toBe(undefined);
  });

  test.runIf(process.platform !== 'win32')('a pipe and a folder: not read, and not waited for', () => {
    const script = install('node_modules/pipe');
    execFileSync('mkfifo', [at('node_modules/pipe/package.json')]);
    expect(packageVersion(script, 'pipe')).toBe(undefined);
    mkdirSync(at('node_modules/dir/package.json'), { recursive: true });
    expect(packageVersion(install('node_modules/dir'), 'dir')).toBe(undefined);
  });

  test.each([
    'node_modules/tiny/index.js',
    `${folder}/x/../node_modules/tiny/index.js`,
    `${folder}/node_modules/tiny/../tiny/index.js`,
    `/${folder}/node_modules/tiny/index.js`,
    `file://host${folder}/node_modules/tiny/index.js`,
    `file:///proc/self/root${folder}/node_modules/tiny/index.js`,
    `/proc/self/root${folder}/node_modules/tiny/index.js`,
    '/net/host/node_modules/tiny/index.js',
    '\\\\host\\share\\node_modules\\tiny\\index.js',
    `${folder}/node_modules/tiny/index.js\0`,
    'file:///%',
    'node:fs',
    '',
  ])('%j is not looked at', (script) => {
    expect(packageVersion(script, 'tiny')).toBe(undefined);
  });

  test.each(['', '.', '..', '../tiny', 'tiny/..', '@acme', 'a/b'])('the name %j', (name) => {
    expect(packageVersion(at('node_modules/tiny/index.js'), name)).toBe(undefined);
  });
});
