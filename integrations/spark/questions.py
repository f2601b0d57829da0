"""The questions of `heapgraph fleet`, answered by Spark.

    spark-submit questions.py DATASET --report answers.json
    spark-submit questions.py DATASET leaks hosts --service shop --report answers.json
    spark-submit questions.py DATASET regressions --from 1.4.0 --to 1.5.0 --report answers.json

The SQL is what `heapgraph fleet --print-sql` prints: one text for DuckDB and for Spark. The driver needs Node.js and
heapgraph, the workers do not. A dataset is a folder that all machines see, or an address such as s3a://bucket/dataset.

The report is a JSON object with rows by question, in their order. Exit code: 0 answered, 2 not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from report import why_not, write_report

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUESTIONS = ("leaks", "outliers", "releases", "hosts")
"""What is asked where nothing is named; `regressions` needs two releases."""

RELEASES_WANTED = "regressions"
PATIENCE = 60


class QuestionError(Exception):
    """Why a question cannot be asked."""


class Question(TypedDict):
    """A question as heapgraph prints it."""

    sql: str
    tables: list[str]
    views: dict[str, str]


def question_of(program: list[str], dataset: str, name: str) -> Question:
    """Asks heapgraph for the text of a question. Throws: QuestionError with what it says."""
    command = [*program, "fleet", dataset, "--question", name, "--print-sql", "--json"]
    try:
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise QuestionError(f"heapgraph cannot be asked for the question: {error}") from error
    if ran.returncode != 0:
        raise QuestionError(ran.stderr.decode(errors="replace").strip())
    question: Question = json.loads(ran.stdout)
    return question


def make_views(spark: SparkSession, dataset: str, questions: Iterable[Question], service: str | None) -> None:
    """Makes the views that questions are asked of: `stored_…` over the files, and those of heapgraph over these."""
    from pyspark.sql.functions import col

    views = {table: question["views"][table] for question in questions for table in question["tables"]}
    # The others are made of it.
    for table in sorted(views, key=lambda name: name != "snapshots"):
        spark.read.parquet(location(dataset, table)).createOrReplaceTempView(f"stored_{table}")
        view = spark.sql(views[table])
        if table == "snapshots":
            # One row a snapshot, which every question joins: read once.
            view = (view if service is None else view.where(col("service") == service)).cache()
        view.createOrReplaceTempView(table)


def location(dataset: str, table: str) -> str:
    """The address of a table. Spark takes a path for a pattern: characters of patterns are escaped."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", dataset):
        return f"{dataset.rstrip('/')}/{table}"
    return "file:" + re.sub(r"([\\*?\[\]{}])", r"\\\1", os.path.join(os.path.abspath(dataset), table))


def answer(spark: SparkSession, question: Question) -> list[dict[str, Any]]:
    """The rows of a question, in their order."""
    rows = spark.sql(question["sql"]).collect()
    return [{name: _plain(value) for name, value in row.asDict().items()} for row in rows]


def _plain(value: Any) -> Any:
    """A sum may be a decimal number; here it is always whole."""
    return int(value) if isinstance(value, Decimal) and value == int(value) else value


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answers the questions of heapgraph fleet on Spark.")
    add = parser.add_argument
    add("dataset", help="a folder that all machines see, or an address such as s3a://bucket/dataset")
    add("question", nargs="*", help=f"as heapgraph fleet has them (default: {' '.join(QUESTIONS)})")
    add("--from", dest="earlier", metavar="RELEASE", help="of regressions: the earlier release")
    add("--to", dest="later", metavar="RELEASE", help="of regressions: the later release")
    add("--service", metavar="NAME", help="only snapshots of this service")
    add("--heapgraph", default="heapgraph", metavar="PATH", help="the program (default: %(default)s)")
    add("--node", metavar="PATH", help="Node.js (default: what the program's first line finds)")
    add("--report", metavar="FILE", help="where the answers go (default: stdout)")
    parsed = parser.parse_args(arguments)
    both = parsed.earlier is not None and parsed.later is not None
    if not parsed.question:
        parsed.question = [*QUESTIONS, RELEASES_WANTED] if both else [*QUESTIONS]
    if RELEASES_WANTED in parsed.question and not both:
        parser.error(f"{RELEASES_WANTED} needs two releases: --from 1.4.0 --to 1.5.0")
    if reason := why_not(parsed.report):
        parser.error(reason)
    return parsed


def main(arguments: list[str]) -> int:
    """In: the words of the command line. Out: the exit code."""
    parsed = _parse(arguments)
    program = [parsed.node, parsed.heapgraph] if parsed.node else [parsed.heapgraph]
    releases = [("from", parsed.earlier), ("to", parsed.later)]
    try:
        questions = {name: question_of(program, parsed.dataset, name) for name in parsed.question}
    except QuestionError as error:
        print(f"questions: {error}", file=sys.stderr)
        return 2
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("heapgraph fleet").getOrCreate()
    try:
        make_views(spark, parsed.dataset, questions.values(), parsed.service)
        spark.createDataFrame(releases, "name string, value string").createOrReplaceTempView("settings")
        answers = {name: answer(spark, question) for name, question in questions.items()}
    except PySparkException as error:
        print(f"questions: Spark cannot answer from {parsed.dataset}: {error}", file=sys.stderr)
        return 2
    finally:
        spark.stop()
    write_report({"dataset": parsed.dataset, "answers": answers}, parsed.report)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
