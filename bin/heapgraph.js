#!/usr/bin/env node
// Node.js 22.8 and newer keep compiled code between runs, in the folder for temporary files (NODE_DISABLE_COMPILE_CACHE=1 says no).
require('node:module').enableCompileCache?.();
const { argv } = process;
require(argv[2] === 'count' && !argv.includes('--index') ? '../dist/count.cjs' : '../dist/cli.cjs');
