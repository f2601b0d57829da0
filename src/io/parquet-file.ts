/**
 * A Parquet file that is written by row groups: whole at last or not there (atomic-file.ts),
 * readable for its owner alone.
 *
 * Layout: a page a column and row group (data page V2). Whole numbers as packed deltas, texts by a
 * dictionary of their row group, compressed with Snappy; all else plain.
 * Memory: one row group, encoded.
 */
import type { ByteWriter, SchemaElement } from 'hyparquet-writer';
import { type AtomicFile, openAtomicFile } from './atomic-file.js';
import {
  type EncodedPage,
  encodedPage,
  type Packers,
  type TableColumn,
  type TableValues,
} from './parquet-columns.js';
import { packedFlags, packedOnes } from './parquet-runs.js';

export interface ParquetOptions {
  /** In the order of the file. */
  readonly columns: readonly TableColumn[];
  /** What is said of the file in its footer. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ParquetFile {
  readonly file: string;
  /**
   * Writes a row group.
   *
   * In: the number of rows, and values by the names of the columns; the first `rows` of them count.
   * Throws: UsageError when it cannot be written, RangeError for values that a column cannot hold;
   * nothing is left then.
   */
  writeGroup(rows: number, values: Readonly<Record<string, TableValues>>): void;
  /** Makes it stay; gives its bytes. Nothing can be written afterwards. */
  finish(): number;
  /** Leaves no trace; what stood at the path before is still there. Does nothing after `finish`. */
  discard(): void;
}

/**
 * Opens a file to write. Loads hyparquet-writer, which nothing else does.
 *
 * Throws: UsageError when it cannot be written.
 */
export async function openParquetFile(file: string, options: ParquetOptions): Promise<ParquetFile> {
  const library = await loadLibrary();
  return new OpenParquetFile(openAtomicFile(file), options, library);
}

type Library = Awaited<ReturnType<typeof loadLibrary>>;

async function loadLibrary() {
  const [{ ByteWriter, ParquetWriter }, { deltaBinaryPack }, pages, snappy] = await Promise.all([
    import('hyparquet-writer'),
    import('hyparquet-writer/src/delta.js'),
    import('hyparquet-writer/src/datapage.js'),
    import('hyparquet-writer/src/snappy.js'),
  ]);
  const packers: Packers = {
    newBytes: () => new ByteWriter(),
    packDeltas(values, type) {
      const bytes = new ByteWriter(values.length * 4 + 64);
      deltaBinaryPack(bytes, values, type);
      return bytes.getBytes();
    },
  };
  const { writePageHeader } = pages;
  const { snappyCompress } = snappy;
  return { ByteWriter, ParquetWriter, packers, writePageHeader, snappyCompress };
}

/** How the types are called in a file. */
const PHYSICAL = {
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
} as const;

type RowGroup = InstanceType<Library['ParquetWriter']>['row_groups'][number];
type ColumnChunk = RowGroup['columns'][number];

class OpenParquetFile implements ParquetFile {
  private readonly bytes: ByteWriter;
  private readonly writer: InstanceType<Library['ParquetWriter']>;

  constructor(
    private readonly output: AtomicFile,
    private readonly options: ParquetOptions,
    private readonly library: Library,
  ) {
    const { columns, metadata = {} } = options;
    this.bytes = new library.ByteWriter();
    this.writer = new library.ParquetWriter({
      writer: this.bytes,
      schema: [
        { name: 'root', num_children: columns.length },
        ...columns.map(
          ({ name, type, nullable }): SchemaElement => ({
            name,
            ...PHYSICAL[type],
            repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
          }),
        ),
      ],
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: 'heapgraph',
    });
  }

  get file(): string {
    return this.output.file;
  }

  writeGroup(rows: number, values: Readonly<Record<string, TableValues>>): void {
    if (rows === 0) return;
    try {
      const start = this.bytes.offset;
      let size = 0n;
      const columns: ColumnChunk[] = [];
      for (const column of this.options.columns) {
        const given = values[column.name];
        if (given === undefined) throw new RangeError(`${column.name}: no values`);
        const chunk = this.writeChunk(column, encodedPage(column, given, rows, this.library.packers), rows);
        size += chunk.meta_data!.total_uncompressed_size;
        columns.push(chunk);
        this.flush();
      }
      this.writer.num_rows += BigInt(rows);
      this.writer.row_groups.push({
        columns,
        total_byte_size: size,
        num_rows: BigInt(rows),
        total_compressed_size: BigInt(this.bytes.offset - start),
      });
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  finish(): number {
    this.writer.finish();
    this.flush();
    return this.output.finish();
  }

  discard(): void {
    this.output.discard();
  }

  private writeChunk(column: TableColumn, page: EncodedPage, rows: number): ColumnChunk {
    const { bytes, library } = this;
    const { dictionary, encoding, nulls, least, greatest } = page;
    const start = bytes.offset;
    let unpacked = 0;
    if (dictionary) {
      const packed = library.snappyCompress(dictionary.bytes);
      library.writePageHeader(bytes, {
        type: 'DICTIONARY_PAGE',
        uncompressed_page_size: dictionary.bytes.length,
        compressed_page_size: packed.length,
        dictionary_page_header: { num_values: dictionary.count, encoding: 'PLAIN' },
      });
      unpacked += bytes.offset - start + dictionary.bytes.length;
      bytes.appendBytes(packed);
    }
    const dataStart = bytes.offset;
    const levels = column.nullable
      ? page.present
        ? packedFlags(page.present)
        : packedOnes(rows)
      : new Uint8Array(0);
    const length = levels.length + page.bytes.length;
    library.writePageHeader(bytes, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: length,
      compressed_page_size: length,
      data_page_header_v2: {
        num_values: rows,
        num_nulls: nulls,
        num_rows: rows,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: false,
      },
    });
    unpacked += bytes.offset - dataStart + length;
    bytes.appendBytes(levels);
    bytes.appendBytes(page.bytes);
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: PHYSICAL[column.type].type,
        encodings: [...new Set([dictionary ? 'PLAIN' : encoding, encoding, 'RLE'] as const)],
        path_in_schema: [column.name],
        codec: dictionary ? 'SNAPPY' : 'UNCOMPRESSED',
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(unpacked),
        total_compressed_size: BigInt(bytes.offset - start),
        data_page_offset: BigInt(dataStart),
        ...(dictionary ? { dictionary_page_offset: BigInt(start) } : {}),
        statistics: {
          null_count: BigInt(nulls),
          ...(least === undefined ? {} : { min_value: least, max_value: greatest }),
        },
      },
    };
  }

  private flush(): void {
    this.output.write(this.bytes.getBytes());
    this.bytes.index = 0;
  }
}
