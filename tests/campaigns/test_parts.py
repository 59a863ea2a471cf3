"""A small part of each campaign in every run of the tests; a part of any size by the marker:

CAMPAIGN_FROM=1000 CAMPAIGN_COUNT=500 CAMPAIGN_LOG=log.jsonl pytest -m campaign -s tests/campaigns -k hostile

Without the variables it is the whole campaign. ``README.md`` beside this says what has been done.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHOLE = {"hostile": 10_000, "kills": 500, "disks": 100, "crowd": 25}

_needs_a_compiler = pytest.mark.skipif(
    shutil.which("cc") is None, reason="a failing disk is made with a compiler"
)
_needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
NEEDS = {"kills": [_needs_a_compiler], "disks": [_needs_root]}


def done(campaign: str, *words: object) -> dict[str, Any]:
    """What a part tells of itself; nothing in it may have broken the law."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-m", "campaigns", campaign, *map(str, words)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.stdout.startswith("{"), ended.stderr[-3000:]
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[0])
    print(f"\n{ended.stdout.strip()}")
    assert told["findings"] == []
    return told


@pytest.mark.parametrize(
    ("campaign", "first", "count"),
    [
        pytest.param(name, *part, marks=NEEDS.get(name, ()), id=name)
        for name, part in {"hostile": (0, 100), "kills": (2, 4), "disks": (66, 2), "crowd": (2, 1)}.items()
    ],
)
def test_a_few_of_each_campaign_keep_the_law(campaign: str, first: int, count: int) -> None:
    told = done(campaign, "--from", first, "--count", count)
    assert told["count"] == count


@pytest.mark.campaign
@pytest.mark.parametrize(
    "campaign", [pytest.param(name, marks=NEEDS.get(name, ()), id=name) for name in WHOLE]
)
def test_a_part_of_a_campaign_keeps_the_law(campaign: str) -> None:
    asked = {word: os.environ.get(f"CAMPAIGN_{word.upper()}") for word in ("seed", "from", "count", "log")}
    asked["count"] = asked["count"] or str(WHOLE[campaign])
    done(campaign, *(text for word, value in asked.items() if value for text in (f"--{word}", value)))
