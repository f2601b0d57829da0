import { describe, expect, test } from 'vitest';
import { loadSnapshot } from '../../src/load/load.js';
import { requiredVersion } from '../../src/v8/package-versions.js';
import { isPackageCode, packageOf, packageText } from '../../src/v8/packages.js';
import { snapshotBytes } from '../support/builder.js';

describe('packageOf', () => {
  test.each([
    ['/app/node_modules/express/lib/router.js', 'express', '/app/node_modules/express'],
    ['/app/node_modules/a/node_modules/@b/c/i.js', '@b/c', '/app/node_modules/a/node_modules/@b/c'],
    ['C:\\app\\node_modules\\@b\\c\\i.js', '@b/c', 'C:\\app\\node_modules\\@b\\c'],
    ['file:///app/node_modules/ws/index.mjs', 'ws', 'file:///app/node_modules/ws'],
    [
      '/app/node_modules/.pnpm/@b+c@1.2.3_ws@8.18.0/node_modules/@b/c/i.js',
      '@b/c@1.2.3',
      '/app/node_modules/.pnpm/@b+c@1.2.3_ws@8.18.0/node_modules/@b/c',
    ],
  ])('%s', (script, text, folder) => {
    const found = packageOf(script)!;
    expect(packageText(found)).toBe(text);
    expect(found.folder).toBe(folder);
    expect(isPackageCode(script)).toBe(true);
  });

  test.each(['/app/server.js', 'node:fs', '/app/node_modules/index.js', undefined])('%s: none', (script) => {
    expect(packageOf(script)).toBe(undefined);
  });
});

describe('requiredVersion', () => {
  const files = {
    '/srv/app.js': 'app',
    '/srv/node_modules/ws/package.json': '8.18.0',
    '/srv/node_modules/odd/package.json': 'latest',
    'C:\\srv\\node_modules\\ws\\package.json': '7.0.0',
  };
  const graph = loadSnapshot(
    snapshotBytes({
      root: ['global'],
      global: {
        edges: Object.keys(files)
          .map(() => 'cache')
          .slice(0, 1),
      },
      cache: {
        name: 'Object',
        edges: Object.keys(files).map((file) => ['property', file, `module ${file}`] as const),
      },
      ...Object.fromEntries(
        Object.entries(files).flatMap(([file, version]) => [
          [
            `module ${file}`,
            {
              name: 'Module',
              edges: [
                ['property', 'filename', `name ${file}`] as const,
                ['property', 'exports', `exports ${file}`] as const,
              ],
            },
          ],
          [`name ${file}`, { type: 'string', name: file }],
          [
            `exports ${file}`,
            { name: 'Object', edges: [['property', 'version', `version ${file}`] as const] },
          ],
          [`version ${file}`, { type: 'string', name: version }],
        ]),
      ),
    }),
  );

  test.each([
    ['/srv/node_modules/ws/lib/socket.js', '8.18.0'],
    ['file:///srv/node_modules/ws/index.mjs', '8.18.0'],
    ['C:\\srv\\node_modules\\ws\\lib\\socket.js', '7.0.0'],
    ['/srv/node_modules/odd/index.js', undefined],
    ['/srv/node_modules/none/index.js', undefined],
    ['file:///srv/node_modules/%/index.js', undefined],
  ])('%s: by the package.json that was required', async (script, version) => {
    expect(requiredVersion(await graph, packageOf(script)!)).toBe(version);
  });
});
