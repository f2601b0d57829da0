"""What a listing may be, and what is said of one that is none."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from pathlib import Path

import paths  # noqa: F401

from listing import ListingError, read_listing

AWKWARD = [
    "two  spaces.heapsnapshot",
    'it\'s "quoted".heapsnapshot',
    "a\nb.heapsnapshot",
    "-n",
    "снимок.heapsnapshot.gz",
]


class ListingTest(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def write(self, name: str, content: bytes) -> str:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return str(file)

    def files(self, source: str) -> list[str]:
        return [entry["file"] for entry in read_listing(source)]

    def refused(self, source: str, words: str) -> None:
        with self.assertRaisesRegex(ListingError, words):
            read_listing(source)

    def test_lines(self) -> None:
        listing = self.write("list", b'/dumps/two  spaces\r\n\n/dumps/ends with space \n/dumps/it\'s "quoted"\n-\n')
        self.assertEqual(
            self.files(listing),
            ["/dumps/two  spaces", "/dumps/ends with space ", '/dumps/it\'s "quoted"', os.path.join(os.getcwd(), "-")],
        )

    def test_nul_bytes_as_find_print0_writes_them(self) -> None:
        listing = self.write("list", b"".join(b"/dumps/" + os.fsencode(name) + b"\0" for name in AWKWARD))
        self.assertEqual(self.files(listing), [f"/dumps/{name}" for name in AWKWARD])

    def test_objects_between_lines(self) -> None:
        said = {"file": "/dumps/a\nb", "host": "web-1", "service": None, "taken": "2026-01-31"}
        listing = self.write("list", f"/dumps/plain\n{json.dumps(said)}\n".encode())
        self.assertEqual(
            read_listing(listing),
            [{"file": "/dumps/plain"}, {"file": "/dumps/a\nb", "host": "web-1", "taken": "2026-01-31"}],
        )

    def test_a_name_that_is_no_utf_8(self) -> None:
        listing = self.write("list", b"/dumps/\xff\xfe\n")
        self.assertEqual(os.fsencode(self.files(listing)[0]), b"/dumps/\xff\xfe")

    def test_a_folder_and_a_pattern(self) -> None:
        inside = sorted(self.write(f"dumps/{number}/{name}", b"") for number, name in enumerate(AWKWARD))
        self.assertEqual(self.files(str(self.folder / "dumps")), [name for name in inside if not name.endswith("-n")])
        self.assertEqual(self.files(str(self.folder / "dumps" / "*" / "*")), inside)

    def test_a_path_comes_once(self) -> None:
        self.assertEqual(self.files(self.write("list", b"/a\n/b\n/a\n")), ["/a", "/b"])
        self.refused(self.write("list", b'/a\n{"file": "/a", "host": "web-1"}\n'), "'/a' twice, with different labels")

    def test_what_is_no_listing(self) -> None:
        self.refused(str(self.folder / "nothing"), "names no snapshots. It should be a folder with .heapsnapshot")
        self.refused(self.write("empty", b"\n \n"), "names no snapshots")
        self.refused(self.write("a.heapsnapshot", b"{}"), "is a snapshot; expected a file that lists snapshots")
        self.refused(self.write("list", b'/a\n{"file": "/b"'), "line 2: no JSON")
        self.refused(self.write("list", b'{"path": "/b"}'), "line 1: unknown key 'path'; known are file, host")
        self.refused(self.write("list", b'{"file": 3}'), "line 1: 'file' should be a text")
        self.refused(self.write("list", b'{"host": "web-1"}'), 'line 1: no "file"')


if __name__ == "__main__":
    unittest.main()
