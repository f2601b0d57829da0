/** Shell completion, by @bomb.sh/tab, which asks commander for everything it offers. */
import type { Command as Program } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The script that a shell loads. */
export async function completionScript(shell: (typeof SHELLS)[number], name: string): Promise<string> {
  const { script } = await import('@bomb.sh/tab');
  // The library prints the script and returns nothing.
  const { log } = console;
  const lines: string[] = [];
  console.log = (text: string) => void lines.push(text);
  try {
    script(shell, name, name);
  } finally {
    console.log = log;
  }
  return `${lines.join('\n')}\n`;
}

/** Answers what the script asks: `heapgraph complete -- <words>`. */
export async function complete(program: Program, words: readonly string[]): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  tab(program, { completionCommandName: 'completion-script' }).parse([...words]);
}
