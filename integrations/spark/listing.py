"""Which snapshots a job is about: a folder, a pattern or a file that lists them becomes a list of entries.

An entry is what a line of JSON says to `heapgraph census --list`: `file`, and any of `host`, `service`, `release` and
`taken`. A listing has a path a line, or such an object. A path with a line break in it stands in an object, or in a
listing with a NUL byte after each path, as `find -print0` writes it.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterable, Iterator

Entry = dict[str, str]

ENDINGS = tuple(f".heapsnapshot{packed}" for packed in ("", ".gz", ".br", ".zst"))
KEYS = ("file", "host", "service", "release", "taken")


class ListingError(Exception):
    """What is wrong with a listing, and in which line."""


def read_listing(source: str) -> list[Entry]:
    """The snapshots that `source` names.

    In: a folder, which is searched to its depths for `.heapsnapshot`, also compressed; a pattern such as
    `/dumps/**/*.gz`; or a file that lists paths. Relative paths count from the present folder.
    Out: entries with absolute paths, each path once.
    Order: by name from a folder or pattern; as they are listed from a file.
    Throws: ListingError where no snapshot is named, and for a line that is neither a path nor such an object.
    """
    try:
        if os.path.isdir(source):
            entries = [{"file": path} for path in sorted(_files_under(source))]
        elif os.path.isfile(source):
            entries = list(_listed_in(source))
        else:
            entries = [{"file": path} for path in sorted(glob.glob(source, recursive=True)) if os.path.isfile(path)]
    except OSError as error:
        raise ListingError(f"cannot read {error.filename!r}: {error.strerror}") from error
    if not entries:
        raise ListingError(
            f"{source!r} names no snapshots. It should be a folder with {', '.join(ENDINGS)}, a pattern that files "
            "match, or a file with one path a line"
        )
    return _each_once(entries, source)


def _files_under(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for parent, _, names in os.walk(folder, onerror=refuse):
        for name in names:
            if name.endswith(ENDINGS):
                yield os.path.join(parent, name)


def _listed_in(listing: str) -> Iterator[Entry]:
    if listing.endswith(ENDINGS):
        raise ListingError(f"{listing!r} is a snapshot; expected a file that lists snapshots, a folder or a pattern")
    with open(listing, "rb") as stream:
        content = stream.read()
    if b"\0" in content:
        yield from ({"file": os.fsdecode(path)} for path in content.split(b"\0") if path)
        return
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if line.startswith(b"{"):
            yield _entry_of(line, f"{listing!r}, line {number}")
        elif line.strip():
            yield {"file": os.fsdecode(line)}


def _entry_of(line: bytes, place: str) -> Entry:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise ListingError(f"{place}: no JSON: {error}") from error
    entry = {key: value for key, value in said.items() if value is not None}
    for key, value in entry.items():
        if key not in KEYS:
            raise ListingError(f"{place}: unknown key {key!r}; known are {', '.join(KEYS)}")
        if not isinstance(value, str) or "\0" in value:
            raise ListingError(f"{place}: {key!r} should be a text without a NUL character")
    if not entry.get("file"):
        raise ListingError(f'{place}: no "file"; expected such as {{"file": "/dumps/a.heapsnapshot", "host": "web-1"}}')
    return entry


def _each_once(entries: Iterable[Entry], source: str) -> list[Entry]:
    """Paths become absolute: those who read them have another present folder."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        path = os.path.join(os.getcwd(), entry["file"])
        absolute = {**entry, "file": path}
        if kept.setdefault(path, absolute) != absolute:
            raise ListingError(f"{source!r} has {path!r} twice, with different labels")
    return list(kept.values())
