"""What an area is, decided by what it borders: a network on a graph of areas.

Shade is a relation between two neighbouring paints, not a colour, and a black coat before a dark room is cel
because a face stands on it. A network that reads pixels sees an edge and, hundreds of pixels from it, flat
paint. Here every area of one paint is a node, with what the other network said inside it; it hears from the
areas that it touches and from those of the same paint elsewhere, a few rounds long (message passing, Gilmer
et al. 2017), and is one thing throughout: one fill on the cel, or cel or background in the whole picture.

It belongs to the network whose word it learned to weigh, and travels in that one's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from dougagen.errors import ConfigError
from dougagen.networks.registry import Task

FILL_COUNT = 4
"""Base, shade, color and highlight: classes 0 and 6 to 8."""
_SILENCE = 0.3
"""Of a message's weight: what little is heard counts little."""
_BOUNDS = {"width": (4, 256), "rounds": (1, 8)}


@dataclass(frozen=True, slots=True)
class AreaShape:
    """How many numbers describe an area, its borders and its likes, and how many things it can be."""

    said: int
    """Of an area's numbers, the first: what the network said whose word is weighed."""
    areas: int
    neighbours: int
    alike: int
    outputs: int
    trust: float
    """What a vote counts before anything is learned."""


FILL_AREAS = AreaShape(said=18, areas=30, neighbours=18, alike=4, outputs=FILL_COUNT, trust=3.0)
"""Areas of the cel, and which fill each takes."""
CEL_AREAS = AreaShape(said=6, areas=34, neighbours=16, alike=5, outputs=2, trust=1.0)
"""Areas of the whole picture: background or cel."""
AREA_SHAPES = {Task.DOUGA: FILL_AREAS, Task.CEL: CEL_AREAS}
"""By the task of the network whose word is weighed."""


@dataclass(frozen=True, slots=True)
class AreaNetworkConfig:
    """Sizes of an ``AreaNetwork``."""

    width: int = 48
    rounds: int = 3

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise ConfigError(f"{name} of an area network must be in [{low}, {high}], got {value!r}")

    @classmethod
    def of(cls, options: Mapping[str, object]) -> AreaNetworkConfig:
        """From a file's header. Raises ConfigError for what it does not know."""
        unknown = sorted(set(options) - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError(f"unknown option {unknown[0]!r} of an area network")
        return cls(**options)  # type: ignore[arg-type]  # checked above and in __post_init__


@dataclass(frozen=True, slots=True, eq=False)
class AreaGraph:
    """The areas of one picture, N of them; ``reconstruction.area_graph`` and ``cel_area_graph`` say what the
    numbers are, an ``AreaShape`` how many."""

    areas: Tensor
    """float32[N, areas]."""
    votes: Tensor
    """float32[N, outputs]: how loudly each area's pixels voted for each thing that it can be."""
    pairs: Tensor
    """int64[2, E]: an area and one that it borders, both ways."""
    of_pairs: Tensor
    """float32[E, neighbours]."""
    alike: Tensor
    """int64[2, K]: an area and one of nearly the same paint."""
    of_alike: Tensor
    """float32[K, alike]."""


def joined(graphs: list[AreaGraph]) -> AreaGraph:
    """Several pictures as one graph without edges between them."""
    starts = [0]
    for graph in graphs:
        starts.append(starts[-1] + len(graph.areas))
    return AreaGraph(
        torch.cat([graph.areas for graph in graphs]),
        torch.cat([graph.votes for graph in graphs]),
        torch.cat([graph.pairs + at for graph, at in zip(graphs, starts, strict=False)], dim=1),
        torch.cat([graph.of_pairs for graph in graphs]),
        torch.cat([graph.alike + at for graph, at in zip(graphs, starts, strict=False)], dim=1),
        torch.cat([graph.of_alike for graph in graphs]),
    )


class AreaNetwork(nn.Module):
    """An ``AreaGraph`` of a shape → logits float32[N, outputs]."""

    def __init__(self, config: AreaNetworkConfig, shape: AreaShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        width = config.width
        self.look = nn.Sequential(nn.Linear(shape.areas, width), nn.ReLU(), nn.Linear(width, width))
        self.rounds = nn.ModuleList(_Round(width, shape) for _ in range(config.rounds))
        self.classify = nn.Linear(width, shape.outputs)

    def forward(self, graph: AreaGraph) -> Tensor:
        known = self.look(graph.areas)  # [N, areas] -> [N, width]
        for one in self.rounds:
            known = one(known, graph)
        said: Tensor = self.classify(known) + self.shape.trust * graph.votes
        return said


class _Round(nn.Module):
    """Every area hears once from those that it borders and those of its paint."""

    def __init__(self, width: int, shape: AreaShape) -> None:
        super().__init__()
        self.from_neighbours = _message(2 * width + shape.neighbours, width)
        self.from_alike = _message(2 * width + shape.alike, width)
        self.learn = nn.Sequential(nn.Linear(3 * width, width), nn.ReLU(), nn.Linear(width, width))
        self.norm = nn.LayerNorm(width)

    def forward(self, known: Tensor, graph: AreaGraph) -> Tensor:
        near = _heard(self.from_neighbours, known, graph.pairs, graph.of_pairs)
        alike = _heard(self.from_alike, known, graph.alike, graph.of_alike)
        learned: Tensor = self.norm(known + self.learn(torch.cat([known, near, alike], dim=1)))
        return learned


def _message(inputs: int, width: int) -> nn.Sequential:
    """What one area tells another, and as the last number how loudly."""
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width + 1))


def _heard(message: nn.Module, known: Tensor, pairs: Tensor, of_pairs: Tensor) -> Tensor:
    """float32[N, width]: the mean of the messages to each area, by how loud they are."""
    hears, tells = pairs
    said = message(torch.cat([known[hears], known[tells], of_pairs], dim=1))  # [E, width + 1]
    loud = torch.sigmoid(said[:, -1:])
    total = torch.zeros_like(known).index_add(0, hears, said[:, :-1] * loud)
    weight = known.new_zeros(len(known), 1).index_add(0, hears, loud)
    return total / (weight + _SILENCE)
