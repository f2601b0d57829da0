"""ClickHouse, in its Python package, over the same files: statements of docs/fleet-at-scale.md, and every question."""

from __future__ import annotations

import importlib.util
import json
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any

from dataset import HEAPGRAPH, heapgraph
from snapshots import make_fleet

PAGE = HEAPGRAPH.parent.parent / "docs" / "fleet-at-scale.md"
SNAPSHOTS = 112
RELEASES = ["--from", "1.2.0", "--to", "1.3.0"]


def statements(page: Path, heading: str) -> list[str]:
    """The SQL below a heading."""
    section = page.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sql\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [statement.strip() for block in blocks for statement in block.split(";") if statement.strip()]


@unittest.skipUnless(importlib.util.find_spec("chdb"), "chdb is not installed")
class ClickHouseTest(unittest.TestCase):
    def test_answers_are_those_of_duckdb(self) -> None:
        from chdb.session import Session

        with tempfile.TemporaryDirectory(prefix="heapgraph-clickhouse-") as folder:
            listing, dataset = Path(folder) / "listing.jsonl", Path(folder) / "dataset"
            members = make_fleet(Path(folder) / "fleet", SNAPSHOTS)
            listing.write_text("".join(f"{member.listed()}\n" for member in members))
            heapgraph("census", "--list", listing, "--to", dataset, "--json")
            session = Session(str(Path(folder) / "clickhouse"))
            self.addCleanup(session.close)
            questions = {
                name: heapgraph("fleet", dataset, "--question", name, "--print-sql", "--json")
                for name in ("leaks", "outliers", "regressions", "releases", "hosts")
            }
            for statement in statements(PAGE, "ClickHouse"):
                text = (
                    statement.replace("/heaps/dataset", str(dataset))
                    .replace("1.4.0", "1.2.0")
                    .replace("1.5.0", "1.3.0")
                )
                session.query(text)
            for table in ("snapshots", "classes", "groups"):
                session.query(f"create view {table} as {questions['regressions']['views'][table]}")
            session.query("set output_format_json_quote_64bit_integers = 0")
            for name, question in questions.items():
                further = RELEASES if name == "regressions" else []
                expected = heapgraph("fleet", dataset, "--question", name, "--all", "--json", *further)["rows"]
                rows: list[dict[str, Any]] = json.loads(str(session.query(question["sql"], "JSON")))["data"]
                self.assertGreater(len(expected), 0, name)
                self.assertEqual(rows, expected, name)


if __name__ == "__main__":
    unittest.main()
