/** The only place that knows colours: roles in, escape sequences out. */
import type { Role } from '../base/result.js';

export interface Style {
  readonly role: (role: Role | undefined, text: string) => string;
  readonly heading: (text: string) => string;
  readonly error: (text: string) => string;
  readonly dim: (text: string) => string;
  /** The line that keys act on. */
  readonly selected: (text: string) => string;
  /** Columns of the terminal that tables have to fit into; undefined for a file or a pipe. */
  readonly columns?: number | undefined;
}

const plain = (text: string): string => text;

/** Text as it is. */
export const PLAIN: Style = {
  role: (_, text) => text,
  heading: plain,
  error: plain,
  dim: plain,
  selected: plain,
};

/** With colour, or as plain text, which does not even load the library. */
export async function createStyle(colour: boolean, columns?: number): Promise<Style> {
  if (!colour) return { ...PLAIN, columns };
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const looks: Record<Role, (text: string) => string> = {
    name: chalk.cyan,
    size: chalk.magenta,
    count: chalk.bold,
    id: plain,
    dim: chalk.dim,
    delta: (text) => (text.trim().startsWith('+') ? chalk.red(text) : chalk.green(text)),
  };
  return {
    role: (role, text) => (role ? looks[role](text) : text),
    heading: chalk.bold,
    error: chalk.red,
    dim: chalk.dim,
    selected: chalk.inverse,
    columns,
  };
}
