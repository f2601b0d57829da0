/** Finds and reads heapgraph.config.json. */
import fs from 'node:fs';
import path from 'node:path';
import { CONFIG_NAME, type Config, parseConfig } from '../commands/config.js';
import { UsageError } from '../errors.js';
import { printable } from '../printable.js';

/**
 * The config file that is named, or the nearest one in this folder and above it (up to the home folder); undefined when
 * there is none or `named` is false. Its paths are made relative to the current folder. Throws UsageError.
 */
export async function readConfig(named: string | false | undefined): Promise<Config | undefined> {
  if (named === false) return undefined;
  const found = named === undefined ? await nearest() : { file: named, text: textOf(named) };
  if (!found) return undefined;
  const { file, text } = found;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const problem = text.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new UsageError(
      `${printable(file)}: expected JSON, found something else: ${printable(problem)}`,
      'heapgraph init writes a config file to start from; --no-config does without.',
    );
  }
  const config = parseConfig(value, file);
  const { baseline } = config;
  if (baseline === undefined) return config;
  return { ...config, baseline: relative(path.resolve(path.dirname(file), baseline)) };
}

async function nearest(): Promise<{ file: string; text: string } | undefined> {
  const { lilconfig } = await import('lilconfig');
  // The file is read as text, so that its errors are told in our way.
  const result = await lilconfig('heapgraph', {
    searchPlaces: [CONFIG_NAME],
    loaders: { '.json': (_: string, content: string) => content },
    ignoreEmptySearchPlaces: false,
  }).search();
  if (!result) return undefined;
  return { file: relative(result.filepath), text: typeof result.config === 'string' ? result.config : '' };
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new UsageError(`cannot read the config file ${printable(file)}: ${reason}`, 'Check the path.');
  }
}

/** As short as it can be written from here. */
function relative(file: string): string {
  const short = path.relative(process.cwd(), file);
  return short === '' || short.length > file.length ? file : short;
}
