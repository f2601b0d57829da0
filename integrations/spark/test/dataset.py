"""heapgraph as the tests start it, and the files of a dataset."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

HEAPGRAPH = Path(__file__).resolve().parents[3] / "bin" / "heapgraph.js"
NODE = os.environ.get("HEAPGRAPH_NODE", "node")


def heapgraph(*arguments: str | Path) -> Any:
    """What a command answers, as data."""
    ran = subprocess.run([NODE, HEAPGRAPH, *arguments, "--quiet"], check=True, stdout=subprocess.PIPE)
    return json.loads(ran.stdout)


def parts_of(dataset: Path) -> dict[str, str]:
    """Each file of the dataset by its path in it, with the SHA-256 of its bytes. Unfinished files are no part of it."""
    return {
        str(file.relative_to(dataset)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(dataset.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


def done(dataset: Path) -> int:
    """How many snapshots have their census."""
    return sum(1 for _ in (dataset / "snapshots").glob("*.parquet"))
