export let kept;
export function keep(target) {
  kept = target;
}
