/**
 * What is said beside an answer: sentences, in which options are named so that each surface can
 * spell them.
 */

/** What a note is about. `answer`: what was found, or how sure it is. */
export type NoteSubject =
  | 'answer'
  /** Rows that are left out. */
  | 'omitted'
  /** Which of several objects was taken. */
  | 'picked'
  /** A name that is not in the snapshot. */
  | 'unknown'
  /** An object that no chain was found for. */
  | 'unreached'
  /** How snapshots were compared. */
  | 'compared'
  /** The answer is too large to be looked at. */
  | 'large';

/** An option, by its name in code: `maxDepth`. */
export interface OptionMention {
  readonly option: string;
}

export type NotePart = string | OptionMention;

export interface Note {
  readonly about: NoteSubject;
  /** To be read one after the other. */
  readonly parts: readonly NotePart[];
}

/** A sentence without options says nothing but itself. */
export type NoteLike = Note | string;

/** Names an option within a note. */
export function option(name: string): OptionMention {
  return { option: name };
}

/** Parts from a template, whose values are texts, options and other parts. */
export function parts(
  texts: TemplateStringsArray,
  ...values: readonly (NotePart | number | readonly NotePart[])[]
): readonly NotePart[] {
  return texts.flatMap((text, i): readonly NotePart[] => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === 'number') return [text, String(value)];
    return Array.isArray(value) ? [text, ...value] : [text, value as NotePart];
  });
}

/** A note from a template: note('omitted')`3 more; ${option('all')} shows them`. */
export function note(about: NoteSubject): (...args: Parameters<typeof parts>) => Note {
  return (texts, ...values) => ({ about, parts: parts(texts, ...values) });
}

export function noteOf(note: NoteLike): Note {
  return typeof note === 'string' ? { about: 'answer', parts: [note] } : note;
}

/** A note as text. `spell` says how options are called; by default as on the command line. */
export function noteText(note: NoteLike, spell: (option: string) => string = flag): string {
  return sentenceText(noteOf(note).parts, spell);
}

/** A text, or one whose options each surface spells. */
export type Sentence = string | readonly NotePart[];

/** A sentence as text. `spell` as in `noteText`. */
export function sentenceText(sentence: Sentence, spell: (option: string) => string = flag): string {
  return typeof sentence === 'string'
    ? sentence
    : sentence.map((part) => (typeof part === 'string' ? part : spell(part.option))).join('');
}

/** An option as the command line spells it: `--max-depth`. */
export function flag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
