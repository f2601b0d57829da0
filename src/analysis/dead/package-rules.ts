/**
 * What objects of packages say of their own state. Each rule names the versions that it was tried
 * on.
 */
import type { DeadRule } from './dead-rule.js';

export const PACKAGE_RULES: readonly DeadRule[] = [];
