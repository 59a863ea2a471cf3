"""How the drawings of a shot speak for each other."""

from __future__ import annotations

from dataclasses import dataclass

from dougagen.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ShotConfig:
    """Options of reading a shot as a whole; chosen on held-out clips that are not scored (from 1,600,000)."""

    lines: int = 240
    """Height at which drawings are compared place by place."""
    follow_lines: int = 480
    """Height at which points of the background are followed from drawing to drawing."""
    window: int = 24
    """Drawings that are read together at most …"""
    window_bytes: int = 256 << 20
    """… and bytes of what is kept of them at full size: 12 drawings at 1080 lines, 3 of 4K."""
    context: int = 12
    """Drawings before a window that still speak in it, at ``lines`` only."""
    tolerance: float = 4.0
    """Levels by which one paint at one place may differ between drawings …"""
    still_contrast: float = 0.3
    """… and share of the local contrast, where the camera stands …"""
    moving_contrast: float = 0.25
    """… and where it moves."""
    penalty: float = 1.0
    """Log odds against a second background at a place where one has been seen."""
    layered: tuple[float, float] = (0.02, 0.06)
    """Share of the places that show two backgrounds from which the penalty shrinks, and where none is left:
    a parallax of three layers has .06 to .3, one painted background .001 to .02."""
    power: float = 0.25
    """A paint that n drawings show speaks n ** power times as loud as one drawing: held drawings repeat the
    network's mistakes too. At .5 a pan gains more (error × .24 instead of .33), and a coarsely coded clip in
    which the network is wrong loses .006."""
    moving: float = 2.5
    """Log odds for cel or background where a place follows the one's move and not the other's."""
    moving_levels: float = 6.0
    """Levels by which the one must explain a place better for that."""
    core: int = 4
    """Pixels at ``lines`` that a change must be wide: along borders each drawing's own reading is sharper."""
    mends_borders: bool = True
    """Whether masks end where picture and background plate part (``borders``)."""
    paint_weight: float = 0.5
    """Share of what a paint has elsewhere in the shot in the decision about its fill here."""
    largest_plate: float = 8.0
    """Frames' areas that a plate may cover; a longer pan begins another plate."""

    def __post_init__(self) -> None:
        if not 32 <= self.lines <= self.follow_lines <= 2160:
            raise ConfigError(f"a shot needs 32 ≤ lines ≤ follow_lines ≤ 2160, got {self}")
        if not (1 <= self.window <= 1000 and 0 <= self.context <= 1000 and self.window_bytes > 0):
            raise ConfigError(f"a shot needs window in [1, 1000] and context in [0, 1000], got {self}")
        if not 0 <= self.layered[0] < self.layered[1] <= 1:
            raise ConfigError(f"a shot needs two rising shares in layered, got {self}")
        if not (self.tolerance > 0 and self.moving_levels > 0 and self.largest_plate >= 1 and self.core >= 1):
            raise ConfigError(f"a shot needs levels, core and largest_plate over 0, got {self}")

    def window_of(self, height: int, width: int) -> int:
        """Drawings of one size that are read together: ten bytes a pixel each, color, odds, classes."""
        return max(2, min(self.window, self.window_bytes // (10 * height * width)))
