"""One exposure: the frames that show a drawing, what went on in them, the picture that stands for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame, FrameSpan, Measure, TurnedMove
from dougagen.footage.motion import Move

Camera = Literal["still", "pan", "zoom", "layers"]
"""How the picture moves: not at all, as one, as one with a change of scale or a turn, in parts that part."""
_CAMERAS: tuple[Camera, ...] = ("still", "pan", "zoom", "layers")


@dataclass(frozen=True, slots=True)
class Step:
    """How a part of the picture moved from the frame before to this one."""

    move: Move
    """In pixels of the frame."""
    share: float = 1.0
    """How much of the picture follows it, [0, 1]; the rim counts more (``layers``)."""


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What a frame shows beside its drawing, against the frame before it."""

    camera: Camera = "still"
    motion: float = 0.0
    """Pixels of the frame that its fastest layer moved."""
    relit: bool = False
    """The light changed: a fade, an exposure change, a flash that goes."""
    in_dissolve: bool = False
    """Two shots are mixed."""
    in_flash: bool = False
    """A flash or an explosion covers the picture."""
    steps: tuple[Step, ...] = ()
    """How its layers moved, one that stands beside them included; empty where all stands."""
    guesses: tuple[Step, ...] = ()
    """What points followed where no move was believed: frames nearby may say that these are moves."""
    layer_moves: tuple[TurnedMove, ...] = ()
    """Where its layers lie against the first frame of the shot (``tracks``)."""

    @property
    def moved(self) -> bool:
        """Whether pixels lie elsewhere, or are lighter or darker, than in the frame before."""
        return self.camera != "still" or self.relit or self.in_dissolve or self.in_flash


NOTHING_MOVED = FrameFacts()


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What went on in the frames of an exposure while its drawing stood."""

    camera: Camera = "still"
    """The most that any of its frames did."""
    moving: float = 0.0
    """Share of the frames in which the camera or a layer moved, [0, 1]."""
    motion: float = 0.0
    """Pixels a frame that the fastest layer moved, the mean over the frames in which one did."""
    in_fade: bool = False
    """Some frame of it is lighter or darker than the one before, and no flash."""
    in_dissolve: bool = False
    in_flash: bool = False

    @classmethod
    def of(cls, frames: Iterable[FrameFacts]) -> HoldFacts:
        """The sum of what each frame shows."""
        known = list(frames)
        moving = [frame.motion for frame in known if frame.camera != "still"]
        return cls(
            camera=max((frame.camera for frame in known), key=_CAMERAS.index, default="still"),
            moving=len(moving) / max(len(known), 1),
            motion=sum(moving) / max(len(moving), 1),
            in_fade=any(frame.relit and not frame.in_flash for frame in known),
            in_dissolve=any(frame.in_dissolve for frame in known),
            in_flash=any(frame.in_flash for frame in known),
        )

    def measures(self) -> tuple[Measure, ...]:
        """What a drawing's record says of them."""
        known = [("moving", self.moving)] + ([("motion", self.motion)] if self.camera != "still" else [])
        known += [(name, 1.0) for name in ("in_fade", "in_dissolve", "in_flash") if getattr(self, name)]
        return tuple(Measure(name, value) for name, value in known)


_NOTHING_HAPPENED = HoldFacts()


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """One exposure and the picture that stands for it."""

    shot_index: int
    span: FrameSpan
    frame: Frame
    """The frame that ``image`` shows, one of ``span``."""
    facts: HoldFacts = _NOTHING_HAPPENED
    image: NDArray[np.uint8] | None = None
    """uint8[H, W, 3]: RGB; None where no picture was asked for."""
    layer_moves: tuple[TurnedMove, ...] = ()
    """Where camera and layers lie in each of its frames."""


class PictureOfHold(Protocol):
    """Makes the picture of an exposure from its frames. Keeps a bounded number of them, however long it is.

    ``begin`` is called with the first frame of each exposure, ``add`` with each one after it, ``finish`` at
    its end; then the next exposure begins. Frames come some frames late, each once, in order.
    """

    def begin(self, frame: Frame) -> None:
        """An exposure begins with ``frame``; what is left of the one before is forgotten."""
        ...

    def add(self, frame: Frame, moved: bool) -> None:
        """``frame`` shows the same drawing; ``moved``: camera, layers or light changed since ``begin``."""
        ...

    def finish(self) -> tuple[NDArray[np.uint8], Frame]:
        """The picture, uint8[H, W, 3] RGB, and the frame that it stands for."""
        ...


PictureMaker = Callable[[], PictureOfHold]


class FirstFrame:
    """The picture of an exposure is its first frame's."""

    def begin(self, frame: Frame) -> None:
        """Keep ``frame``."""
        self._frame = frame

    def add(self, frame: Frame, moved: bool) -> None:
        """Look away."""

    def finish(self) -> tuple[NDArray[np.uint8], Frame]:
        """The first frame in colour."""
        return self._frame.rgb(), self._frame
