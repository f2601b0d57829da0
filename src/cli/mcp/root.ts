/** Which files a client may name: those below one folder, wherever links lead. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable, shortened } from '../../base/printable.js';
import { readReason } from '../../io/reasons.js';
import { SNAPSHOT_NAME } from '../../io/snapshot-names.js';

/** A snapshot that is there. */
export interface FoundSnapshot {
  /** Its path from the root. */
  readonly path: string;
  readonly bytes: number;
  readonly time: Date;
}

/** Folders and files that a list looks at, at most. */
const MOST_FOLDERS = 200;
const MOST_FILES = 1000;

export class Root {
  /** The folder itself, links followed. */
  readonly folder: string;

  /** Throws UsageError. */
  constructor(private readonly given: string) {
    const refusal = (reason: string): UsageError =>
      new UsageError(
        parts`${option('root')} ${printable(given)} cannot be used: ${reason}`,
        'Name a folder that is there.',
      );
    try {
      this.folder = fs.realpathSync(given);
    } catch (error) {
      throw refusal(readReason(error));
    }
    if (!fs.statSync(this.folder).isDirectory()) throw refusal('it is no folder');
  }

  /**
   * The file that a client names.
   *
   * - In: a path, from the root or from the top.
   * - Out: the path with links followed.
   * - Throws: UsageError for what is not below the root, is not there, or is no regular file. What
   *   is outside is not looked at.
   */
  file(named: string): string {
    const place = this.place(named);
    let real: string;
    try {
      real = fs.realpathSync(place);
    } catch {
      throw new UsageError(`there is no file "${shown(named)}" below the root`, this.whatIsHere());
    }
    if (!this.has(real))
      throw new UsageError(`"${shown(named)}" is a link that leads out of the root`, this.outside());
    if (!fs.statSync(real).isFile())
      throw new UsageError(`"${shown(named)}" is no regular file`, this.whatIsHere());
    return real;
  }

  /** The path of a file that is to be made. Throws UsageError where one is there. */
  newFile(named: string): string {
    const place = this.place(named);
    let folder: string;
    try {
      folder = fs.realpathSync(path.dirname(place));
    } catch {
      throw new UsageError(
        `there is no folder for "${shown(named)}"`,
        'Name a file in a folder that is there.',
      );
    }
    if (!this.has(folder))
      throw new UsageError(`"${shown(named)}" leads out of the root by a link`, this.outside());
    const file = path.join(folder, path.basename(place));
    if (!SNAPSHOT_NAME.test(file))
      throw new UsageError(`"${shown(named)}" is no name of a snapshot`, 'End it with .heapsnapshot.');
    if (fs.lstatSync(file, { throwIfNoEntry: false }))
      throw new UsageError(`"${shown(named)}" is there already`, 'Name another file.');
    return file;
  }

  /** A path as a client may name it. */
  nameOf(file: string): string {
    return path.relative(this.folder, file) || '.';
  }

  /** Whether a path, links followed, is the root or below. */
  has(real: string): boolean {
    const way = path.relative(this.folder, real);
    return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
  }

  /** Snapshots below the root, the newest first. Hidden folders and node_modules are left out. */
  snapshots(): readonly FoundSnapshot[] {
    const found: FoundSnapshot[] = [];
    const folders = [this.folder];
    for (let i = 0; i < folders.length && i < MOST_FOLDERS; i++) {
      const folder = folders[i]!;
      let entries: readonly fs.Dirent[] = [];
      try {
        entries = fs.readdirSync(folder, { withFileTypes: true });
      } catch {
        // not to be read
      }
      for (const entry of entries) {
        const place = path.join(folder, entry.name);
        if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
          folders.push(place);
        else if (entry.isFile() && SNAPSHOT_NAME.test(entry.name) && found.length < MOST_FILES) {
          const stat = fs.statSync(place, { throwIfNoEntry: false });
          if (stat) found.push({ path: this.nameOf(place), bytes: stat.size, time: stat.mtime });
        }
      }
    }
    return found.sort((a, b) => b.time.getTime() - a.time.getTime() || (a.path < b.path ? -1 : 1));
  }

  private place(named: string): string {
    if (named === '' || named.includes('\0'))
      throw new UsageError(`"${shown(named)}" is no path`, this.whatIsHere());
    const place = path.resolve(this.folder, named);
    if (this.has(place)) return place;
    // The root may have been named by way of a link.
    const way = path.relative(path.resolve(this.given), place);
    if (path.isAbsolute(named) && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
      return path.join(this.folder, way);
    throw new UsageError(`"${shown(named)}" is outside of the root`, this.outside());
  }

  private outside(): string {
    return `Only files below ${printable(this.folder)} are read. Copy the file there, or ask the user to start the server with another --root.`;
  }

  private whatIsHere(): string {
    const all = this.snapshots();
    if (all.length === 0) return `There is no snapshot below ${printable(this.folder)}.`;
    const names = all.slice(0, 5).map((one) => `"${shown(one.path)}"`);
    return `Below the root there ${all.length === 1 ? 'is' : 'are'} ${names.join(', ')}${all.length > 5 ? ` and ${all.length - 5} more; overview without a path lists them` : ''}.`;
  }
}

function shown(text: string): string {
  return printable(shortened(text, 120));
}
