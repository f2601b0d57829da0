import { shared } from './shared.mjs';

export function keep(target) {
  shared.set('key', target);
}
