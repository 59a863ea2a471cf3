"""A run that writes into an object store, as a program, to be killed at its n-th request."""

from __future__ import annotations

import sys
from pathlib import Path

import tiny
from faults import Silent

from dougagen.files import place
from dougagen.runs import Plan, extract_all

if __name__ == "__main__":
    out, *clips = sys.argv[1:]
    plan = Plan(place(out), on_existing="redo")
    report = extract_all([Path(clip) for clip in clips], plan, load=tiny.Load(), events=Silent(), jobs=1)
    for failure in report.failed:
        sys.stderr.write(f"{failure.error}\n")
    sys.exit(report.exit_code)
