let kept;
let other;
function keep(target) {
  kept = target;
}
function read() {
  return [kept, other];
}
exports.keep = keep;
exports.read = read;
exports.other = (value) => {
  other = value;
};
