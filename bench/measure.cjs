// Preloaded into each measured process: writes its peak memory in bytes to file descriptor 3 as it ends.
// CommonJS, because --require costs a millisecond, and --import enough to show in small figures.
const { readFileSync, writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

// Linux carries getrusage's maxRSS over from the parent process through exec; VmHWM is this program's own.
function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;
}

if (isMainThread) process.on('exit', () => writeSync(3, String(peak())));
