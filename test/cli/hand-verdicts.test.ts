/** Verdicts by hand: kept beside the snapshot, printed, halving what is unknown, told where they disagree. */
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { stepToJudge } from '../../src/analysis/dead/hand-verdicts.js';
import type { DeadEntry } from '../../src/base/result.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { deadPath, expressPath } from '../support/fixtures.js';

const folder = temporaryFolder();
const SNAPSHOT = path.join(folder, 'app.heapsnapshot.gz');
const KEPT = `${SNAPSHOT}.verdicts.json`;
/** An array that keeps responses, one of them, and what keeps the signals. */
const [AUDIT, RESPONSE] = ['@107529', '@52611'];

beforeEach(() => {
  copyFileSync(deadPath('server-node24-1'), SNAPSHOT);
  rmSync(KEPT, { force: true });
});

async function dead(...args: string[]): Promise<{ rows: DeadEntry[]; code: number; stderr: string }> {
  const { stdout, stderr, code } = await heapgraph(['dead', SNAPSHOT, '--no-config', '--json', ...args]);
  return {
    rows: stdout === '' ? [] : (JSON.parse(stdout) as { rows: DeadEntry[] }).rows,
    stderr,
    code: code!,
  };
}

const verdicts = ({ steps }: DeadEntry): string[] => steps.map(({ verdict }) => verdict);

test('each answer halves the unknown part, until one reference is left', () => {
  for (const answers of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const steps = ['alive', ...Array.from({ length: 7 }, () => 'unknown'), 'dead'].map((verdict, at) => ({
      verdict: verdict as 'alive' | 'dead' | 'unknown',
      at,
    }));
    // The reference to `answers + 1` is at fault: everything before is to be there.
    let asked = 0;
    for (let step = stepToJudge(steps); step; step = stepToJudge(steps)) {
      asked++;
      if (step.at <= answers) steps[step.at] = { ...step, verdict: 'alive' };
      else steps.splice(step.at, steps.length, { ...step, verdict: 'dead' });
    }
    expect(asked).toBeLessThanOrEqual(3);
    expect(steps.at(-1)!.at).toBe(answers + 1);
    expect(steps.at(-2)).toEqual({ verdict: 'alive', at: answers });
  }
});

describe('dead --expect @id, --stuck @id', () => {
  test('is kept for its owner alone, printed on the next run, and taken away again', async () => {
    const first = await dead('--expect', AUDIT, '--why', 'a list of <all> answers');
    expect(first.stderr).toContain('one reference is left: [6] to ServerResponse @52611');
    expect(statSync(KEPT).mode & 0o777).toBe(0o600);
    const next = await dead();
    expect(next.rows).toEqual(first.rows);
    expect(verdicts(next.rows[0]!)).toEqual(['alive', 'alive', 'dead']);
    expect(next.rows[0]!.steps[1]!.reason).toBe('expected by hand: a list of <all> answers');
    expect(next.rows[0]!.ask).toBe(null);
    expect(next.stderr).toContain(`kept in ${KEPT}: ${AUDIT} Array expected`);
    const stuck = await dead('--stuck', AUDIT);
    expect(stuck.stderr).toContain(`${AUDIT} was expected until now (a list of <all> answers), and is stuck`);
    expect(stuck.rows[0]).toMatchObject({ type: 'Array', count: 1, why: 'is stuck, by hand' });
    expect(stuck.rows.map(({ type }) => type)).not.toContain('ServerResponse');
    const gone = await dead('--forget', AUDIT, '--forget', '@3');
    expect(gone.stderr).toContain('nothing was said of @3');
    expect(gone.stderr).toContain('no verdicts by hand are left');
    expect(existsSync(KEPT)).toBe(false);
    expect(gone.rows[0]!.type).toBe('ServerResponse');
  });

  test('the next question is about the middle of what is unknown', async () => {
    const { rows, stderr } = await dead('--class', 'AbortSignal');
    const open = rows[0]!.steps.filter(({ verdict }) => verdict === 'unknown');
    expect(open.length).toBeGreaterThan(2);
    expect(rows[0]!.ask).toBe(open[Math.floor((open.length - 1) / 2)]!.id);
    expect(stderr).toContain(`next: is @${rows[0]!.ask} (`);
    expect(stderr).toContain(`heapgraph dead ${SNAPSHOT} --expect @${rows[0]!.ask} --why "…", or --stuck`);
  });

  test('contradictions are told', async () => {
    const { stderr, code } = await dead('--expect', RESPONSE, '--stuck', AUDIT);
    expect(stderr).toContain(
      `${RESPONSE} (ServerResponse) is expected by hand, and its own state says that it is over: _closed is true, destroyed is true`,
    );
    expect(stderr).toContain(
      `and only what is over leads to it, such as ${AUDIT} (Array), which is stuck by hand: one of the two verdicts is wrong`,
    );
    expect(code).toBe(0);
  });

  test('suspects knows them, too', async () => {
    await dead('--stuck', AUDIT);
    const { stdout, stderr } = await heapgraph(['suspects', SNAPSHOT, '--no-config']);
    expect(stderr).toContain('Array stuck');
    expect(stdout).toContain('dead: stuck by hand');
  });

  test('suspects asks on and tells contradictions, check applies them', async () => {
    const check = () => heapgraph(['check', SNAPSHOT, '--forbid-dead', '--no-config', '--json']);
    const countOf = (stdout: string): number =>
      (JSON.parse(stdout) as { rows: { value: number }[] }).rows[0]!.value;
    const before = countOf((await check()).stdout);
    const asked = await heapgraph([
      'suspects',
      SNAPSHOT,
      '--no-config',
      '--expect',
      RESPONSE,
      '--stuck',
      AUDIT,
    ]);
    expect(asked.stderr).toContain(`${RESPONSE} (ServerResponse) is expected by hand, and its own state`);
    expect(asked.stderr).toMatch(/next: is @\d+ \(\w+\) to be there\? heapgraph suspects /);
    const after = await check();
    expect(after.stderr).toContain('Array stuck');
    expect(after.stderr).toContain('one of the two verdicts is wrong');
    // The stuck array in place of its 20 responses.
    expect(countOf(after.stdout)).toBe(before - 19);
  });

  test('find-backref-chain and show-chain have verdicts, and take them', async () => {
    const chain = async (...args: string[]) => {
      const { stdout, stderr, code } = await heapgraph([
        'find-backref-chain',
        RESPONSE,
        SNAPSHOT,
        '--no-config',
        ...args,
      ]);
      return { stdout, stderr, code };
    };
    const plain = await chain();
    expect(plain.stdout).not.toMatch(/~~~|alive|unknown/);
    const judged = await chain('--verdicts');
    expect(judged.stdout.split('\n').slice(0, 5)).toEqual([
      expect.stringContaining('  alive: scope of a module'),
      expect.stringContaining(`${AUDIT}  unknown`),
      '~'.repeat('audit (context)'.length),
      expect.stringContaining(`${RESPONSE}  dead: _closed is true, destroyed is true`),
      '~~~',
    ]);
    expect(judged.stderr).toContain(`next: is ${AUDIT} (Array) to be there? heapgraph find-backref-chain`);
    const answered = await chain('--expect', AUDIT, '--json');
    const { chains } = JSON.parse(answered.stdout) as {
      chains: { steps: { verdict: string; suspect: boolean }[]; ask: number | null }[];
    };
    expect(chains[0]!.steps.map(({ verdict, suspect }) => [verdict, suspect])).toEqual([
      ['alive', false],
      ['alive', false],
      ['dead', true],
    ]);
    expect(chains[0]!.ask).toBe(null);
    const picture = await heapgraph(['show-chain', RESPONSE, SNAPSHOT, '--no-config', '--verdicts']);
    expect(picture.stdout.match(/~~~ suspect"/g)).toHaveLength(1);
    expect(picture.stdout).toContain(`alive: expected by hand  ${AUDIT}`);
    const against = await chain('--expect', RESPONSE);
    expect(against.stderr).toContain('is expected by hand, and its own state says that it is over');
    expect(against.stdout).not.toContain('~~~');
  });

  test.each([
    [['--stuck', '@999999999'], /there is no object @999999999/],
    [['--stuck', 'Array'], /expected the id of an object, @123, found "Array"/],
    [['--why', 'so'], /--why is the reason of a verdict, and there is none/],
  ])('%j is refused, and nothing is written', async (args, message) => {
    const { code, stderr } = await dead(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(KEPT)).toBe(false);
  });

  test('a damaged file and one of another snapshot: what is wrong, and --forget all takes it away', async () => {
    await dead('--stuck', AUDIT);
    const whole = readFileSync(KEPT, 'utf8');
    const refused = async (text: string): Promise<string> => {
      writeFileSync(KEPT, text);
      const { code, stderr } = await dead();
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused(whole.slice(0, 40))).toMatch(/verdicts\.json: expected JSON, found something else/);
    expect(await refused('null')).toMatch(/expected the schema "heapgraph-verdicts\/1", found nothing/);
    expect(await refused(whole.replace('"stuck"', '"fine"'))).toMatch(
      /verdicts\[0\]: expected \{ id, verdict/,
    );
    writeFileSync(KEPT, whole);
    copyFileSync(expressPath('final'), SNAPSHOT);
    const other = await dead();
    expect(other.stderr).toMatch(/its verdicts are about another snapshot: .*was the snapshot replaced\?/);
    expect(other.code).toBe(2);
    expect((await dead('--forget', 'all')).code).toBe(0);
    expect(existsSync(KEPT)).toBe(false);
  });
});
