exports.kept = undefined;
