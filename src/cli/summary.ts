/** GitHub's summary of a job: Markdown that is appended to a file. */
import fs from 'node:fs';

/** Appends to the file that $GITHUB_STEP_SUMMARY names, if it names one. That it cannot be written is only noted. */
export function appendSummary(pieces: Iterable<string>, note: (text: string) => void): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  try {
    fs.appendFileSync(file, [...pieces].join(''));
  } catch (error) {
    note(`cannot write the summary to ${file}: ${(error as Error).message}`);
  }
}
