"""A campaign is done in parts: what it does is numbered, and depends on the seed and the number alone."""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Part:
    """What became of the numbers ``first`` to ``first + count``."""

    campaign: str
    seed: int
    first: int
    count: int = 0
    minutes: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    """What happened, how often."""
    findings: list[tuple[int, str]] = field(default_factory=list)
    """Number → how it broke the law."""
    facts: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """For the log."""
        said = {
            "campaign": self.campaign, "seed": self.seed, "from": self.first, "count": self.count,
            "minutes": round(self.minutes, 1), "findings": [(n, text[-500:]) for n, text in self.findings],
            "counts": dict(sorted(self.counts.items())), **self.facts,
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=True)

    def log_to(self, log: Path) -> None:
        with log.open("a") as file:
            file.write(self.line() + "\n")


def numbered(part: Part, stop: int, one: Callable[[int, Counter[str]], None]) -> Part:
    """Do ``one`` number after another up to ``stop``; what it raises is a finding, and the next is done.

    Ctrl-C ends the part with the numbers that are done.
    """
    began = time.monotonic()
    for number in range(part.first, stop):
        before = part.counts.copy()
        try:
            one(number, part.counts)
        except KeyboardInterrupt:
            part.counts = before
            break
        except Exception:  # noqa: BLE001 - told like a broken law
            part.findings.append((number, traceback.format_exc()))
        part.count += 1
        part.minutes = (time.monotonic() - began) / 60
    return part
