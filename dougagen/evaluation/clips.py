"""Score the timing of clips whose truth lies beside them: which frames begin a drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dougagen.errors import EpisodeError, UsageError
from dougagen.evaluation.metrics import PrecisionRecall, timing_score
from dougagen.footage import FootageConfig, Timesheet, open_episode, read_footage, read_truth

CLIP_SUFFIXES = (".mkv", ".mp4", ".mov", ".webm")


@dataclass(frozen=True, slots=True)
class ClipScore:
    """The timing of one clip."""

    name: str
    frames: int
    timing: PrecisionRecall
    missed: tuple[int, ...]
    """Frames at which a drawing begins and none was seen to."""
    false: tuple[int, ...]
    """Frames at which a drawing was seen to begin and none does."""

    @classmethod
    def of(cls, name: str, frames: int, found: Iterable[int], truth: Iterable[int]) -> ClipScore:
        """Compare start frames; frame 0 is left out."""
        found_starts, true_starts = set(found) - {0}, set(truth) - {0}
        return cls(
            name,
            frames,
            timing_score(found_starts, true_starts),
            tuple(sorted(true_starts - found_starts)),
            tuple(sorted(found_starts - true_starts)),
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "name": self.name,
            "frames": self.frames,
            **self.timing.to_json(),
            "missed": list(self.missed),
            "false": list(self.false),
        }


def clips_with_truth(folder: Path) -> list[Path]:
    """The videos of a folder that have a truth file of their name beside them, by name.

    Raises UsageError where there is none.
    """
    clips = [
        path
        for path in sorted(folder.glob("*"))
        if path.suffix.lower() in CLIP_SUFFIXES and truth_path(path).is_file()
    ]
    if not clips:
        raise UsageError(
            "holds no clip with its truth", where=folder, remedy="a truth is CLIP.json beside CLIP.mkv"
        )
    return clips


def truth_path(clip: Path) -> Path:
    """Where the truth of a clip lies: ``coat_pan_threes.json`` beside ``coat_pan_threes.mkv``."""
    return clip.with_suffix(".json")


def score_clip(clip: Path, *, config: FootageConfig | None = None) -> ClipScore:
    """Find the drawings of a clip and compare their exposures' starts with the truth's ``starts``.

    Raises EpisodeError where the clip has another number of frames than its truth: then no figure would mean
    anything.
    """
    truth = read_truth(truth_path(clip))
    episode = open_episode(clip)
    with read_footage(episode, config=config or FootageConfig()) as footage:
        starts = Timesheet.of(footage).starts
        count = footage.counts.frames_decoded
    if count != truth.frames:
        raise EpisodeError(
            f"has {count} frames, its truth {truth.frames}", where=clip, remedy="make it again"
        )
    return ClipScore.of(clip.name, count, starts, truth.starts)
