"""Painted drawings → batches: crops with their lines, and with whatever else is told of them at random."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.colorization.config import ColorizerConfig
from dougagen.colorization.hints import Hints, patch_hints, pixel_hints
from dougagen.colorization.inputs import Inputs, Seen
from dougagen.colorization.lines import LineArt, LineKind, lines_of, on_paper, pencilled
from dougagen.colorization.pictures import Painted, PaintedPool
from dougagen.colorization.pots import MODEL_PAINTS

_ON_THE_CEL = 0.8
"""How often a crop is sought on the cel."""
_SHIFT, _TURN, _GROWTH = 0.08, 6.0, 0.06
"""How far a warped drawing lies from itself: a share of its side, degrees, a share of its size."""
_ON_THE_SHEET = 0.92
"""How often a paint of the drawing is on the model sheet."""
_FOREIGN = 2
"""Paints of another design on it, at most."""
_FRINGE = np.ones((5, 5), np.uint8)
"""By which a plate keeps away from the cel: its edge is mixed with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is seen of a drawing, and how it was painted."""

    seen: Seen
    truth: NDArray[np.uint8]
    """uint8[H, W, 3], on white."""
    cel: NDArray[np.bool_]
    """bool[H, W]."""


@dataclass(frozen=True, slots=True, eq=False)
class ColorBatch:
    """What a step learns from."""

    inputs: Inputs
    truth: Tensor
    """float[N, 3, H, W] in [0, 1]."""
    cel: Tensor
    """float[N, 1, H, W], 1 on the cel."""

    def to(self, device: torch.device) -> ColorBatch:
        """The same on another device, in channels_last."""
        truth = self.truth.to(device).contiguous(memory_format=torch.channels_last)
        return ColorBatch(self.inputs.to(device), truth, self.cel.to(device))


def batches(
    config: ColorizerConfig, pool: PaintedPool, *, first_step: int
) -> Generator[ColorBatch, None, None]:
    """Endless batches from ``first_step`` on, made ahead in threads; each follows from the seed and its step,
    and from nothing else, so that runs resume and four kinds of lines see the same crops."""
    with ThreadPoolExecutor(config.loaders, thread_name_prefix="crops") as threads:
        ahead: deque[Future[ColorBatch]] = deque()
        step = first_step
        try:
            while True:
                while len(ahead) < config.loaders + 1:
                    ahead.append(threads.submit(make_batch, config, pool, step))
                    step += 1
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def make_batch(config: ColorizerConfig, pool: PaintedPool, step: int) -> ColorBatch:
    """The batch of one step."""
    samples = [make_sample(config, pool, (config.seed, step, n)) for n in range(config.batch_size)]
    truths = np.stack([one.truth for one in samples])
    cels = np.stack([one.cel for one in samples])
    return ColorBatch(
        Inputs.of([one.seen for one in samples]),
        torch.from_numpy(truths).permute(0, 3, 1, 2).float() / 255.0,  # [N, H, W, 3] -> [N, 3, H, W]
        torch.from_numpy(cels)[:, None].float(),  # [N, H, W] -> [N, 1, H, W]
    )


def make_sample(config: ColorizerConfig, pool: PaintedPool, key: tuple[int, int, int]) -> Sample:
    """One crop. What is cut and told follows from ``key`` alone, not from the kind of its lines."""
    rng = np.random.default_rng(key)
    number = int(rng.integers(len(pool.pictures)))
    picture = pool.pictures[number]
    before = pool.pictures[picture.before] if picture.before >= 0 else None
    cut = _Cut.of(picture, config, rng)
    color, cel, classes = cut.of_picture(picture)
    truth = on_paper(color, cel)
    told = rng.random(6)
    hints = _hints(config, truth, rng) if told[0] < config.hint_share else None
    paints = _model(pool, number, rng) if told[1] < config.model_share else None
    plate = _plate(color, cel) if told[2] < config.plate_share else None
    warped = _warped(truth, rng)
    previous = None
    if told[3] < config.previous_share:
        previous = warped if before is None else on_paper(*cut.of_picture(before)[:2])
    art = _lines(config, truth, classes, told, np.random.default_rng((*key, 1)))
    return Sample(Seen(art, hints, previous, plate, paints), truth, cel)


def _lines(
    config: ColorizerConfig,
    truth: NDArray[np.uint8],
    classes: NDArray[np.uint8],
    told: NDArray[np.float64],
    rng: np.random.Generator,
) -> LineArt:
    """With a generator of its own: kinds that ask it leave all else as it is."""
    is_grey, is_pencil, is_plain = rng.random() < config.grey_share, told[4] < config.pencil_share, told[5]
    if is_grey:
        return LineArt.of_strength(255 - truth.min(axis=2))
    art = lines_of(LineKind(config.lines), truth, classes, rng)
    if is_plain < config.plain_share:
        art = art.plain()
    return pencilled(art, rng) if is_pencil else art


def _hints(config: ColorizerConfig, truth: NDArray[np.uint8], rng: np.random.Generator) -> Hints | None:
    kind = config.hints
    if kind == "mixed":
        kind = "patches" if rng.random() < 0.5 else "pixels"
    if kind == "patches":
        return patch_hints(truth, rng)
    return pixel_hints(truth, rng) if kind == "pixels" else None


def _model(pool: PaintedPool, number: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The paints of the whole drawing as a model sheet has them: now and then one is missing, and some belong
    to another design."""
    own, other = pool.model_of(number), pool.model_of(int(rng.integers(len(pool))))
    own = own[rng.random(len(own)) < _ON_THE_SHEET]
    foreign = other[: int(rng.integers(_FOREIGN + 1))]
    model = np.concatenate([own[own[:, 3] > 0][: MODEL_PAINTS - len(foreign)], foreign])
    model = model * (1, 1, 1, 1 / max(float(model[:, 3].sum()), 1e-6))
    return np.concatenate([model, np.zeros((MODEL_PAINTS - len(model), 4))]).astype(np.float32)


def _plate(color: NDArray[np.uint8], cel: NDArray[np.bool_]) -> Hints:
    seen = cv2.dilate(cel.astype(np.uint8), _FRINGE) == 0
    return Hints.at(color, seen)


def _warped(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A drawing as it might have been drawn before: somewhere near, a little turned, a little smaller."""
    height, width = picture.shape[:2]
    turn, growth = rng.normal(0, _TURN / 2), 1 + rng.normal(0, _GROWTH / 2)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, growth)
    matrix[:, 2] += rng.normal(0, _SHIFT / 2, 2) * (width, height)
    moved = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved.astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A square window of a picture, its size in the batch, and whether it is turned around."""

    top: int
    left: int
    window: int
    side: int
    is_mirrored: bool

    @classmethod
    def of(cls, picture: Painted, config: ColorizerConfig, rng: np.random.Generator) -> _Cut:
        height, width = picture.packed.shape
        window = max(16, round(config.crop / rng.uniform(*config.scale_range)))
        y, x = rng.integers(height), rng.integers(width)
        if rng.random() < _ON_THE_CEL:
            inside = np.flatnonzero(picture.cel)
            y, x = divmod(int(inside[rng.integers(len(inside))]), width)
        shift_y, shift_x = rng.uniform(0.25, 0.75, 2) * window
        top = int(np.clip(y - shift_y, min(0, height - window), max(0, height - window)))
        left = int(np.clip(x - shift_x, min(0, width - window), max(0, width - window)))
        return cls(top, left, window, config.crop, bool(rng.random() < 0.5))

    def of_picture(self, picture: Painted) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.uint8]]:
        """Colour uint8[S, S, 3], cel bool[S, S], classes uint8[S, S]; white paper beyond the picture."""
        color = self._cut(picture.color, (255, 255, 255))
        packed = self._cut(picture.packed, (0,))
        smaller = self.window > self.side
        size = (self.side, self.side)
        if self.window != self.side:
            color = cv2.resize(color, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
            packed = cv2.resize(packed, size, interpolation=cv2.INTER_NEAREST)
        if self.is_mirrored:
            color, packed = color[:, ::-1], packed[:, ::-1]
        cut = Painted("", np.ascontiguousarray(color), np.ascontiguousarray(packed), -1)
        return cut.color, cut.cel, cut.classes

    def _cut(self, plane: NDArray[np.uint8], beyond: tuple[int, ...]) -> NDArray[np.uint8]:
        height, width = plane.shape[:2]
        bottom, right = self.top + self.window, self.left + self.window
        inner = plane[max(0, self.top) : min(height, bottom), max(0, self.left) : min(width, right)]
        if inner.shape[:2] == (self.window, self.window):
            return inner
        around = (max(0, -self.top), max(0, bottom - height), max(0, -self.left), max(0, right - width))
        padded = cv2.copyMakeBorder(inner, *around, cv2.BORDER_CONSTANT, value=beyond)
        return padded.astype(np.uint8, copy=False)
