"""What an export came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What lies in the folder now, whichever run wrote it."""

    to: str
    """Name of the format."""
    out: Path
    drawings: Mapping[str, int]
    """Part of the split → drawings in it."""
    empty_parts: tuple[str, ...]
    """Parts of the split that no drawing was to go to."""
    carried_on: int
    """How many of them were there already."""
    files: int
    """Of drawings and shots; an index that stands beside them is not counted."""
    bytes: int
    damaged: tuple[str, ...]
    """What was passed over, a line each: where, what, remedy."""

    @property
    def exit_code(self) -> int:
        """0 all done; 1 something was passed over."""
        return 1 if self.damaged else 0

    def to_json(self) -> dict[str, Any]:
        """A plain dict that ``json`` writes."""
        return {
            "to": self.to,
            "out": str(self.out),
            "drawings": dict(self.drawings),
            "empty_parts": list(self.empty_parts),
            "carried_on": self.carried_on,
            "files": self.files,
            "bytes": self.bytes,
            "damaged": list(self.damaged),
        }
