let hidden;
export function keep(target) {
  hidden = target;
}
export function read() {
  return hidden;
}
