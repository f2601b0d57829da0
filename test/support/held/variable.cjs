const cache = [];
module.exports = (target) => {
  cache.push(target);
};
