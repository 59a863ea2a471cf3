"""The report of an extraction: counts that add up, or it cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dougagen.errors import DomainError


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What became of every frame and every drawing of one episode.

    Frames decoded = frames in exposures + skipped, and drawings = records + rejected, or DomainError.
    """

    episode_id: str
    source: str
    frames_decoded: int
    frames_in_exposures: int
    frames_skipped: Mapping[str, int]
    """Reason → count of decoded frames that are in no exposure."""
    drawings: int
    records: int
    drawings_rejected: Mapping[str, int]
    """Reason → count of drawings that became no record."""
    shots: int
    flags: tuple[str, ...] = ()
    """Of the whole episode: ``truncated``."""
    packets_damaged: int = 0
    """Packets that the decoder could not turn into frames."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Stage → busy seconds; ``total`` is wall time."""
    shards: tuple[str, ...] = ()

    @property
    def damage(self) -> str:
        """What could not be decoded, in words; empty where everything could."""
        if "truncated" not in self.flags and not self.packets_damaged:
            return ""
        return (
            f"could not be decoded completely ({self.packets_damaged} damaged packets); "
            "what could be is committed, and its ledger says so"
        )

    def __post_init__(self) -> None:
        for name in ("frames_skipped", "drawings_rejected", "seconds"):
            object.__setattr__(self, name, dict(getattr(self, name)))  # a copy; a proxy does not pickle
        frames = self.frames_in_exposures + sum(self.frames_skipped.values())
        if self.frames_decoded != frames:
            raise DomainError(f"ExtractReport: {self.frames_decoded} frames decoded, {frames} accounted for")
        drawings = self.records + sum(self.drawings_rejected.values())
        if self.drawings != drawings:
            raise DomainError(f"ExtractReport: {self.drawings} drawings, {drawings} accounted for")
