/** Which team has which script: a map of paths to teams, as CODEOWNERS has them. */
import ignore from 'ignore';
import { UsageError } from '../../base/errors.js';
import { printable, shortened } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';

/** The team of a script; undefined where no line is about it. */
export type TeamMap = (script: string) => string | undefined;

const MOST_LINES = 20_000;
const LONGEST_PATTERN = 1000;
const LONGEST_NAME = 200;
/** A pattern with more of them could take forever to fit. */
const MOST_STARS = { inName: 3, ofFolders: 3 };
/** Longer scripts are of no team. */
const LONGEST_PATH = 2000;

interface Rule {
  readonly team: string | undefined;
  /** Whether it names `node_modules` itself: others are about the program's own code. */
  readonly ofPackages: boolean;
  readonly accepts: (path: string) => boolean;
}

/**
 * Reads a map: `PATTERN TEAM…` a line, patterns as in .gitignore, the last one that fits decides; a
 * pattern without a team takes what it fits away from all. Comments begin with `#`.
 *
 * - Out: a pattern with `/` at its beginning is about the whole path of a script, others about each
 *   part of it that begins at a folder.
 * - Empty: a map without lines has no teams.
 * - Throws: UsageError with file and line.
 */
export function readTeamMap(text: string, file: string): TeamMap {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > MOST_LINES)
    throw new UsageError(
      `${printable(file)} has ${formatCount(lines.length)} lines; a map of teams may have ${formatCount(MOST_LINES)}`,
      'Use patterns for folders.',
    );
  const rules: Rule[] = [];
  lines.forEach((line, i) => {
    const rule = ruleOf(line, (expected) => {
      throw new UsageError(
        `${printable(file)}, line ${i + 1}: ${expected}, found "${printable(shortened(line.trim(), 60))}"`,
        'A line is a pattern and a team: src/billing/ @acme/billing',
      );
    });
    if (rule) rules.push(rule);
  });
  return (script) => {
    const path = relativePath(script);
    if (path === undefined) return undefined;
    const isPackage = /(^|\/)node_modules\//.test(path);
    return rules.findLast((rule) => (!isPackage || rule.ofPackages) && rule.accepts(path))?.team;
  };
}

function ruleOf(line: string, fail: (expected: string) => never): Rule | undefined {
  const [pattern = '', ...rest] = line.trim().split(/(?<!\\)\s+/);
  const end = rest.findIndex((word) => word.startsWith('#'));
  const team = rest.slice(0, end < 0 ? rest.length : end).join(' ');
  if (pattern === '' || pattern.startsWith('#')) return undefined;
  if (/^\^?\[[^\]]*\]/.test(pattern) && rest.length === 0) return fail('expected a pattern, not a section');
  if (pattern.startsWith('!')) return fail('expected a pattern without "!": the last line that fits decides');
  if (pattern.length > LONGEST_PATTERN)
    return fail(`expected a pattern of at most ${formatCount(LONGEST_PATTERN)} characters`);
  if (
    pattern.split('/').some((part) => part.split(/\*+/).length - 1 > MOST_STARS.inName) ||
    pattern.split('/').filter((part) => part === '**').length > MOST_STARS.ofFolders
  )
    return fail(`expected at most ${MOST_STARS.inName} * between two / and ${MOST_STARS.ofFolders} **`);
  if (team.length > LONGEST_NAME)
    return fail(`expected the name of a team of at most ${formatCount(LONGEST_NAME)} characters`);
  if (!ignore.isPathValid(pattern.replace(/^\/+/, '') || 'x'))
    return fail('expected a path without "." and ".." at its beginning');
  const isAnywhere = !pattern.startsWith('/') && /\/./.test(pattern);
  const matcher = ignore().add(isAnywhere ? `**/${pattern}` : pattern);
  return {
    team: team === '' ? undefined : team,
    ofPackages: pattern.includes('node_modules'),
    accepts: (path) => matcher.ignores(path),
  };
}

/** `file:///C:/app/x.js` and `C:\app\x.js` as `app/x.js`; undefined for what is no path. */
function relativePath(script: string): string | undefined {
  const path = script
    .replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, '')
    .replace(/^[a-z]:(?=[/\\])/i, '')
    .replaceAll('\\', '/')
    .replace(/[?#].*$/s, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
  return path === '' || path.length > LONGEST_PATH || !ignore.isPathValid(path) ? undefined : path;
}
