"""A part of a campaign: ``PYTHONPATH=.:tests python -m campaigns hostile --seed 17 --from 0 --count 500``.

What a number stands for depends on the seed and the number alone, so that parts are done on any day, in any
order and on any machine. Each adds a line of JSON to ``--log`` with its seed, counts, minutes and findings.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

CAMPAIGNS = {"hostile": "hostile", "kills": "kills", "disks": "disks", "crowd": "crowds"}
"""Word → module."""


def under_failing_disk(folder: Path) -> None:
    """Begin again with ``failing_disk.so`` before the C library."""
    library = folder / "failing_disk.so"
    source = Path(__file__).parents[1] / "failing_disk.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    os.execve(
        sys.executable,
        [sys.executable, "-m", "campaigns", *sys.argv[1:]],
        os.environ | {"LD_PRELOAD": str(library)},
    )


def run(campaign: str, scratch: Path, **numbers: Any) -> Any:
    """The part, done in this process."""
    return import_module(f"campaigns.{CAMPAIGNS[campaign]}").campaign(scratch, **numbers)


def main() -> None:
    words = argparse.ArgumentParser(prog="campaigns", description=(__doc__ or "").splitlines()[0])
    words.add_argument("campaign", choices=CAMPAIGNS)
    words.add_argument("--seed", type=int, default=17)
    words.add_argument("--from", type=int, default=0, dest="first")
    words.add_argument("--count", type=int, default=100)
    words.add_argument("--only", default="", help="hostile: one reader, for instance plates")
    words.add_argument("--keep", type=Path, help="hostile: a folder for inputs that broke the law")
    words.add_argument("--log", type=Path, help="a line for the part is added to this file")
    asked = words.parse_args()
    if asked.campaign == "kills" and "LD_PRELOAD" not in os.environ:
        under_failing_disk(Path(tempfile.mkdtemp(prefix="failing-disk-")))
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell has its background jobs ignore the first
        signal.signal(number, signal.default_int_handler)
    numbers: dict[str, Any] = {"seed": asked.seed, "first": asked.first, "count": asked.count}
    if asked.campaign == "hostile":
        numbers |= {"only": asked.only, "keep": asked.keep}
    with tempfile.TemporaryDirectory(prefix=f"{asked.campaign}-") as scratch:
        part = run(asked.campaign, Path(scratch), **numbers)
    if asked.log:
        part.log_to(asked.log)
    print(part.line())
    raise SystemExit(1 if part.findings else 0)


if __name__ == "__main__":
    main()
