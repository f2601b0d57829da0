/** String indexes are checked when all sections were read: the strings come last. */
import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { DAMAGED } from './json.js';
import { readRecords } from './records.js';
import { type Reading, type ReadOptions, readSnapshot, type SectionReader } from './sections.js';
import type { SnapshotInput } from './source.js';

/** A section with names: the largest string index, and the first record that has it. */
interface Named {
  readonly section: string;
  readonly largestName: number;
  readonly largestNameAt: number;
}

/**
 * Throws SnapshotError `range` when a name is beyond the strings. To say at which byte it stands,
 * the file is read once more, where it can be.
 */
export async function checkStringIndexes(
  input: SnapshotInput,
  options: ReadOptions,
  reading: Reading,
  stringCount: number,
  named: readonly (Named | undefined)[],
): Promise<void> {
  const bad = named.find((one) => one !== undefined && one.largestName >= stringCount);
  if (!bad) return;
  const { layout, file } = reading;
  const [field, fields] =
    bad.section === 'nodes'
      ? [layout.nodes.name, layout.fieldNames.node]
      : [layout.edges.nameOrIndex, layout.fieldNames.edge];
  const offset = await offsetOfRecord(input, options, bad);
  throw new SnapshotError(
    'range',
    `${fields[field]} of record ${formatCount(bad.largestNameAt)} is out of range`,
    {
      file,
      section: bad.section,
      offset,
      expected: `a string index below ${formatCount(stringCount)}`,
      found: formatCount(bad.largestName),
      ...DAMAGED,
    },
  );
}

async function offsetOfRecord(
  input: SnapshotInput,
  options: ReadOptions,
  bad: Named,
): Promise<number | undefined> {
  if (input === '-' || !(typeof input === 'string' || input instanceof URL || input instanceof Uint8Array))
    return undefined;
  let found: number | undefined;
  await readSnapshot(input, { windowSize: options.windowSize, salvage: true }, (layout) => {
    const fields = bad.section === 'nodes' ? layout.fieldNames.node : layout.fieldNames.edge;
    const nameField = bad.section === 'nodes' ? layout.nodes.name : layout.edges.nameOrIndex;
    const read: SectionReader = (window) =>
      readRecords(window, {
        section: bad.section,
        fields,
        declaredCount: undefined,
        countKey: '',
        count: 0,
        parse: (_, position) => position, // the careful reader takes all: it knows the byte
        refuse(field) {
          if (field === nameField && this.count === bad.largestNameAt) found = window.offset;
          return undefined;
        },
        take() {},
      });
    return { [bad.section]: read };
  });
  return found;
}
