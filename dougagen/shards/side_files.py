"""What lies beside an episode's ledger and belongs to its commit: its prints, and the rows set aside.

``episodes/<episode_id>-<8 hex digits>.prints`` holds how its drawings are recognised, ``….dropped`` the rows
that the dataset does not show because another episode has the drawing. The digits differ between one commit
and the next, so that old and new lie side by side until the ledger changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dougagen.errors import DomainError

SideKind = Literal["prints", "dropped"]
_NAME = re.compile(r"([0-9a-f]{16})(?:-[0-9a-f]{8})?\.(prints|dropped)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One file beside the ledger, as it was committed."""

    name: str
    """Plain file name inside ``episodes/``."""
    sha256: str
    """64 hex digits over the file."""
    bytes: int
    rows: int
    """Drawings that it tells of."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise DomainError(
                f"a side file must be named like <episode_id>-01234567.prints, got {self.name!r}"
            )
        if not isinstance(self.sha256, str) or not _SHA256.fullmatch(self.sha256):
            raise DomainError(f"SideFacts.sha256 must be 64 hex digits, got {self.sha256!r}")
        for name in ("bytes", "rows"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise DomainError(f"SideFacts.{name} must be a whole number of at least 0, got {value!r}")


def side_name(episode_id: str, kind: SideKind, digest: str) -> str:
    """``<episode_id>-<first eight digits of digest>.<kind>``."""
    return f"{episode_id}-{digest[:8]}.{kind}"


def episode_of_side_file(name: str, kind: SideKind | None = None) -> str | None:
    """The episode in a side file's name; None where it is no name of ours, or not of this ``kind``."""
    found = _NAME.fullmatch(name)
    return found[1] if found and kind in (None, found[2]) else None
