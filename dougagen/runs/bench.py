"""Where the time goes: each stage of ``extract`` alone, then all of them together."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from dougagen.config import ExtractConfig
from dougagen.domain import Episode, Reconstructor
from dougagen.footage import decode, open_episode
from dougagen.pipeline import extract_episode

STAGES = ("decode", "holds", "networks", "image coding", "writing")


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What one machine does with one episode."""

    source: str
    width: int
    height: int
    frames: int
    drawings: int
    stage_seconds: Mapping[str, float]
    """Stage → seconds when nothing else runs."""
    together_seconds: float
    """Wall time of the whole flow, its stages overlapping."""
    device: str

    @property
    def limit(self) -> str:
        """The slowest stage: what to make faster on this machine."""
        return max(self.stage_seconds, key=lambda stage: self.stage_seconds[stage])

    @property
    def limit_seconds(self) -> float:
        """What the slowest stage takes when nothing else runs."""
        return self.stage_seconds[self.limit]

    @property
    def in_words(self) -> str:
        """What it brings to let the stages overlap, in a clause."""
        alone, together = sum(self.stage_seconds.values()), self.together_seconds
        if together < alone:
            saved = f"overlapping saves {1 - together / alone:.0%}"
        else:  # a machine without a core to spare
            saved = "overlapping saves nothing here"
        return f"one after the other the stages take {alone:.2f} s, together {together:.2f} s ({saved})"

    @property
    def overlap(self) -> float:
        """Slowest stage alone over the whole flow: 1 = everything else is hidden behind it. More than 1 only
        where the machine was slower in the first of the two runs."""
        return self.stage_seconds[self.limit] / self.together_seconds

    def to_json(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        return {
            "source": self.source,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "drawings": self.drawings,
            "device": self.device,
            "stages": {
                stage: {
                    "seconds": seconds,
                    "frames_per_second": self.frames / seconds if seconds else None,
                    "share": seconds / sum(self.stage_seconds.values()),
                }
                for stage, seconds in self.stage_seconds.items()
            },
            "together": {
                "seconds": self.together_seconds,
                "frames_per_second": self.frames / self.together_seconds,
            },
            "limit": self.limit,
            "slowest_stage_over_end_to_end": self.overlap,
        }


def bench_episode(
    path: Path, *, reconstructor: Reconstructor, config: ExtractConfig, device: str
) -> BenchReport:
    """Run an episode twice: its stages in turn in one thread, then as ``extract`` does; nothing is kept."""
    episode = open_episode(path)
    _warm_up(episode, reconstructor, config)
    with tempfile.TemporaryDirectory(prefix="dougagen-bench-") as scratch:
        flow = partial(extract_episode, episode, reconstructor=reconstructor, config=config, digest="bench")
        alone = flow(Path(scratch) / "alone", stages="in turn")
        # beside other stages FFmpeg's threads decode ahead unseen: decode is timed in a pass of its own
        with decode(episode, start=config.start, stop=config.stop) as stream:
            decode_seconds = _seconds_for(islice(stream, alone.frames_decoded))
        began = time.perf_counter()
        together = flow(Path(scratch) / "together")
        together_seconds = time.perf_counter() - began
    assert together.records == alone.records, "the two runs saw the same drawings"
    return BenchReport(
        source=path.name,
        width=episode.width,
        height=episode.height,
        frames=alone.frames_decoded,
        drawings=alone.drawings,
        stage_seconds={stage: alone.seconds.get(stage, 0.0) for stage in STAGES} | {"decode": decode_seconds},
        together_seconds=together_seconds,
        device=device,
    )


def _warm_up(episode: Episode, reconstructor: Reconstructor, config: ExtractConfig) -> None:
    """A batch that is not timed. Networks are slow at first, while they ask for memory and look for the
    fastest way to compute each size; charged to the run that came first, the slowest stage alone once took
    205 % of the time of all together."""
    with decode(episode, start=config.start, stop=config.stop) as stream:
        pictures = [frame.rgb() for frame in islice(stream, 1)]
    reconstructor.reconstruct(pictures * reconstructor.batch_size)


def _seconds_for(items: Iterable[object]) -> float:
    began = time.perf_counter()
    for _ in items:
        pass
    return time.perf_counter() - began
