/**
 * How far a long piece of work has come. `total` is 0 when it is not known; both are in `unit`s.
 */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'nodes' | 'rows';
}

/** Told now and then how far the work has come. */
export type OnProgress = (progress: Progress) => void;
