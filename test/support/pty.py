"""Runs a program on a terminal of its own.

Arguments: columns, rows, the program and its arguments. Standard output: what it writes. Standard input: a JSON
object a line: {"type": TEXT}, {"resize": [columns, rows]}, {"signal": NUMBER}, {"hangup": true}. At the end a JSON
object on standard error: the exit code (-n for a signal), and whether the terminal reads lines again, with echo.
"""
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios


def resize(columns, rows):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


master, slave = os.openpty()
resize(int(sys.argv[1]), int(sys.argv[2]))
child = subprocess.Popen(sys.argv[3:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
waiting = b''
inputs = [master, 0]
while True:
    ready, _, _ = select.select(inputs, [], [], 0.05)
    if master in ready:
        os.write(1, os.read(master, 65536))
        continue
    if 0 in ready:
        data = os.read(0, 65536)
        if data == b'':
            inputs.remove(0)
        *lines, waiting = (waiting + data).split(b'\n')
        for line in lines:
            command = json.loads(line)
            if 'type' in command:
                os.write(master, command['type'].encode())
            elif 'resize' in command:
                resize(*command['resize'])
            elif 'hangup' in command:
                inputs.remove(master)
                os.close(master)
                os.close(slave)
            else:
                child.send_signal(command['signal'])
    if child.poll() is not None and not ready:
        break
if master not in inputs:
    sys.stderr.write(json.dumps({'code': child.returncode, 'asBefore': None}))
    sys.exit()
flags = termios.tcgetattr(slave)[3]
as_before = bool(flags & termios.ICANON) and bool(flags & termios.ECHO)
sys.stderr.write(json.dumps({'code': child.returncode, 'asBefore': as_before}))
