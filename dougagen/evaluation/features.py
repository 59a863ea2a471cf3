"""What the features of a network respond to, as a sheet for people (thesis 4.8, figure 4.11).

Beside every feature's dream stand the places in scenes that excite it most, and which kinds of pixels do:
a dream shows what a feature would like to see, the scenes what it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import SCORED_CLASSES, DougaClass, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.error_pictures import Picture
from dougagen.evaluation.picture_sheet import write_png

if TYPE_CHECKING:
    from dougagen.evaluation.suite import EvaluationPlan
    from dougagen.reconstruction.responses import FeatureLayer

SCENES = 12
"""At most so many pictures are looked at: two seconds each on one core, drawing them included. With the
dreams of both shipped networks that is 45 s on one core of an AMD EPYC (Zen 3)."""
MOST_FEATURES = 24
"""Of a layer with more channels those are shown whose response tells kinds of pixels apart best."""
PATCHES = 3
PATCH_SIZE = 128
"""Pixels a side, at the lines that the network reads: dreams have the same scale."""
BACKGROUND = "background"
KINDS = (BACKGROUND, *(c.label for c in SCORED_CLASSES))
"""What a pixel can show: no cel, or a class of douga on the cel."""
_FEWEST_PIXELS = 200
"""Of a kind before its mean response means anything."""
_GAP, _BAR, _COLUMNS = 4, 26, 2
_GROUND, _INK, _FAINT = (38, 38, 38), (235, 235, 235), (150, 150, 150)


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """One channel of a layer."""

    number: int
    responses: dict[str, float]
    """Kind of pixel -> mean response there, in standard deviations from the mean over all pixels."""
    dream: Picture
    """uint8[S, S, 3]: a picture made to excite it."""
    patches: tuple[Picture, ...]
    """uint8[S, S, 3] each: the places of different scenes that excite it most, the strongest first."""

    @property
    def words(self) -> str:
        """``7: most visible line +1.9, highlight line +1.2; least background -0.4``."""
        order = sorted(self.responses, key=lambda kind: -self.responses[kind])
        most = ", ".join(f"{kind} {self.responses[kind]:+.1f}" for kind in order[:2])
        return f"{self.number}: most {most}; least {order[-1]} {self.responses[order[-1]]:+.1f}"


@dataclass(frozen=True, slots=True, eq=False)
class LayerPortrait:
    """The features of a layer of one network."""

    network: str
    """``cel@9a576904``."""
    task: str
    layer: str
    channels: int
    lines: int
    """At how many lines the network reads a picture; 0: at its own."""
    features: tuple[Feature, ...]
    """From those that respond to the cel to those that respond to the background."""

    @property
    def title(self) -> str:
        """For the sheet."""
        shown = f"{len(self.features)} of {self.channels}" if len(self.features) < self.channels else "all"
        at = f", read at {self.lines} lines" if self.lines else ""
        return f"{self.task}: {self.network}, layer {self.layer}, {shown} features{at}"

    def to_json(self) -> dict[str, object]:
        """What is no picture."""
        return {
            "network": self.network,
            "task": self.task,
            "layer": self.layer,
            "channels": self.channels,
            "features": [{"feature": one.number, "responses": one.responses} for one in self.features],
        }


def pictures_of(plan: EvaluationPlan, *, most: int = SCENES) -> list[Triplet]:
    """The first of the held-out scenes that ``plan`` names, at its first height, then of its records.

    Raises ShardError.
    """
    from dougagen.evaluation.suite import held_out_scenes
    from dougagen.evaluation.triplets import triplets_of
    from dougagen.shards import read_records

    sources: list[Iterable[tuple[str, Triplet]]] = []
    if plan.scenes:
        sources.append(held_out_scenes(min(plan.scenes, most), lines=plan.lines[0]))
    if plan.shards is not None:
        sources.append(triplets_of(read_records(plan.shards)))
    return [triplet for _, triplet in islice(chain.from_iterable(sources), most)]


def picture_features(
    plan: EvaluationPlan,
    path: Path,
    layers: Sequence[FeatureLayer],
    *,
    on_stage: Callable[[str], None] = lambda _: None,
    **dreams: int,
) -> list[LayerPortrait]:
    """The portraits of layers on the pictures of ``plan``, as a sheet in ``path``.

    ``dreams`` may be the ``seed`` of ``portrait``; ``on_stage`` is told what is done next. Raises as
    ``portrait`` does, and UsageError where the sheet cannot be written.
    """
    on_stage("drawing the pictures to look at")
    pictures = pictures_of(plan)
    portraits = []
    for layer in layers:
        on_stage(f"{layer.network.task}: {layer.channels} features of the layer {layer.name}")
        portraits.append(portrait(layer, pictures, **dreams))
    write_png(feature_sheet(portraits), path)
    return portraits


def portrait(layer: FeatureLayer, triplets: Sequence[Triplet], *, seed: int = 0) -> LayerPortrait:
    """Look at ``triplets`` through the layer, and dream its features.

    The same seed gives the same portrait on one machine. A network that reads masks is told the true ones.
    Raises UsageError where there is no triplet.
    """
    seen = [_Seen.of(layer, triplet) for triplet in triplets]
    if not seen:
        raise UsageError("there is no picture to look at", remedy="name --scenes or --shards with records")
    means, spreads = _over_all(seen)
    kinds = _by_kind(seen, means, spreads)  # [C, kinds], NaN where a kind was hardly seen
    telling = np.nanmax(kinds, axis=1) - np.nanmin(kinds, axis=1)
    shown = np.sort(np.argsort(-telling, kind="stable")[:MOST_FEATURES])
    shown = shown[np.argsort(np.nan_to_num(kinds[shown, 0]), kind="stable")]
    numbers = [int(channel) for channel in shown]
    dreams = layer.dreams(numbers, spreads=[float(spreads[n]) for n in numbers], seed=seed)
    features = tuple(
        Feature(
            number,
            {kind: float(v) for kind, v in zip(KINDS, kinds[number], strict=True) if not np.isnan(v)},
            dream,
            tuple(_most_exciting(seen, number)),
        )
        for number, dream in zip(numbers, dreams, strict=True)
    )
    loaded = layer.network
    name = f"{loaded.name}@{loaded.sha256[:8]}"
    return LayerPortrait(name, loaded.task.value, layer.name, layer.channels, layer.lines, features)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a layer said of one picture, and the best place for every feature, so that no map is kept."""

    counts: NDArray[np.int64]
    """int64[kinds]: places of each kind, in the layer's own resolution."""
    sums: NDArray[np.float64]
    """float64[C, kinds]: of the responses there."""
    squares: NDArray[np.float64]
    """float64[C]: sum of the squared responses over all places."""
    strengths: NDArray[np.float64]
    """float64[C]: mean response in the window that excites the feature most."""
    patches: NDArray[np.uint8]
    """uint8[C, S, S, 3]: the picture around that window."""

    @classmethod
    def of(cls, layer: FeatureLayer, triplet: Triplet) -> _Seen:
        responses = layer.responses(triplet.color, triplet.cel_mask.pixels)
        channels, height, width = responses.shape
        kinds = cv2.resize(_kinds_of(triplet), (width, height), interpolation=cv2.INTER_NEAREST).ravel()
        flat = responses.reshape(channels, -1)
        sums = [np.bincount(kinds, weights=row, minlength=256)[: len(KINDS)] for row in flat]
        picture = _at_lines(triplet.color, layer.lines)
        places = [_strongest(row, picture.shape[0]) for row in responses]
        return cls(
            np.bincount(kinds, minlength=256)[: len(KINDS)].astype(np.int64),
            np.stack(sums),
            np.square(flat, dtype=np.float64).sum(axis=1),
            np.array([strength for strength, *_ in places]),
            np.stack([_patch(picture, y, x) for _, y, x in places]),
        )


_KIND_OF = np.full(256, 255, np.uint8)  # books and what hides cel are no kind
_KIND_OF[[int(c) for c in SCORED_CLASSES]] = np.arange(1, len(KINDS))


def _kinds_of(triplet: Triplet) -> NDArray[np.uint8]:
    """uint8[H, W]: index into KINDS, 255 for books."""
    classes = triplet.douga.classes
    off = np.where(classes == DougaClass.FLAT_AREA, np.uint8(0), np.uint8(255))
    return np.where(triplet.cel_mask.pixels, _KIND_OF[classes], off)


def _over_all(seen: Sequence[_Seen]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of every feature over all places that are of a kind: float64[C] each."""
    places = max(1, sum(int(one.counts.sum()) for one in seen))
    means = np.sum([one.sums.sum(axis=1) for one in seen], axis=0) / places
    variances = np.sum([one.squares for one in seen], axis=0) / places - means**2
    return means, np.sqrt(np.maximum(variances, 1e-12))


def _by_kind(
    seen: Sequence[_Seen], means: NDArray[np.float64], spreads: NDArray[np.float64]
) -> NDArray[np.float64]:
    """float64[C, kinds]: mean response on each kind of pixel, in standard deviations from the mean."""
    counts = np.sum([one.counts for one in seen], axis=0)
    of_kind = np.sum([one.sums for one in seen], axis=0) / np.maximum(counts, 1)
    scaled: NDArray[np.float64] = (of_kind - means[:, None]) / spreads[:, None]
    scaled[:, counts < _FEWEST_PIXELS] = np.nan
    return scaled


def _strongest(response: NDArray[np.float32], lines: int) -> tuple[float, int, int]:
    """The strongest mean over a window a third of a patch wide, and its middle in pixels of ``lines``."""
    scale = lines / response.shape[0]
    side = max(1, round(PATCH_SIZE / 3 / scale))
    means = cv2.blur(response, (side, side))
    y, x = divmod(int(means.argmax()), means.shape[1])
    return float(means[y, x]), round((y + 0.5) * scale), round((x + 0.5) * scale)


def _patch(picture: Picture, y: int, x: int) -> Picture:
    """uint8[S, S, 3] around a place, moved into the picture where it would leave it."""
    height, width = picture.shape[:2]
    top = max(0, min(y - PATCH_SIZE // 2, height - PATCH_SIZE))
    left = max(0, min(x - PATCH_SIZE // 2, width - PATCH_SIZE))
    found = picture[top : top + PATCH_SIZE, left : left + PATCH_SIZE]
    below, beside = PATCH_SIZE - found.shape[0], PATCH_SIZE - found.shape[1]
    return cv2.copyMakeBorder(found, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=_GROUND).astype(
        np.uint8, copy=False
    )


def _at_lines(picture: Picture, lines: int) -> Picture:
    height, width = picture.shape[:2]
    if lines in (0, height):
        return picture
    size = (max(1, round(width * lines / height)), lines)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _most_exciting(seen: Sequence[_Seen], number: int) -> Iterator[Picture]:
    for one in sorted(seen, key=lambda one: -one.strengths[number])[:PATCHES]:
        yield one.patches[number]


# ---- the sheet -------------------------------------------------------------------------------------------
def feature_sheet(portraits: Sequence[LayerPortrait]) -> Picture:
    """uint8[H, W, 3]: a section a network, two features a row: its dream, then the places that excite it."""
    cell = (1 + PATCHES) * (PATCH_SIZE + _GAP)
    width = _COLUMNS * cell + (_COLUMNS - 1) * 4 * _GAP + _GAP
    parts = []
    for one in portraits:
        parts += [_line(one.title, width, size=0.7, weight=2, height=_BAR + 22)]
        parts += [_line(words, width, ink=_FAINT) for words in _EXPLAINED]
        cells = [_feature_cell(feature, cell) for feature in one.features]
        for at in range(0, len(cells), _COLUMNS):
            parts.append(_row(cells[at : at + _COLUMNS], width))
    return np.concatenate(parts)


_EXPLAINED = (
    f"Left: made from mid grey to excite the feature. Right: what excites it most in {PATCHES} pictures.",
    "Numbers: its mean response on pixels of a kind, in standard deviations from that on all pixels.",
)


def _feature_cell(feature: Feature, width: int) -> Picture:
    pictures = [_fitted(feature.dream), *feature.patches]
    framed = [cv2.copyMakeBorder(p, 0, _GAP, _GAP, 0, cv2.BORDER_CONSTANT, value=_GROUND) for p in pictures]
    missing = 1 + PATCHES - len(pictures)
    row = np.concatenate(framed, axis=1)
    row = cv2.copyMakeBorder(row, 0, 0, 0, missing * (PATCH_SIZE + _GAP), cv2.BORDER_CONSTANT, value=_GROUND)
    return np.concatenate([_line(feature.words, width, size=0.4), row]).astype(np.uint8, copy=False)


def _fitted(dream: Picture) -> Picture:
    if dream.shape[0] == PATCH_SIZE:
        return dream
    size = (PATCH_SIZE, PATCH_SIZE)
    return cv2.resize(dream, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)


def _row(cells: Sequence[Picture], width: int) -> Picture:
    row = np.full((cells[0].shape[0], width, 3), _GROUND, np.uint8)
    for i, cell in enumerate(cells):
        left = i * (cell.shape[1] + 4 * _GAP)
        row[:, left : left + cell.shape[1]] = cell
    return row


def _line(
    words: str,
    width: int,
    *,
    size: float = 0.45,
    weight: int = 1,
    ink: tuple[int, int, int] = _INK,
    height: int = _BAR,
) -> Picture:
    bar = np.full((height, width, 3), _GROUND, np.uint8)
    plain = words.encode("ascii", "replace").decode()  # OpenCV's own letters know ASCII alone
    at = (_GAP + 2, height - _BAR // 3)
    cv2.putText(bar, plain, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, weight, cv2.LINE_AA)
    return bar
