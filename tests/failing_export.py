"""An export on a disk that fails, or in a process that is killed, at its n-th write, sync, rename or removal.

Run as a program under ``failing_disk.c``, as ``failing_disk.py`` does with commits.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from exported import make_dataset, tree
from failing_disk import attempt, under_failing_disk

from dougagen.exports import export

ACTS = {
    "webdataset": {"to": "webdataset", "shard_megabytes": 1, "split": "50/50", "split_by": "shot"},
    "folders": {"to": "folders", "split": "50/50", "split_by": "shot"},
    "clips": {"to": "clips"},
}
"""Name → options of the export."""


def run(scratch: Path, *, every: int = 1, errors: tuple[int, ...]) -> dict[str, int]:
    """All exports under all errors; how the attempts ended."""
    return dict(json.loads(under_failing_disk(Path(__file__), scratch, every, *errors)))


def main() -> None:
    scratch, every, *errors = sys.argv[1:]
    ends = Counter[str]()
    for name, options in ACTS.items():
        sizes = {"height": 220, "width": 320, "grain": 255} if name == "webdataset" else {}
        dataset = make_dataset(Path(scratch) / f"{name} shards", **sizes)
        export(dataset, whole := Path(scratch) / f"{name} whole", **options)
        wanted = tree(whole)
        for how in map(int, errors):
            number, failed = 1, True
            while failed:
                out = Path(scratch) / f"{name} out"
                end, failed = attempt(partial(export, dataset, **options), out, number, how)
                told = (name, number, how, end)
                assert end in ("done", "one line", "killed"), told
                export(dataset, out, **options)
                now = tree(out)
                differ = sorted(n for n in {*now, *wanted} if now.get(n) != wanted.get(n))
                assert not differ, (*told, differ)
                shutil.rmtree(out)
                ends[f"{name}: {end}"] += 1
                number += int(every)
    sys.stdout.write(json.dumps(ends))


if __name__ == "__main__":
    main()
