"""`heapgraph census` as a Spark job: a listing of snapshots in, a dataset of Parquet files out.

    spark-submit census_job.py LISTING --to DATASET --report report.json

A task runs heapgraph on one snapshot, or on a few (`--batch`). A census is written whole and under the key of its
content: a task that Spark repeats, or runs twice at a time, adds nothing. A snapshot that cannot be read stops nothing:
it is listed in the report with the reason. Started again, the job adds what is not there yet.

Every machine needs Node.js and heapgraph, and sees the snapshots and the dataset under the same paths.

Exit code: 0 every snapshot has its census; 1 some have none; 2 the job could not start, or Spark gave it up.
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple, TypedDict

from listing import Entry, ListingError, read_listing
from report import why_not, write_report

MOST_REASON = 2_000
"""Bytes that are kept of why a snapshot failed."""

MOST_REASONS = 200_000_000
"""Bytes that are kept of all of them together: the driver has the report in memory."""

MOST_ANSWER = 64_000_000
"""Bytes of an answer of heapgraph that are read."""


class Work(NamedTuple):
    """What every task has to know."""

    command: tuple[str, ...]
    timeout: float
    max_memory: str | None
    most_reason: int


class Outcome(TypedDict):
    """What became of a snapshot: `state` is written, there already, or failed."""

    file: str
    state: str
    key: str | None
    reason: str | None


class Report(TypedDict):
    """What became of a listing."""

    dataset: str
    files: int
    written: int
    there: int
    failed: list[Outcome]
    seconds: float


def census_batches(work: Work, batches: Iterable[list[Entry]]) -> Iterator[Outcome]:
    """Takes the census of batches: what a task does.

    A batch whose process dies or takes too long is taken apart, so that its other snapshots have their census.
    Throws: OSError where heapgraph or Node.js cannot be started. Spark then tries elsewhere, and gives up in the end.
    """
    for batch in batches:
        outcomes = _census(work, batch)
        if isinstance(outcomes, str) and len(batch) > 1:
            yield from census_batches(work, ([entry] for entry in batch))
        elif isinstance(outcomes, str):
            yield _outcome(batch[0]["file"], "failed", None, outcomes, work)
        else:
            yield from outcomes


def _census(work: Work, batch: list[Entry]) -> list[Outcome] | str:
    """What heapgraph says of each snapshot; or, in words, why it gave no answer."""
    listing = "".join(f"{json.dumps(entry)}\n" for entry in batch).encode()
    limit = work.timeout * len(batch)
    environment = {**os.environ, **({"HEAPGRAPH_MAX_MEMORY": work.max_memory} if work.max_memory else {})}
    # Files and no pipes: memory stays small, and nobody waits for a pipe that a stray process holds open.
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as said:
        asked.write(listing)
        asked.seek(0)
        process = subprocess.Popen(work.command, stdin=asked, stdout=answer, stderr=said, env=environment)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            return f"stopped after {limit:g} seconds (--timeout)"
        finally:
            process.kill()
            process.wait()
        rows = _rows_of(answer)
        if rows is not None and len(rows) == len(batch):
            return [
                _outcome(entry["file"], row["state"], row["snapshot"], row["reason"], work)
                for entry, row in zip(batch, _in_order(rows, batch), strict=True)
            ]
        how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        return f"{how}: {_end_of(said, work.most_reason)}"


def _rows_of(answer: IO[bytes]) -> list[dict[str, Any]] | None:
    answer.seek(0)
    try:
        rows = json.loads(answer.read(MOST_ANSWER))["rows"]
        # A merge that was asked for besides has rows of its own.
        return [row for row in rows if row["state"] != "merged"] if isinstance(rows, list) else None
    except (ValueError, LookupError, TypeError):
        return None


def _in_order(rows: list[dict[str, Any]], batch: list[Entry]) -> list[dict[str, Any]]:
    """Failed rows come first in the answer, whatever the order of the listing; bad lines have their number."""
    places = {entry["file"]: place for place, entry in enumerate(batch)}
    places |= {f"-, line {place + 1}": place for place in range(len(batch))}
    return sorted(rows, key=lambda row: places[row["file"]])


def _outcome(file: str, state: str, key: str | None, reason: str | None, work: Work) -> Outcome:
    bounded = None if reason is None else reason.encode(errors="replace")[-work.most_reason :].decode(errors="replace")
    return {"file": file, "state": state, "key": key, "reason": bounded}


def _end_of(stream: IO[bytes], most: int) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - most))
    return stream.read().decode(errors="replace").strip()


def run_job(work: Work, dataset: str, entries: Sequence[Entry], batch: int) -> Report:
    """Takes the census of all entries on the cluster that spark-submit names."""
    from pyspark.sql import SparkSession

    started = time.monotonic()
    batches = [list(entries[at : at + batch]) for at in range(0, len(entries), batch)]
    spark = SparkSession.builder.appName("heapgraph census").getOrCreate()
    try:
        tasks = spark.sparkContext.parallelize(batches, len(batches))
        outcomes = tasks.mapPartitions(lambda some: census_batches(work, some)).collect()
    finally:
        spark.stop()
    merged = _merged_keys(dataset)
    seen = [outcome if _is_seen(outcome, dataset, merged) else _unseen(outcome, dataset) for outcome in outcomes]
    count = [outcome["state"] for outcome in seen].count
    return {
        "dataset": dataset,
        "files": len(entries),
        "written": count("written"),
        "there": count("there already"),
        "failed": [outcome for outcome in seen if outcome["state"] == "failed"],
        "seconds": round(time.monotonic() - started, 1),
    }


def _merged_keys(dataset: str) -> frozenset[str]:
    """Keys of the censuses that `census --merge` has put into larger files meanwhile."""
    keys: set[str] = set()
    for name in glob.glob(os.path.join(glob.escape(dataset), "snapshots", ".merged-*.keys")):
        with contextlib.suppress(FileNotFoundError), open(name, encoding="ascii") as lines:
            keys.update(line.strip() for line in lines)
    return frozenset(keys)


def _is_seen(outcome: Outcome, dataset: str, merged: frozenset[str]) -> bool:
    """Whether the driver sees the census too: a folder that is each worker's own is no dataset."""
    if outcome["state"] != "written" or outcome["key"] in merged:
        return True
    return os.path.exists(os.path.join(dataset, "snapshots", f"{outcome['key']}.parquet"))


def _unseen(outcome: Outcome, dataset: str) -> Outcome:
    reason = f"a worker has written its census, but it is not in {dataset} as the driver sees it: is the folder shared?"
    return {**outcome, "state": "failed", "reason": reason}


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description="Runs heapgraph census on every snapshot of a listing, as a Spark job.",
        epilog="What follows -- goes to heapgraph census as it is: -- --service shop --release 1.4.0",
    )
    add = parser.add_argument
    add("listing", help="folder, pattern or file: a path a line, or JSON with file, host, service, release, taken")
    add("--to", required=True, metavar="DATASET", help="the dataset, a folder that all machines share")
    add("--heapgraph", default="heapgraph", metavar="PATH", help="the program on the workers (default: %(default)s)")
    add("--node", metavar="PATH", help="Node.js on the workers (default: what the program's first line finds)")
    add("--max-memory", metavar="BYTES", help="refuse snapshots that would take more, such as 4gb")
    add("--timeout", type=float, default=1800, metavar="SECONDS", help="for one snapshot (default: %(default)s)")
    add("--batch", type=int, default=1, metavar="N", help="snapshots a process; several for small ones (default: 1)")
    add("--report", metavar="FILE", help="where the report goes (default: stdout)")
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parsed = parser.parse_args(arguments[:at])
    if parsed.batch < 1 or not parsed.timeout > 0:
        parser.error("--batch and --timeout should be greater than 0")
    if reason := why_not(parsed.report):
        parser.error(reason)
    return parsed, arguments[at + 1 :]


def main(arguments: list[str]) -> int:
    """In: the words of the command line. Out: the exit code."""
    parsed, further = _parse(arguments)
    try:
        entries = read_listing(parsed.listing)
    except ListingError as error:
        print(f"census_job: {error}", file=sys.stderr)
        return 2
    dataset = os.path.abspath(parsed.to)
    program = [parsed.node, parsed.heapgraph] if parsed.node else [parsed.heapgraph]
    question = ["census", "--list", "-", "--to", dataset, "--json", "--all", *further]
    most_reason = min(MOST_REASON, MOST_REASONS // len(entries))
    work = Work((*program, *question), parsed.timeout, parsed.max_memory, most_reason)
    try:
        report = run_job(work, dataset, entries, parsed.batch)
    except Exception as error:
        print(f"census_job: Spark gave the job up: {error}", file=sys.stderr)
        return 2
    write_report(report, parsed.report)
    failed = len(report["failed"])
    print(f"census_job: {report['files']} snapshots, {report['written']} written, {failed} failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
