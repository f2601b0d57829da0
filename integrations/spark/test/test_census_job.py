"""What a task makes of the answers of heapgraph, of its silence and of its death. No Spark."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

import paths

from census_job import Outcome, Work, census_batches

STAND_IN = """
    import json, os, signal, sys, time
    entries = [json.loads(line) for line in sys.stdin]
    for entry in entries:
        if "dies" in entry["file"]: os.kill(os.getpid(), signal.SIGKILL)
        if "hangs" in entry["file"]: time.sleep(60)
        if "full" in entry["file"]: sys.exit("x" * 100_000 + " the disk is full")
    def row(entry):
        broken = "broken" in entry["file"]
        reason = "not\\ud800 a snapshot " + os.environ.get("HEAPGRAPH_MAX_MEMORY", "") if broken else None
        state = "failed" if broken else "written"
        return {"file": entry["file"], "state": state, "snapshot": None if broken else "k", "reason": reason}
    rows = sorted(map(row, entries), key=lambda row: row["state"])
    json.dump({"rows": rows}, sys.stdout)
    sys.exit(2 if rows[0]["state"] == "failed" else 0)
"""


class TaskTest(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        program = Path(temporary.name) / "stand in.py"
        program.write_text(textwrap.dedent(STAND_IN))
        self.work = Work((sys.executable, str(program)), timeout=2, max_memory="4g", most_reason=200)

    def outcomes(self, *batches: list[str]) -> list[Outcome]:
        return list(census_batches(self.work, [[{"file": file} for file in batch] for batch in batches]))

    def reason(self, *batch: str) -> str:
        outcomes = self.outcomes(list(batch))
        self.assertEqual([outcome["file"] for outcome in outcomes], list(batch))
        (failed,) = [outcome for outcome in outcomes if outcome["state"] == "failed"]
        assert failed["reason"] is not None
        return failed["reason"]

    def test_written(self) -> None:
        self.assertEqual(
            self.outcomes(["a"], ["b", 'it\'s\n"c"']),
            [{"file": file, "state": "written", "key": "k", "reason": None} for file in ("a", "b", 'it\'s\n"c"')],
        )

    def test_a_bad_snapshot_among_good_ones(self) -> None:
        self.assertEqual(self.reason("a", "broken", "b"), "not? a snapshot 4g")

    def test_a_process_that_dies_costs_the_others_nothing(self) -> None:
        self.assertEqual(self.reason("a", "dies", "b"), "ended by signal 9: ")

    def test_time_runs_out(self) -> None:
        started = time.monotonic()
        self.assertEqual(self.reason("hangs"), "stopped after 2 seconds (--timeout)")
        self.assertLess(time.monotonic() - started, 20)

    def test_what_a_process_says_is_cut(self) -> None:
        reason = self.reason("full")
        self.assertTrue(reason.endswith("the disk is full"))
        self.assertLess(len(reason), 300)

    def test_a_program_that_is_not_there_is_the_matter_of_spark(self) -> None:
        self.work = self.work._replace(command=("/nowhere/heapgraph",))
        with self.assertRaises(OSError):
            self.outcomes(["a"])


class CommandLineTest(unittest.TestCase):
    def refused(self, *arguments: str) -> str:
        command = [sys.executable, str(paths.SPARK / "census_job.py"), *arguments]
        ran = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        return ran.stderr

    def test_refused(self) -> None:
        self.assertIn("names no snapshots", self.refused("/nowhere/*.heapsnapshot", "--to", "heaps"))
        self.assertIn("required: --to", self.refused("list"))
        self.assertIn("greater than 0", self.refused("list", "--to", "heaps", "--batch", "0"))


if __name__ == "__main__":
    unittest.main()
