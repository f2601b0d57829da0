/** Maps of teams: which line decides, and what is wrong with a file. */
import { describe, expect, test } from 'vitest';
import { readTeamMap } from '../../src/commands/memory/team-map.js';

const MAP = `# who has what
*                      @core
/srv/app/src/*.sql.js  @data   # by hand
src/billing/           @billing billing@acme.org
src/billing/vendor/
**/ui/**/*.js          @ui
node_modules/lodash/   @platform
name\\ with\\ space/     @space
`;

test.each([
  ['/srv/app/server.js', '@core'],
  ['file:///srv/app/server.mjs?v=1', '@core'],
  ['/srv/app/src/a.sql.js', '@data'],
  ['/other/app/src/a.sql.js', '@core'],
  ['/srv/app/src/billing/pay.js', '@billing billing@acme.org'],
  ['C:\\app\\src\\billing\\pay.js', '@billing billing@acme.org'],
  ['webpack://shop/src/billing/pay.js', '@billing billing@acme.org'],
  ['/srv/app/src/billing/vendor/x.js', undefined],
  ['/srv/app/ui/a/b/c.js', '@ui'],
  ['/srv/app/node_modules/lodash/index.js', '@platform'],
  ['/srv/app/node_modules/x/src/billing/pay.js', undefined],
  ['/srv/name with space/x.js', '@space'],
  ['', undefined],
])('%s', (script, team) => {
  expect(readTeamMap(MAP, 'CODEOWNERS')(script)).toBe(team);
});

test('no lines, no teams', () => {
  expect(readTeamMap('\r\n# nothing\r\n', 'f')('/a.js')).toBeUndefined();
});

describe('what is no map', () => {
  test.each([
    ['* @a\n!src/ @b', 'f, line 2: expected a pattern without "!"'],
    ['[Section]', 'f, line 1: expected a pattern, not a section'],
    [`${'x'.repeat(1001)} @a`, 'f, line 1: expected a pattern of at most 1,000 characters'],
    [`x @${'a'.repeat(200)}`, 'f, line 1: expected the name of a team of at most 200 characters'],
    ['a*a*a*a*b @a', 'f, line 1: expected at most 3 * between two /'],
    ['../x @a', 'f, line 1: expected a path without "." and ".."'],
    ['\n'.repeat(20_001), 'f has 20,002 lines'],
  ])('%.20s', (text, message) => {
    expect(() => readTeamMap(text, 'f')).toThrow(message);
  });
});
