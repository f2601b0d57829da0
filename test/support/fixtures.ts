/** The real snapshots of `fixtures/`, and what Chrome DevTools computes for them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const FIXTURES = [
  'node18-before',
  'node18-after',
  'node22-before',
  'node22-after',
  'node26-before',
  'node26-after',
  'chromium156',
] as const;

export type Fixture = (typeof FIXTURES)[number];

export interface Recorded {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly statistics: {
    readonly total: number;
    readonly native: { readonly total: number; readonly typedArrays: number };
    readonly v8heap: Readonly<Record<'total' | 'code' | 'jsArrays' | 'strings' | 'system', number>>;
  };
  readonly classes: Readonly<
    Record<
      string,
      { readonly count: number; readonly self: number; readonly maxRet: number; readonly distance: number }
    >
  >;
  readonly nodes: readonly {
    readonly id: number;
    readonly name: string;
    readonly className: string;
    readonly type: string;
    readonly selfSize: number;
    readonly retainedSize: number;
    readonly distance: number;
    readonly dominator: number;
    readonly retainers: number;
    readonly edges: number;
  }[];
  /** The comparison with `diffFrom`, by class; recorded for the later one of a pair. */
  readonly diff?: Readonly<Record<string, RecordedDiff>>;
  readonly diffFrom?: string;
}

export type RecordedDiff = Readonly<
  Record<'addedCount' | 'removedCount' | 'countDelta' | 'addedSize' | 'removedSize' | 'sizeDelta', number>
>;

export function fixturePath(name: Fixture): string {
  return fileURLToPath(new URL(`../../fixtures/${name}.heapsnapshot.gz`, import.meta.url));
}

/** The snapshots of the leaking Express server, in the order in which they were taken. */
export const EXPRESS = ['baseline', 'target', 'final'] as const;

/** Path of a snapshot of the leaking Express server. */
export function expressPath(name: (typeof EXPRESS)[number]): string {
  return fileURLToPath(new URL(`../../fixtures/express-${name}.heapsnapshot.gz`, import.meta.url));
}

/** Path of a file of `fixtures/cases`. */
export function casePath(file: string): string {
  return fileURLToPath(new URL(`../../fixtures/cases/${file}`, import.meta.url));
}

/** The plain text of a fixture. */
export function fixtureBytes(name: Fixture): Uint8Array {
  return gunzipSync(readFileSync(fixturePath(name)));
}

/** What DevTools computed. */
export function recorded(name: Fixture): Recorded {
  const file = name.startsWith('chromium') ? 'chromium' : name.split('-')[0];
  const url = new URL(`../../fixtures/devtools-${file}.json.gz`, import.meta.url);
  const all = JSON.parse(gunzipSync(readFileSync(url)).toString()) as Record<string, Recorded>;
  return all[`${name}.heapsnapshot`]!;
}

/** A reduced snapshot of fixtures/dead: `server-node24-1`, `states-node26-numbers`. */
export function deadPath(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/dead/${name}.heapsnapshot.gz`, import.meta.url));
}
