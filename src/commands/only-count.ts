/** The commands of the small bundle that starts fastest (see build.mjs). */
import { countCommand } from './count.js';

export const COMMANDS = [countCommand] as const;
