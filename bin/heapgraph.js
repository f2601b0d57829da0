#!/usr/bin/env node
// Node.js 22.8 and newer keep compiled code between runs, in the folder for temporary files (NODE_DISABLE_COMPILE_CACHE=1 says no).
require('node:module').enableCompileCache?.();
require(process.argv[2] === 'count' ? '../dist/count.cjs' : '../dist/cli.cjs');
