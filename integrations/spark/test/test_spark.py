"""The census as a Spark job and the fleet's questions in Spark SQL, on a standalone cluster of two workers.

The dataset of a job that loses a worker in its middle has the same files, byte for byte, as the one of a job that loses
none and as the one that `heapgraph census` writes without Spark. Questions are answered as DuckDB answers them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

from cluster import SHORT_LIVED, SPARK_SUBMIT, Cluster, wait_for
from dataset import HEAPGRAPH, NODE, done, heapgraph, parts_of
from paths import SPARK
from snapshots import Member, make_fleet

PROGRAM = ["--node", NODE, "--heapgraph", str(HEAPGRAPH)]
SNAPSHOTS = 200
MINUTES = 60.0


class Submission:
    """A run of spark-submit, and what its event log says when it is over."""

    def __init__(self, cluster: Cluster, folder: Path, program: str, arguments: list[str]) -> None:
        self.folder = folder
        events = folder / "events"
        events.mkdir(parents=True)
        settings = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "512m",
            "spark.executor.memory": "512m",
            "spark.driver.extraJavaOptions": SHORT_LIVED,
            "spark.executor.extraJavaOptions": SHORT_LIVED,
            "spark.ui.enabled": "false",
            # Tasks that take longer than others run twice at a time: this is to be no trouble either.
            "spark.speculation": "true",
            "spark.speculation.quantile": "0.5",
            "spark.speculation.multiplier": "1.2",
            "spark.speculation.minTaskRuntime": "1s",
            "spark.sql.shuffle.partitions": "2",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": events.as_uri(),
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false",
        }
        command = [str(SPARK_SUBMIT), "--master", cluster.url]
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        self._log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [*command, str(SPARK / program), *arguments, "--report", str(folder / "report.json")],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env=cluster.environment(),
        )
        self.started = time.monotonic()
        self.seconds = 0.0

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()

    def wait(self, patience: float = 10 * MINUTES) -> int:
        code = self.process.wait(patience)
        self.seconds = time.monotonic() - self.started
        return code

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def answer(self) -> Any:
        return json.loads((self.folder / "report.json").read_text())

    def events(self, kind: str) -> list[dict[str, Any]]:
        (file,) = (self.folder / "events").iterdir()
        events = [json.loads(line) for line in file.read_text().splitlines()]
        return [event for event in events if event["Event"] == f"SparkListener{kind}"]


class SparkTest(unittest.TestCase):
    """One cluster after another; the local dataset is made once."""

    root: Path
    fleet: list[Member]
    listing: Path
    local: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="heapgraph-spark-")
        cls.addClassCleanup(temporary.cleanup)
        cls.root = Path(temporary.name)
        cls.fleet = make_fleet(cls.root / "fleet", SNAPSHOTS)
        cls.listing = cls.root / "listing.jsonl"
        cls.listing.write_text("".join(f"{member.listed()}\n" for member in cls.fleet))
        cls.local = cls.root / "local"
        started = time.monotonic()
        heapgraph("census", "--list", cls.listing, "--to", cls.local, "--json")
        report(f"{SNAPSHOTS} snapshots, heapgraph census, one process: {time.monotonic() - started:.1f} s")

    def job(self, cluster: Cluster, name: str, dataset: Path, listing: Path | None = None) -> Submission:
        """A census job that is under way; the name is that of its folder."""
        files = [str(listing or self.listing), "--to", str(dataset), "--batch", "6"]
        return Submission(cluster, self.root / name, "census_job.py", [*files, *PROGRAM])

    def expect_equal_to_local(self, dataset: Path) -> None:
        self.assertEqual(parts_of(dataset), parts_of(self.local))
        self.assertEqual(done(dataset), SNAPSHOTS)

    def test_a_worker_is_killed_in_the_middle(self) -> None:
        dataset = self.root / "killed"
        with Cluster(self.root / "cluster-1", workers=2) as cluster, self.job(cluster, "job-1", dataset) as job:
            victim, other = cluster.workers

            def is_the_middle() -> int | None:
                if job.process.poll() is not None:
                    self.fail(f"the job was over before the worker was killed: {job.log[-2000:]}")
                count = done(dataset)
                return count if count >= SNAPSHOTS // 4 and victim.runs("node") and other.runs("node") else None

            before = wait_for("a quarter of the snapshots", is_the_middle)
            killed = victim.kill()
            after = done(dataset)
            self.assertLess(after, SNAPSHOTS * 3 // 4)
            self.assertEqual(job.wait(), 0, job.log[-4000:])
        # Worker, executor, Python's daemon and worker, Node.js: gone all together.
        self.assertGreaterEqual(len(killed), 4)
        self.assertEqual(job.answer()["files"], SNAPSHOTS)
        self.assertEqual(job.answer()["failed"], [])
        self.assertGreaterEqual(len(job.events("ExecutorRemoved")), 1)
        tasks = job.events("TaskEnd")
        reasons = [task["Task End Reason"]["Reason"] for task in tasks]
        self.assertIn("ExecutorLostFailure", reasons)
        executors = {
            task["Task Info"]["Executor ID"] for task in tasks if task["Task End Reason"]["Reason"] == "Success"
        }
        self.assertGreaterEqual(len(executors), 2)
        self.expect_equal_to_local(dataset)
        report(
            f"Spark, a worker killed at {before} of {SNAPSHOTS}: {job.seconds:.1f} s, "
            f"{reasons.count('ExecutorLostFailure')} tasks lost, "
            f"{sum(task['Task Info']['Speculative'] for task in tasks)} speculative"
        )

    def test_no_worker_is_killed(self) -> None:
        dataset = self.root / "whole"
        with Cluster(self.root / "cluster-2", workers=2) as cluster:
            with self.job(cluster, "job-2", dataset) as job:
                self.assertEqual(job.wait(), 0, job.log[-4000:])
            self.expect_equal_to_local(dataset)
            self.assertEqual(job.answer()["written"], SNAPSHOTS)
            report(f"Spark, two workers: {job.seconds:.1f} s")
            with self.subTest("started again, with files that are no snapshots"):
                self.start_again(cluster, dataset)
            for words in ([], ["--service", "shop"]):
                with self.subTest("questions", words=words):
                    self.ask(cluster, dataset, words)

    def start_again(self, cluster: Cluster, dataset: Path) -> None:
        broken, cut, missing = (self.root / f"{name}.heapsnapshot" for name in ("broken", "cut", "missing"))
        broken.write_text("no snapshot")
        cut.write_bytes(self.fleet[7].file.read_bytes()[:5_000])
        listing = self.root / "again.jsonl"
        lines = [member.listed() for member in self.fleet[:20]]
        for place, file in ((3, broken), (4, cut), (11, missing)):
            lines.insert(place, json.dumps({"file": str(file)}))
        lines.append(json.dumps({"file": str(self.fleet[30].file), "taken": "yesterday"}))
        listing.write_text("\n".join(lines))
        with self.job(cluster, "job-3", dataset, listing) as job:
            self.assertEqual(job.wait(), 1, job.log[-4000:])
        answer = job.answer()
        self.assertEqual((answer["files"], answer["written"], answer["there"]), (24, 0, 20))
        reasons = {Path(failed["file"]).name: failed["reason"] for failed in answer["failed"]}
        self.assertEqual(list(reasons), [broken.name, cut.name, missing.name, self.fleet[30].file.name])
        self.assertRegex(reasons[missing.name], "no such file|not found|does not exist")
        self.assertIn("yesterday" if "yesterday" in reasons[self.fleet[30].file.name] else "taken", str(reasons))
        self.expect_equal_to_local(dataset)

    def ask(self, cluster: Cluster, dataset: Path, service: list[str]) -> None:
        """Every question is answered row for row as DuckDB answers it; of a single service, two of them are asked."""
        releases = ["--from", "1.2.0", "--to", "1.3.0"]
        questions = ["regressions", "hosts"] if service else []
        words = [str(dataset), *questions, *releases, *service, *PROGRAM]
        with Submission(cluster, self.root / f"questions-{len(service)}", "questions.py", words) as job:
            self.assertEqual(job.wait(), 0, job.log[-4000:])
        answers = job.answer()["answers"]
        self.assertEqual(len(answers), len(questions) or 5)
        report(f"Spark, {len(answers)} questions: {job.seconds:.1f} s")
        for question, rows in answers.items():
            further = releases if question == "regressions" else []
            asked = ["fleet", self.local, "--question", question, *further, *service, "--all", "--json"]
            expected = heapgraph(*asked)["rows"]
            self.assertGreater(len(expected), 0, question)
            self.assertEqual(rows, expected, question)
            self.assertEqual([list(row) for row in rows], [list(row) for row in expected], question)


def report(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
