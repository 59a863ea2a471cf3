"""What the frames before have shown of the layers of a shot."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.evidence import Residue
from dougagen.footage.layers import BorderMemory
from dougagen.footage.motion import STANDING, Move
from dougagen.footage.pairs import Pair


@dataclass(slots=True)
class Seen:
    """What the frames before have shown of the layers."""

    config: ChangeConfig
    moves: tuple[Move, ...] = ()
    """Those of the frame before. A layer is pulled along on ones: what moves on twos or threes is redrawn."""
    repeats: int = 0
    """Frames since then that only repeat the one before, as a pulldown or a re-encode leaves them."""
    borders: BorderMemory = field(init=False)

    left_over: tuple[Move, ...] = ()
    """The shifts of what the layers of this frame left unexplained …"""
    left_over_before: tuple[Move, ...] = ()
    """… and those of the frame before."""
    earlier: AnalysisPlane | None = None
    """The frame two before, where it is of the same shot."""
    weather: deque[bool] = field(init=False)
    """Whether it rained in the last frames."""
    votes: deque[tuple[Move, ...]] = field(init=False)
    """The shifts that points followed in the last frames."""
    followed: tuple[Move, ...] = ()
    """What points followed in it, believed or not."""
    stood: float | None = None
    """How strongly what stood beside its layers differed; None where nothing did, so far."""
    residue: Residue = field(default_factory=Residue)
    last: Pair | None = None
    """The last frame that did not only repeat the one before."""

    @property
    def rains(self) -> bool:
        """Whether it has been raining for a while."""
        fell, known = sum(self.weather), self.config.weather
        return fell >= max(known.seen, known.shown * len(self.weather))

    def __post_init__(self) -> None:
        self.borders = BorderMemory(self.config.layers)
        self.votes = deque(maxlen=self.config.moves.voters)
        self.weather = deque(maxlen=self.config.moves.voters)

    def forget(self) -> None:
        """Another shot begins. Where no layer moves with the cut, nothing is left of the one before."""
        self.borders = BorderMemory(self.config.layers)
        self.votes.clear()
        self.weather.clear()
        self.left_over = self.left_over_before = ()
        self.stood = None
        self.residue = Residue()
        if not self.moves:
            self.followed, self.last, self.repeats = (), None, 0

    def remember(self, moves: tuple[Move, ...], pair: Pair) -> None:
        """The moves of one more frame; those of a frame that is repeated are kept for the one after it."""
        if pair.repeats and self.repeats < self.config.moves.most_repeats:
            self.repeats += 1
        else:
            stands = not moves and bool(self.votes) and pair.most_points_stand()
            if stands and (self.repeats or not pair.shifts_of(self.config.moves.few)):
                self.votes.clear()  # where the layers set off again they go elsewhere, and at another pace
            else:
                # No vote for what was believed because of votes: it would be believed for ever.
                self.votes.append((*pair.shifts, *self.left_over))
            self.moves, self.repeats = (STANDING, *moves) if moves else (), 0
            self.followed, self.last = pair.followed, pair
            self.left_over_before, self.left_over = self.left_over, ()
