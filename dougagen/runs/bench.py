"""Where the time goes: each stage of ``extract`` alone, then all of them together."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from dougagen import __version__
from dougagen.config import ExtractConfig
from dougagen.domain import ABSENT, Episode, Reconstructor, Table
from dougagen.errors import quoted
from dougagen.footage import decode, open_episode
from dougagen.pipeline import extract_episode
from dougagen.processes.pools import spare_cores

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
    cores: int = 1
    """That this process may use."""
    network_parts: Mapping[str, float] = field(default_factory=dict)
    """What the seconds of ``networks`` went into; empty where the reconstructor does not say."""

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

    @property
    def sentence(self) -> str:
        """What limits this machine."""
        return (
            f"{self.limit} limits this machine ({quoted(self.device)}): {self.limit_seconds:.2f} s alone; "
            f"{self.in_words}"
        )

    @property
    def machine(self) -> str:
        """What was measured where, in words."""
        cores = f"{self.cores} core{'s' * (self.cores != 1)}"
        return f"dougagen {__version__} on {self.device}, {cores}, {platform.machine()}, {platform.system()}"

    def to_table(self) -> Table:
        """A row a stage, those of the networks taken apart, and all together."""
        total = sum(self.stage_seconds.values())
        rows: list[tuple[str, ...]] = []
        for stage, seconds in self.stage_seconds.items():
            rows.append(self._row(stage, seconds, share=seconds / total if total else 0.0))
            if stage == "networks":
                rows += [
                    self._row(f"– {part}", spent, share=spent / total)
                    for part, spent in self.network_parts.items()
                ]
        rows.append(self._row("all together", self.together_seconds, share=None))
        return Table(
            f"{self.source}: {self.frames} frames, {self.drawings} drawings, {self.width}×{self.height}",
            ("stage alone", "seconds", "ms a frame", "ms a drawing", "frames/s", "share"),
            tuple(rows),
        )

    def stages_taken_apart(self) -> dict[str, float]:
        """Stage → seconds, with the parts of the networks in the place of the whole."""
        return {
            name: seconds
            for stage, alone in self.stage_seconds.items()
            for name, seconds in (
                self.network_parts.items() if stage == "networks" and self.network_parts else [(stage, alone)]
            )
        }

    def _row(self, name: str, seconds: float, *, share: float | None) -> tuple[str, ...]:
        return (
            name,
            f"{seconds:.2f}",
            f"{1000 * seconds / max(self.frames, 1):.1f}",
            f"{1000 * seconds / max(self.drawings, 1):.1f}",
            f"{self.frames / seconds:.1f}" if seconds else ABSENT,
            "" if share is None else f"{share:.0%}",
        )

    def to_json(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        return {
            "source": self.source,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "drawings": self.drawings,
            "device": self.device,
            "cores": self.cores,
            "network_parts": dict(self.network_parts),
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
        before = dict(getattr(reconstructor, "part_seconds", {}))
        alone = flow(Path(scratch) / "alone", stages="in turn")
        parts = dict(getattr(reconstructor, "part_seconds", {}))
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
        cores=spare_cores(),
        network_parts=_network_parts(before, parts, alone.seconds.get("networks", 0.0)),
    )


def _network_parts(before: Mapping[str, float], after: Mapping[str, float], whole: float) -> dict[str, float]:
    """What the networks' seconds went into; the rest is what the shot and its plate take."""
    parts = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    return parts | {"shot and plate": max(0.0, whole - sum(parts.values()))} if parts else {}


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
