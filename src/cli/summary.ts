/** GitHub's summary of a job: Markdown that is appended to a file. */
import fs from 'node:fs';

/** Appends to the file in $GITHUB_STEP_SUMMARY, if it is set. A failure to write is only noted. */
export function appendSummary(pieces: Iterable<string>, note: (text: string) => void): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  try {
    fs.appendFileSync(file, [...pieces].join(''));
  } catch (error) {
    note(`cannot write the summary to ${file}: ${(error as Error).message}`);
  }
}
