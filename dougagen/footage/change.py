"""What a frame shows that the frame before it did not."""

from __future__ import annotations

from dataclasses import dataclass, field

from dougagen.domain import Frame
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.evidence import NO_EVIDENCE, Evidence
from dougagen.footage.hold import NOTHING_MOVED, FrameFacts


@dataclass(frozen=True, slots=True)
class Trace:
    """What is remembered of a frame once its picture is let go."""

    strength: float
    least: float
    cut: bool
    evidence: Evidence = field(default_factory=lambda: NO_EVIDENCE)
    blank: bool = False
    settled: bool = False
    """A flash, a dissolve, or a frame that was compared with none: its strength says all there is to say."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a frame shows that the frame before it did not."""

    frame: Frame
    plane: AnalysisPlane
    strength: float
    """Unexplained change over the level usual for a new drawing: about 1 divides held from new, [0, ∞)."""
    least: float
    """Strength that the frame's own noise reaches; a new drawing lies above it."""
    cut: bool
    """Another shot begins."""
    facts: FrameFacts = NOTHING_MOVED
    """What moved or changed its light."""
    blank: bool = False
    """The frame shows nothing."""
    rains: bool = False
    """Rain, snow or sparkles were taken off."""
    forgets: bool = False
    """A cut after which nothing is remembered of the frames before it: the search goes on as one that begins
    with this frame would (``seams``)."""
    evidence: Evidence = field(default_factory=lambda: NO_EVIDENCE)
    """What speaks for a new drawing and what against it."""

    @property
    def trace(self) -> Trace:
        """What a decision about a frame nearby needs of it."""
        settled = self.facts.in_flash or self.facts.in_dissolve or self.evidence is NO_EVIDENCE
        return Trace(self.strength, self.least, self.cut, self.evidence, self.blank, settled)
