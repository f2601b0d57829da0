"""The command of the manifest for Kubernetes, run here as its pods would run it: once with each index."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

import yaml
from dataset import HEAPGRAPH, NODE, heapgraph, parts_of
from snapshots import make_fleet

MANIFEST = HEAPGRAPH.parent.parent / "integrations" / "kubernetes" / "census-job.yaml"
SNAPSHOTS = 28


class ManifestTest(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="heapgraph-kubernetes-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.job: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
        (self.container,) = self.job["spec"]["template"]["spec"]["containers"]
        self.environment = {entry["name"]: entry["value"] for entry in self.container["env"]}

    def test_parts_and_pods_are_as_many(self) -> None:
        self.assertEqual((self.job["apiVersion"], self.job["kind"]), ("batch/v1", "Job"))
        spec = self.job["spec"]
        self.assertEqual(spec["completionMode"], "Indexed")
        self.assertEqual(str(spec["completions"]), self.environment["PARTS"])

    def test_its_pods_make_the_dataset(self) -> None:
        listing = self.folder / "listing.jsonl"
        members = make_fleet(self.folder / "fleet", SNAPSHOTS)
        listing.write_text("".join(f"{member.listed()}\n" for member in members))
        heapgraph("census", "--list", listing, "--to", self.folder / "expected", "--json")
        programs = self.folder / "bin"
        programs.mkdir()
        shim = programs / "heapgraph"
        shim.write_text(f'#!/bin/sh\nexec "{NODE}" "{HEAPGRAPH}" "$@"\n')
        shim.chmod(0o755)
        dataset = self.folder / "with spaces"
        pods = [
            subprocess.Popen(
                [*self.container["command"], *self.container["args"]],
                env={
                    **self.environment,
                    "DATASET": str(dataset),
                    "JOB_COMPLETION_INDEX": str(index),
                    "LISTING": str(listing),
                    "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                },
                stdout=subprocess.DEVNULL,
            )
            for index in range(self.job["spec"]["completions"])
        ]
        self.assertEqual([pod.wait(120) for pod in pods], [0] * len(pods))
        self.assertEqual(parts_of(dataset), parts_of(self.folder / "expected"))


if __name__ == "__main__":
    unittest.main()
