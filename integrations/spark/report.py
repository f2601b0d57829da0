"""Where the result of a job goes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping


def why_not(file: str | None) -> str | None:
    """Why a report cannot be written to `file`, before the work is done; None where nothing is known against it."""
    if file is None:
        return None
    folder = os.path.dirname(os.path.abspath(file))
    if os.path.isdir(file):
        return f"--report: {file!r} is a folder"
    return None if os.path.isdir(folder) else f"--report: there is no folder {folder!r}"


def write_report(report: Mapping[str, object], file: str | None) -> None:
    """Writes a report as JSON to a file, whole or not at all, or to stdout.

    spark-submit mixes what a program says on stderr into its stdout: programs that read a report want a file.
    """
    text = json.dumps(report, indent=2) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    handle, hidden = tempfile.mkstemp(prefix=".heapgraph-", dir=os.path.dirname(os.path.abspath(file)))
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(hidden, file)
