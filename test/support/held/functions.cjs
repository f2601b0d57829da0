// No function uses a variable of the module: it has no scope, and those of its functions stand in its place.
exports.make = function make(kept) {
  return function handler() {
    return kept;
  };
};
exports.listener = [(kept) => () => kept].pop();
