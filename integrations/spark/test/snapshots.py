"""A small fleet: snapshots of V8's format, each of another content, that leak as programs leak.

Six hosts of one service and one of another run four releases. From release 1.2.0 on, a Map keeps sessions, more with
each snapshot, and more still from 1.3.0 on, which also keeps jobs; listeners pile up on one host alone. Of some
snapshots nobody knows the host. Names of files are awkward: spaces, quotes, a line break, another script.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

HOSTS = 7
RELEASES = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
NODE_TYPES = ["hidden", "array", "string", "object", "code", "closure", "regexp", "number", "native", "synthetic"]
EDGE_TYPES = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"]
NODE_FIELDS = ["type", "name", "id", "self_size", "edge_count", "detachedness"]
EDGE_FIELDS = ["type", "name_or_index", "to_node"]
AWKWARD = ("", " with spaces", ' it\'s "quoted"', " line\nbreak", " снимок", " $(id);&|*?", " %20'\\")


class Member(NamedTuple):
    """A snapshot of the fleet and what is said of it."""

    file: Path
    host: str | None
    service: str | None
    release: str | None
    taken: str

    def listed(self) -> str:
        """Its line in a `.jsonl` listing."""
        return json.dumps({**self._asdict(), "file": str(self.file)})


class _Heap:
    """Nodes and edges under construction. An edge is (type, name or index, target)."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, str, int, list[tuple[str, str | int, int]]]] = []

    def add(self, kind: str, name: str, size: int) -> int:
        self.nodes.append((kind, name, size, []))
        return len(self.nodes) - 1

    def link(self, source: int, kind: str, name: str | int, target: int) -> None:
        self.nodes[source][3].append((kind, name, target))

    def text(self) -> str:
        places: dict[str, int] = {}

        def place(text: str) -> int:
            return places.setdefault(text, len(places))

        nodes: list[int] = []
        edges: list[int] = []
        for number, (kind, name, size, links) in enumerate(self.nodes):
            nodes += [NODE_TYPES.index(kind), place(name), number * 2 + 1, size, len(links), 0]
            for how, called, target in links:
                index = called if isinstance(called, int) else place(called)
                edges += [EDGE_TYPES.index(how), index, target * len(NODE_FIELDS)]
        meta = {
            "node_fields": NODE_FIELDS,
            "node_types": [NODE_TYPES, "string", "number", "number", "number", "number"],
            "edge_fields": EDGE_FIELDS,
            "edge_types": [EDGE_TYPES, "string_or_number", "node"],
        }
        head = {"meta": meta, "node_count": len(self.nodes), "edge_count": len(edges) // len(EDGE_FIELDS)}
        return json.dumps({"snapshot": head, "nodes": nodes, "edges": edges, "strings": list(places)})


def make_fleet(folder: Path, count: int) -> list[Member]:
    """Writes `count` snapshots, in the order of host, release and time."""
    folder.mkdir(parents=True)
    members: list[Member] = []
    runs = HOSTS * len(RELEASES)
    for number in range(count):
        run = number * runs // count
        step = number - -(-run * count // runs)
        host, release = divmod(run, len(RELEASES))
        known = number % 29 != 5
        member = Member(
            folder / f"dump-{number:03}{AWKWARD[number % len(AWKWARD)]}.heapsnapshot",
            f"web-{host}" if known else None,
            ("search" if host == 6 else "shop") if known else None,
            RELEASES[release] if known else None,
            (START + timedelta(days=30 * release, hours=step, minutes=host)).isoformat(),
        )
        member.file.write_text(_heap_of(host, release, step).text(), encoding="utf-8")
        members.append(member)
    return members


def _heap_of(host: int, release: int, step: int) -> _Heap:
    heap = _Heap()
    root = heap.add("synthetic", "", 0)
    roots = heap.add("synthetic", "(GC roots)", 0)
    world = heap.add("object", "global", 64 + host)
    heap.link(root, "element", 1, roots)
    heap.link(root, "shortcut", "global", world)
    heap.link(roots, "internal", "global", world)
    process = heap.add("object", "process", 128)
    heap.link(world, "property", "process", process)
    for name, value in (("version", f"v{20 + 2 * release}.{host}.{step}"), ("execArgv", "--inspect")):
        heap.link(process, "property", name, heap.add("string", value, 24))
    plain = heap.add("object", "Config", 32)
    heap.link(world, "property", "config", plain)
    for number in range(40):
        heap.link(plain, "property", f"key{number}", heap.add("object", f"Setting{number % 8}", 16 + number))
    sessions = 20 + ((0, 0, 400, 600)[release] * (step + 1) or step)
    _keep(heap, world, "sessions", "Session", sessions, 2_000 + host)
    _keep(heap, world, "listeners", "Listener", 5 + (150 * (step + 1) if host == 3 else 0), 700)
    _keep(heap, world, "jobs", "Job", 50 * (step + 1) if release == 3 else 1, 3_000)
    return heap


def _keep(heap: _Heap, world: int, name: str, kind: str, count: int, size: int) -> None:
    """`global.<name>`: a Map that keeps `count` objects."""
    table = heap.add("object", "Map", 32)
    cells = heap.add("array", "", 16 * count)
    heap.link(world, "property", name, table)
    heap.link(table, "internal", "table", cells)
    for number in range(count):
        one = heap.add("object", kind, 56)
        heap.link(cells, "internal", str(number), one)
        heap.link(one, "property", "payload", heap.add("native", "system / JSArrayBufferData", size))
