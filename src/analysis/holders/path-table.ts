/**
 * Numbered paths. Each is the path before it and one piece of text, so that an object's path is one
 * look into a table once that of its holder is known.
 */
import type { Root } from '../../v8/roots.js';

/** What a piece is: the reference that is followed, or the class of what it leads to. */
export type PieceKind = typeof EDGE_PIECE | typeof CLASS_PIECE;

export const EDGE_PIECE = 1;
export const CLASS_PIECE = 2;

/** Bounds of a table; those of `LIMITS` keep a graph's paths in about a gigabyte. */
export interface PathLimits {
  /** Paths at most; further ones are taken for the one they begin with. */
  readonly paths: number;
  /** Pieces of text at most; further ones are one, `…`. */
  readonly pieces: number;
  /** Entries of the index at most; what is not in it is searched for again. */
  readonly known: number;
  /** Steps of a path at most; further ones are left out. */
  readonly steps: number;
}

export const LIMITS: PathLimits = {
  paths: 4_000_000,
  pieces: 2 ** 23,
  known: 2 ** 24 - 16, // a Map has 2^24 entries at most
  steps: 32,
};

/** Pieces fit into so many numbers, paths into as many as leave a key below 2^53. */
const PIECE_NUMBERS = 2 ** 24;
const PATH_NUMBERS = 2 ** 28;

/** The piece in the place of those that are too many. */
const ELSE = '…';

/** The paths of one graph. */
export class PathTable {
  readonly #limits: PathLimits;
  /** By path: the path before it, -1 for a beginning. */
  readonly #before: number[] = [];
  readonly #lastPiece: number[] = [];
  /** By path: the kind of its last piece, 0 for a beginning. */
  readonly #kinds: number[] = [];
  /** By path: the number of its beginning. */
  readonly #begins: number[] = [];
  readonly #roots: (Root | undefined)[] = [];
  readonly #pieces: string[] = [];
  readonly #pieceNumbers = new Map<string, number>();
  readonly #pathNumbers = new Map<number, number>();
  readonly #startNumbers = new Map<string, number>();

  /** Throws RangeError for bounds with which two paths could have one key. */
  constructor(limits: PathLimits = LIMITS) {
    if (limits.pieces >= PIECE_NUMBERS)
      throw new RangeError(`${limits.pieces} pieces: there are numbers for ${PIECE_NUMBERS - 1}`);
    if (limits.paths > PATH_NUMBERS)
      throw new RangeError(`${limits.paths} paths: there are numbers for ${PATH_NUMBERS}`);
    this.#limits = limits;
  }

  /** How many paths there are. */
  get count(): number {
    return this.#before.length;
  }

  /** Number of a piece of text. */
  piece(text: string): number {
    let number = this.#pieceNumbers.get(text);
    if (number === undefined) {
      if (this.#pieces.length >= this.#limits.pieces && text !== ELSE) return this.piece(ELSE);
      number = this.#pieces.push(text) - 1;
      this.#pieceNumbers.set(text, number);
    }
    return number;
  }

  /**
   * Number of the path that is only a beginning. The first root that is given with a text stays.
   */
  start(text: string, root: Root | undefined): number {
    let number = this.#startNumbers.get(text);
    if (number === undefined) {
      number = this.#before.push(-1) - 1;
      this.#lastPiece.push(this.piece(text));
      this.#kinds.push(0);
      this.#begins.push(this.#roots.push(root) - 1);
      this.#startNumbers.set(text, number);
    }
    return number;
  }

  /** Number of a path with one more piece; of the path itself where there are too many. */
  longer(path: number, piece: number, kind: PieceKind): number {
    const key = keyOf(path, piece, kind);
    const number = this.#pathNumbers.get(key);
    if (number !== undefined) return number;
    if (this.#before.length >= this.#limits.paths) return path;
    this.#know(key, this.#before.length);
    this.#lastPiece.push(piece);
    this.#kinds.push(kind);
    this.#begins.push(this.#begins[path]!);
    return this.#before.push(path) - 1;
  }

  /**
   * Number of the path of an object, whose reference is the last piece of `place`. Where the path
   * has passed the class already, the path there stands for it: a list or a tree is one step. A
   * container (a plain object, an array, a Map) says little: it counts as the same only when the
   * same reference led to it, at least twice.
   */
  object(place: number, type: number, isContainer: boolean): number {
    const key = keyOf(place, type, CLASS_PIECE);
    const found = this.#pathNumbers.get(key);
    if (found !== undefined) return found;
    let alike = -1;
    let depth = 0;
    for (let path = this.#before[place]!; path >= 0 && this.#kinds[path] === CLASS_PIECE; depth++) {
      const above = this.#before[path]!;
      if (this.#lastPiece[path] === type) {
        const same = this.#lastPiece[above] === this.#lastPiece[place];
        if (!isContainer || (same && alike >= 0)) return this.#know(key, isContainer ? alike : path);
        if (same) alike = path;
      }
      path = this.#before[above] ?? -1;
    }
    if (depth < this.#limits.steps) return this.longer(place, type, CLASS_PIECE);
    return this.#know(key, this.#before[place]!);
  }

  /** The path to read. */
  text(path: number): string {
    const texts: string[] = [];
    for (let at = path; at >= 0; at = this.#before[at]!) {
      const kind = this.#kinds[at];
      const space = kind === CLASS_PIECE ? ' → ' : kind === EDGE_PIECE ? ' ' : '';
      texts.push(space + this.#pieces[this.#lastPiece[at]!]!);
    }
    return texts.reverse().join('');
  }

  /** What was given with the beginning. */
  rootOf(path: number): Root | undefined {
    return this.#roots[this.#begins[path]!];
  }

  #know(key: number, path: number): number {
    if (this.#pathNumbers.size < this.#limits.known) this.#pathNumbers.set(key, path);
    return path;
  }
}

function keyOf(path: number, piece: number, kind: PieceKind): number {
  return (path * PIECE_NUMBERS + piece) * 2 + (kind === CLASS_PIECE ? 1 : 0);
}
