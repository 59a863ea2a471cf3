"""How the drawings of a shot speak for each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from dougagen.errors import ConfigError


@dataclass(frozen=True, slots=True)
class FollowConfig:
    """How background and figures are followed from drawing to drawing (``alignment``)."""

    believed: float = 0.5
    """Log odds from which a place counts as cel, and under their negative as background."""
    most_points: int = 400
    fewest_points: int = 8
    back: float = 0.5
    """px; a point that is not found again on the way back is lost."""
    follows: float = 0.7
    """px from where the similarity brings a point."""
    others: float = 1.5
    """px from where another move brings a point, for it not to follow that one."""
    share: float = 0.35
    """Of the points that must follow it."""
    straight: float = 0.002
    """Scale or turn below which a move is a shift …"""
    stands: float = 0.25
    """… and px below which it is none."""
    same: int = 5
    """Levels of luma by which what stands still may differ …"""
    same_color: int = 10
    """… and of its largest channel, for colour is coded coarser, …"""
    still: float = 0.97
    """… on this share of the background, where nothing moved …"""
    enough: float = 0.002
    """… and so much of the picture must be background to say so."""
    laid: float = 0.9
    """Share of a background without corners that a shift must lay on the same …"""
    better: float = 0.33
    """… and share of what standing leaves that it may leave, to be believed."""
    apart: float = 1.0
    """px at ``ShotConfig.lines`` by which background and figures must move differently everywhere."""
    moved: float = 0.2
    """px at ``ShotConfig.lines``; a shot whose drawings lie nearer to each other stands."""
    slid: float = 0.5
    """px of the picture that a layer must lie beside its first place for a move to be told."""


@dataclass(frozen=True, slots=True)
class AreaVoteConfig:
    """What the moves of background and figures say of a whole area (``area_votes``)."""

    for_cel: float = 5.0
    """Log odds where an area goes with the figures …"""
    for_background: float = 3.0
    """… and where it goes with the background. Of twelve shots for choosing, a hundredth of the cel does: it
    stands on the ground. With 4 a figure that stands beside one that walks is lost."""
    figures_rim: tuple[float, float] = (0.3, 0.5)
    """Share of its rim that must go with the figures: less says nothing, more says all …"""
    figures_lead: tuple[float, float] = (0.85, 0.97)
    """… and by how much they must lead, as a share of both."""
    background_rim: tuple[float, float] = (0.15, 0.3)
    """The same for the background: a part of the rim is enough …"""
    background_lead: tuple[float, float] = (0.5, 0.8)
    """… and less of a lead."""
    heard: float = 0.1
    """Of −1 to 1: from there a pair of drawings has said something of a place."""
    smallest: int = 30
    """Pixels of an area that is asked."""
    flat: int = 10
    """Levels of local contrast below which a place is the inside of an area …"""
    beside: float = 3.0
    """… and px of what is mixed beside it that belong to it."""
    parted: float = 12.0
    """px at ``ShotConfig.lines`` by which background and figures must part in the end …"""
    followed: float = 0.4
    """… and share of the steps in which figures must have been followed."""
    wandered: float = 4.0
    """px at ``ShotConfig.lines`` by which the background must wander on the screen, for what goes with it to
    be background: where it stands a held figure does, too."""
    strong: float = 1.5
    """Log odds of a word that is counted for …"""
    figures: float = 0.2
    """… this share of the believed cel that says whose move it follows: so much of it must go with the
    figures, else a hand's move was taken for the whole figure's."""
    shared: float = 0.33
    """Share of the drawings of a place that must have a word, for it to be that of all."""
    against: float = 0.5
    """Log odds of a word without which a shot does not turn over what a drawing itself is sure of …"""
    sure: float = 1.0
    """… by so much, where it read background."""

    def __post_init__(self) -> None:
        for name in ("figures_rim", "figures_lead", "background_rim", "background_lead"):
            first, second = getattr(self, name)
            if not 0 <= first < second <= 1:
                raise ConfigError(
                    f"votes of areas need two rising shares in {name}, got {first:g}, {second:g}"
                )
        if self.smallest < 1 or not 0 < self.shared <= 1:
            raise ConfigError(f"votes of areas need smallest ≥ 1 and shared in (0, 1], got {self}")


@dataclass(frozen=True, slots=True)
class MoveVoteConfig:
    """What the moves of background and figures say of a place (``shot_evidence``)."""

    goes_with: float = 0.15
    """Of −1 to 1: from there a place goes with the figures …"""
    believed_share: float = 0.5
    """… and so much of that must be cel for the networks."""
    explained: float = 4.0
    """Levels, over 5×5 pixels, that the better of two moves may leave to be heard. A background that the
    figure covers in the other drawing is explained by neither, but here and there by chance."""
    far: tuple[float, ...] = (12.0, 36.0)
    """px at ``ShotConfig.lines`` by which they differ in drawings that are compared over a distance."""
    loudest: float = 2.5
    """Times two neighbours' word, where drawings farther apart say the same."""
    loud: float = 4.0
    """Log odds by moves alone that places do not outvote: more than two neighbours can say."""
    steep: float = 1.5
    """Two neighbours that agree by two thirds say all there is to say."""
    areas: AreaVoteConfig = field(default_factory=AreaVoteConfig)


@dataclass(frozen=True, slots=True)
class HidingConfig:
    """When an area hides the background, where the camera stands (``hiding_votes``)."""

    for_cel: float = 4.0
    """Log odds of an area that does; one that is surely background for the networks stays it."""
    surer: float = 1.0
    """Log odds by which the background must be more surely background than what hides it."""
    edge: float = 3.0
    """Levels a pixel by which luma rises at an edge of the background."""
    seen: float = 0.25
    """Share of that rise which is left at least where the edge is seen through a shadow or a light."""
    hidden: float = 0.8
    """Share of the edges under an area that must be hidden …"""
    fewest: int = 30
    """… and pixels of edges at ``ShotConfig.lines`` from which an area is asked."""

    def __post_init__(self) -> None:
        if not (self.edge > 0 and 0 <= self.seen < 1 and 0 < self.hidden <= 1 and self.fewest >= 1):
            raise ConfigError(
                f"votes of what hides need edge over 0, shares in [0, 1] and fewest ≥ 1, got {self}"
            )


@dataclass(frozen=True, slots=True)
class PlaceConfig:
    """Which paints stand at a place (``places``)."""

    paints: int = 4
    """That are told apart; the one seen least gives way to a fifth."""
    surely: float = 1.0
    """Log odds under whose negative a paint counts as background, seen twice."""
    sure: float = 9.0
    """Log odds; more than that no votes say."""
    largest: float = 6.0
    """Pictures' areas; drawings that lie farther apart are compared in two halves."""


@dataclass(frozen=True, slots=True)
class PaintConfig:
    """Which paints are one, wherever they stand, and what that says of their fills (``shot_fills``)."""

    levels: int = 8
    """Paints nearer than that are one."""
    flat: float = 10.0
    """Levels of local contrast; where there are more, two paints are mixed."""
    fewest: int = 40
    """Pixels from which a paint has an opinion."""
    weight: float = 0.6
    """Share of what a paint has elsewhere in the shot in the decision about its fill here …"""
    alike: float = 0.8
    """… all of it where a paint has one fill within each drawing, none where so few of its pixels have the
    one that most have: a white that is a shirt and a light at once says nothing of the white beside it."""
    own: float = 0.08
    """Share of what an area was called in its own drawing. Without it rare fills drown in the vote (IoU of
    the fills in ten clips .784, read alone .777); with .15 it is .790, but more flickers, with .5 2.4 %."""


@dataclass(frozen=True, slots=True)
class BorderConfig:
    """Where picture and background plate part along the border of a mask (``borders``)."""

    rim: float = 1 / 180
    """Of the lines; so far from its border a mask may be wrong, and a plate shows nothing there."""
    levels: float = 4.0
    """Of luma; the least that counts as a difference …"""
    contrast: float = 0.35
    """… and share of the local contrast: places are known to a fraction of a pixel."""
    noise: float = 95.0
    """Percentile of the background's differences, taken for noise."""
    color: float = 2.0
    """Colour is coded coarser than luma: so many times what luma may …"""
    color_more: float = 4.0
    """… and levels."""
    differs: float = 1.4
    """Times what noise explains."""
    clearly: float = 2.0
    """… which a border's figure must reach somewhere, for its equal to be no chance."""
    surely: float = 3.0
    """… and a neighbour, for a pixel to be a mixture of it and the background."""
    half: float = 0.5
    """Share of the cel in such a pixel."""
    around: float = 1 / 12
    """Of the lines; so large is the neighbourhood whose background must equal the plate …"""
    strange: float = 0.05
    """… but for this share."""
    fewest: int = 500
    """Pixels of background that tell the noise."""

    def rim_of(self, height: int) -> int:
        """Pixels at a picture's height within which masks are mended, and left out of plates."""
        return max(1, round(height * self.rim))


@dataclass(frozen=True, slots=True)
class PlateConfig:
    """How the background plate is put together (``plate_maker``)."""

    same: int = 12
    """Levels; a place that differs by more shows something else."""
    most: int = 60
    """Drawings that a place remembers; with them it follows slow changes."""
    agreed: float = 0.2
    """Share of its drawings by which those that agree on a place must outnumber the others, for it to be
    known: three of five."""
    largest: float = 8.0
    """Frames' areas that a plate may cover; a longer pan begins another plate."""
    largest_pixels: int = 32_000_000
    """Of a plate, whatever the size of its frames, where these are smaller."""
    whole: float = 0.02
    """px; a shift so near to whole pixels is not resampled."""


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
    doubt: float = 0.8
    """Log odds against cel where drawings disagree about one paint at one place and the camera stands: two
    thirds of what such votes called cel by less than 1 were background. Under moving cameras it loses cel."""
    wandered: float = 10.0
    """px at ``lines`` by which the background must pass the middle of the frame. Where it does not, a camera
    that shakes or zooms, figures keep their places on it: drawings repeat each other's mistakes, and are
    heard only where a whole area's move speaks."""
    moving: float = 2.5
    """Log odds for cel or background where a place follows the one's move and not the other's."""
    moving_levels: float = 6.0
    """Levels by which the one must explain a place better for that."""
    core: int = 4
    """Pixels at ``lines`` that a change must be wide: along borders each drawing's own reading is sharper."""
    mends_borders: bool = True
    """Whether masks end where picture and background plate part (``borders``)."""
    follow: FollowConfig = field(default_factory=FollowConfig)
    moves: MoveVoteConfig = field(default_factory=MoveVoteConfig)
    hiding: HidingConfig = field(default_factory=HidingConfig)
    places: PlaceConfig = field(default_factory=PlaceConfig)
    paints: PaintConfig = field(default_factory=PaintConfig)
    borders: BorderConfig = field(default_factory=BorderConfig)
    plate: PlateConfig = field(default_factory=PlateConfig)

    def __post_init__(self) -> None:
        if not 32 <= self.lines <= self.follow_lines <= 2160:
            raise ConfigError(f"a shot needs 32 ≤ lines ≤ follow_lines ≤ 2160, got {self}")
        if not (1 <= self.window <= 1000 and 0 <= self.context <= 1000 and self.window_bytes > 0):
            raise ConfigError(f"a shot needs window in [1, 1000] and context in [0, 1000], got {self}")
        if not 0 <= self.layered[0] < self.layered[1] <= 1:
            raise ConfigError(f"a shot needs two rising shares in layered, got {self}")
        if not (self.tolerance > 0 and self.moving_levels > 0 and self.plate.largest >= 1 and self.core >= 1):
            raise ConfigError(
                f"a shot needs levels and core over 0, and plates of a frame or more, got {self}"
            )
        if not (1 <= self.places.paints <= 8 and 1 <= self.paints.levels <= 64 and self.plate.most <= 255):
            raise ConfigError(
                f"a shot needs paints in [1, 8], levels in [1, 64] and most up to 255, got {self}"
            )

    def window_of(self, height: int, width: int) -> int:
        """Drawings of one size that are read together: ten bytes a pixel each, color, odds, classes."""
        return max(2, min(self.window, self.window_bytes // (10 * height * width)))
