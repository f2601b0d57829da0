/** Asks DuckDB, for tests that read back what was written. */
import { DuckDBInstance } from '@duckdb/node-api';

/** Rows of a query, as JSON has them: numbers of 64 bits are texts. */
export async function duckdb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
