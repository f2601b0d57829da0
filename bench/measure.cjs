// Preloaded into each measured process: writes its peak memory in bytes and its processor time in
// microseconds to file descriptor 3 as it ends. A program that runs another one says what that took.
// CommonJS, because --require costs a millisecond, and --import enough to show in small figures.
const { readFileSync, writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

// Linux carries getrusage's maxRSS over from the parent process through exec; VmHWM is this program's own.
function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;
}

function processor() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

if (isMainThread) {
  process.on('exit', () => {
    const { peak: peakOfChild = peak(), processor: ofChild = processor() } = globalThis.measured ?? {};
    writeSync(3, `${peakOfChild} ${ofChild}`);
  });
}
