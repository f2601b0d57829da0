"""A standalone Spark cluster on this machine: a master and workers of one core, in a folder, until the block ends.

Ports are chosen by the system. Every process belongs to a group of its own, which is killed at the end, and dies with
this process, also when that is killed (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyspark

HOME = Path(pyspark.__file__).parent
SPARK_CLASS = HOME / "bin" / "spark-class"
SPARK_SUBMIT = HOME / "bin" / "spark-submit"
DEPLOY = "org.apache.spark.deploy"
PATIENCE = 240.0
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Options of Java for processes that end before its best compiler has paid for itself."""

T = TypeVar("T")


def descendants(root: int) -> dict[int, str]:
    """Process ids below `root`, to any depth, and their programs."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], check=True, capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    found: dict[int, str] = {}
    parents = {root}
    while parents:
        children = {int(pid): name for pid, parent, name in rows if int(parent) in parents and int(pid) not in found}
        found.update(children)
        parents = set(children)
    return found


def wait_for(what: str, ask: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Asks until there is an answer. Throws: TimeoutError that says what was waited for."""
    end = time.monotonic() + patience
    while True:
        answer = ask()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience:g} s for {what}")
        time.sleep(0.05)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Worker:
    """A worker process; its executors and their tasks are its descendants."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def runs(self, program: str) -> bool:
        """Whether such a program is at work in one of its tasks."""
        return any(os.path.basename(name) == program for name in descendants(self.process.pid).values())

    def kill(self) -> list[int]:
        """Ends it as a machine ends that loses power: worker, executor, and what they run, at once and unasked."""
        pids = [self.process.pid, *descendants(self.process.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        return pids


class Cluster:
    """`with Cluster(folder, workers=2) as cluster:` `cluster.url` is what spark-submit wants."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.url = ""
        self.workers: list[Worker] = []
        self._count = workers
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        self.folder.mkdir(parents=True)
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def environment(self) -> dict[str, str]:
        """What Spark's processes of this cluster are started with."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))},
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_CONF_DIR": str(self.folder),
            "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }

    def _start(self) -> None:
        ports = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        log = self._launch("master", [f"{DEPLOY}.master.Master", *ports])
        self.url = self._wait_in(log, r"Starting Spark master at (spark://\S+)")
        logs = []
        for number in range(self._count):
            place = ["--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / f"worker-{number}")]
            logs.append(self._launch(f"worker-{number}", [f"{DEPLOY}.worker.Worker", *ports, *place, self.url]))
            self.workers.append(Worker(self._processes[-1]))
        for log in logs:
            self._wait_in(log, r"(Successfully registered with master)")

    def _launch(self, name: str, command: list[str]) -> Path:
        log = self.folder / f"{name}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [SPARK_CLASS, *command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=self.environment(),
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._processes.append(process)
        return log

    def _wait_in(self, log: Path, pattern: str) -> str:
        process = self._processes[-1]

        def look() -> str | None:
            found = re.search(pattern, log.read_text(errors="replace"))
            if found is None and process.poll() is not None:
                raise RuntimeError(f"{log.name}: {log.read_text(errors='replace')[-2000:]}")
            return found and found[1]

        return wait_for(f"{pattern} in {log}", look)

    def _stop(self) -> None:
        for process in reversed(self._processes):
            pids = descendants(process.pid)
            for pid in [process.pid, *pids]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
