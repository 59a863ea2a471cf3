"""Learning what an area is (``networks.area_network``) from pictures that the networks have read.

Minutes on a core: the pixels are read already, and a picture has a hundred areas or a thousand. What is
learned is to weigh the word of one network, so that it is learned anew with every other one.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import Triplet
from dougagen.errors import ConfigError
from dougagen.networks import AreaGraph, AreaNetwork, AreaNetworkConfig, AreaShape, joined
from dougagen.shards import read_records
from dougagen.studio import UNDECIDABLE, Profile, shoot_scene, whole_frame

_LARGEST_GRADIENT = 1.0
_AVERAGED = 0.99
_WARM_UP = 0.1
_FIRST_SEED, _SEEDS_APART, _RANGES = 700_000, 10_000, 30  # below the held-out seeds
_LINES = (720, 480, 720, 1080, 720)
"""Heights of the scenes, by turns."""


@dataclass(frozen=True, slots=True, eq=False)
class AreaExample:
    """The areas of one picture and what they are, N of them."""

    graph: AreaGraph
    sizes: NDArray[np.float64]
    """float64[N]: pixels."""
    truth: NDArray[np.int64]
    """int64[N, outputs]: pixels that are each thing an area can be, by the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTrainingConfig:
    """Options; the defaults are written here and nowhere else."""

    network: AreaNetworkConfig = field(default_factory=AreaNetworkConfig)
    epochs: int = 12
    batch: int = 8
    """Pictures a step."""
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    size_power: float = 0.7
    """An area counts by its size to this power, so that a sky of hair is not all."""
    silenced: float = 0.15
    """Share of areas, [0, 1), of which that network says nothing: what it says elsewhere must do."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("epochs", 1), ("batch", 1), ("learning_rate", 1e-9), ("weight_decay", 0)):
            if getattr(self, name) < low:
                raise ConfigError(f"{name} must be at least {low}, got {getattr(self, name)}")
        if not 0 <= self.silenced < 1:
            raise ConfigError(f"silenced must be in [0, 1), got {self.silenced}")


FILL_LEARNING = AreaTrainingConfig()
CEL_LEARNING = AreaTrainingConfig(
    network=AreaNetworkConfig(rounds=4), epochs=3, size_power=0.8, silenced=0.05
)
"""A whole picture has ten times the areas of a figure; the larger ones are what a mask is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnedAreas:
    """A network with the facts of how it came about."""

    network: AreaNetwork
    pictures: int
    areas: int
    seconds: float
    loss: float

    def facts(self, config: AreaTrainingConfig) -> dict[str, str]:
        """For the header of a weights file."""
        options = {name: value for name, value in asdict(config).items() if name != "network"}
        said = ", ".join(f"{name} {value}" for name, value in options.items())
        return {
            "areas_data": f"{self.areas} areas in {self.pictures} pictures",
            "areas_training": f"{said}; {self.seconds / 60:.1f} min",
        }


def learn_areas(
    examples: Iterable[AreaExample],
    config: AreaTrainingConfig,
    shape: AreaShape,
    progress: Callable[[float, float], None] | None = None,
) -> LearnedAreas:
    """A network that has seen every example ``config.epochs`` times, the average of its last steps.

    ``progress`` is told the share of the steps that are done, and the loss. Raises ConfigError where there
    are no examples or where the loss is no number.
    """
    pictures = [_Lesson.of(example, config.size_power) for example in examples if example.truth.any()]
    if not pictures:
        raise ConfigError("there is no picture with two areas to learn from", remedy="read more scenes")
    began = time.monotonic()
    generator = torch.Generator().manual_seed(config.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = AreaNetwork(config.network, shape)
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    steps = config.epochs * -(-len(pictures) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=max(steps, 2), pct_start=_WARM_UP
    )
    step, loss = 0, float("nan")
    for _ in range(config.epochs):
        order = torch.randperm(len(pictures), generator=generator).tolist()
        for start in range(0, len(order), config.batch):
            some = [pictures[i] for i in order[start : start + config.batch]]
            loss = _step(network, some, optimizer, config, generator)
            schedule.step()
            step += 1
            _average(average, network, min(_AVERAGED, (1 + step) / (10 + step)))
            if progress is not None:
                progress(step / steps, loss)
    areas = sum(len(picture.graph.areas) for picture in pictures)
    return LearnedAreas(average.eval(), len(pictures), areas, time.monotonic() - began, loss)


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    graph: AreaGraph
    weight: Tensor
    """float32[N]: they add up to 1 in a picture."""
    shares: Tensor
    """float32[N, outputs]: of each thing in the truth."""

    @classmethod
    def of(cls, example: AreaExample, power: float) -> _Lesson:
        pixels = example.truth.sum(axis=1)
        weight = np.where(pixels > 0, example.sizes**power, 0)
        shares = example.truth / np.maximum(pixels, 1)[:, None]
        return cls(example.graph, _tensor(weight / max(weight.sum(), 1e-9)), _tensor(shares))


def _step(
    network: AreaNetwork,
    some: Sequence[_Lesson],
    optimizer: torch.optim.Optimizer,
    config: AreaTrainingConfig,
    generator: torch.Generator,
) -> float:
    graph = joined([each.graph for each in some])
    graph = _silenced(graph, config.silenced, network.shape.said, generator)
    weight = torch.cat([each.weight for each in some])
    shares = torch.cat([each.shares for each in some])
    surprise = -(shares * network(graph).log_softmax(dim=1)).sum(dim=1)
    loss = (surprise * weight).sum() / weight.sum()
    if not bool(torch.isfinite(loss)):
        raise ConfigError("the loss is not finite", remedy="use a lower learning rate")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return float(loss.detach())


def _silenced(graph: AreaGraph, share: float, said: int, generator: torch.Generator) -> AreaGraph:
    """``graph`` with areas of which the other network says nothing: the first ``said`` numbers of each."""
    if not share:
        return graph
    heard = (torch.rand((len(graph.areas), 1), generator=generator) >= share).float()
    areas = torch.cat([graph.areas[:, :said] * heard, graph.areas[:, said:]], dim=1)
    return AreaGraph(areas, graph.votes * heard, graph.pairs, graph.of_pairs, graph.alike, graph.of_alike)


def _average(average: AreaNetwork, network: AreaNetwork, kept: float) -> None:
    with torch.no_grad():
        for old, new in zip(average.parameters(), network.parameters(), strict=True):
            old.lerp_(new, 1 - kept)


def _tensor(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32))


def area_pictures(*, shards: Sequence[Path], scenes: int, profile: Profile, seed: int) -> Iterator[Triplet]:
    """Whole pictures with truth: those of ``shards``, then ``scenes`` that the studio draws.

    Raises ShardError. Pictures that nobody could tell are left out.
    """
    for folder in shards:
        for record in read_records(folder):
            if UNDECIDABLE not in record.provenance.flags:
                yield record.triplet
    drawn = 0
    for number in count(_FIRST_SEED + seed % _RANGES * _SEEDS_APART):
        if drawn == scenes:
            return
        window = whole_frame(_LINES[number % len(_LINES)])
        scene = shoot_scene(number, window=window, profile=replace(profile, whole_frames=True))
        if UNDECIDABLE not in scene.flags:
            drawn += 1
            yield scene.triplet
