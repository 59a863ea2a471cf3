"""What counts as a change from frame to frame: the configs of all that ``changes`` asks, in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from dougagen.footage.differences import ANALYSIS_LINES
from dougagen.footage.following import FollowingConfig
from dougagen.footage.glow import GlowConfig
from dougagen.footage.layer_votes import VoteConfig
from dougagen.footage.layers import LayersConfig
from dougagen.footage.light import LightConfig
from dougagen.footage.motion import MotionConfig
from dougagen.footage.shots import CutConfig
from dougagen.footage.subtitles import SubtitleConfig
from dougagen.footage.weather import WeatherConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveConfig:
    """When a move that points follow is believed. Pixels are those of the analysis plane."""

    whole_picture: float = 0.5  # share of the points; a move that so many follow is the camera's
    most_soft: float = 0.3  # share of the blocks that stir; where more do, no background stands that is soft
    soft: float = 1.0  # levels by which a move would change a block of it …
    stood: float = 0.5  # … and share of them that it may change if it stands …
    denied: float = 0.5  # … as so many of these blocks do where the move is a cel's
    # … and share of that by which most of them change, above which they do not stand but go more slowly:
    # what stands has 0.00, a layer at a quarter of the pace 0.28
    creeps: float = 0.15
    textured: float = 6.0  # levels, mean contrast of a block that shows whether it moved
    stirred: float = 0.3  # share of those blocks; a camera that moves stirs more
    pulled: float = 0.35  # share of the points that changed and do not stand; a layer that moves alone has it
    background: float = 0.25  # share of the points; a move of so many is no cel's, be it that frames repeat
    widely: float = 0.12  # share of the blocks that a background stirs which pans behind a cel
    little: float = 0.06  # share of the blocks that layers stir which move under or beside a cel
    unexplained: float = 4.0  # levels of a block that the moves found so far leave
    left_share: float = 0.003  # share of the blocks; where so many are left, another layer is looked for
    most_of_it: float = 0.6  # share of those that it must explain
    moves_in_rain: float = 0.2  # share of the points that drops take along at most; a camera takes more
    stands_in_rain: float = 0.5  # px; the picture stands that seems to move by less while it rains
    most_cameras: int = 3  # moves that are tried for the camera's while it rains
    voters: int = 12  # frames that say together how fast the layers of a shot move
    all_stand: float = 0.97  # share of the points; where so many stand, a frame is coded anew and none moves
    most_repeats: int = 2  # frames in a row that a re-encode or a pulldown may have repeated
    layer: float = 0.1  # share of the points that one of several layers has at least
    few: float = 0.05  # share of the points; where fewer move beside what stands, no layer does
    steady: float = 1.1  # px by which a layer's move may change from one frame to the next …
    hurry: float = 0.1  # … and share of it; a camera speeds up and slows down softly
    evenly: float = 0.15  # px by which the move of a cel that is pulled along changes
    nearly_all: float = 0.25  # share of what changed that a cel leaves which is pulled on over repeats
    one_layer: float = 0.6  # px; what moves so alike is one layer


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceConfig:
    """How what speaks for a new drawing is put into figures. Pixels are those of the analysis plane."""

    faintest: float = 0.15  # share of the contrast of an ordinary shot; in darker ones levels count no more
    very_few: float = 0.0005  # share of the blocks; a mouth is so small
    few: float = 0.002  # share of the blocks; the level that so many exceed …
    some: float = 0.01  # … and so many …
    half: float = 0.5  # … and half of all
    least: float = 0.02  # levels, and strength, below which nothing differs
    largest: float = 200.0  # beyond which nothing does
    unknown: float = -5.0  # what stands for the logarithm of a level that nobody measured
    far: float = 20.0  # px off any move of the frames beside it
    fastest: float = 48.0  # px of the corners; faster moves that nobody believed are not tried …
    another: float = 0.35  # px by which one that is tried differs from the others …
    most_tried: int = 3  # … at most so many …
    least_blocks: int = 3  # … where so many blocks are unexplained


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeConfig:
    """What counts as a change. Levels are 8-bit luma levels, [0, 255]."""

    tolerance: float = 0.35  # share of the local contrast, [0, 1], that coding noise may take up
    # levels: the worst block of a new drawing where the picture stands still or moves as one
    still_level: float = 5.0
    layers_level: float = 16.0  # levels: the block at `strips_share` from the worst, where layers move apart
    border_level: float = 10.0  # levels: the worst block there of what is wider than the strips they uncover
    weather_level: float = 8.0  # levels: the worst block of a new drawing where rain or snow falls
    glow_level: float = 20.0  # levels: the worst edge of a new drawing where light glows more or less
    strips_share: float = 0.002  # share of the blocks; the strips that layers uncover are fewer
    usual_contrast: float = 100.0  # levels: edges of an ordinary shot; darker shots change by less
    least_level: float = 1.5  # levels: the smallest change that is told from noise however dark the shot
    noise_share: float = 0.01  # share of the blocks; the block so far from the worst measures the noise …
    noise_factor: float = 4.0  # … and the worst must exceed it so many times …
    most_noise: float = 15.0  # levels: … up to here, above which a change of the whole picture is no noise
    most_strip_noise: float = 3.0  # levels: the same where layers move apart, for what is wider than strips
    # levels of the plain difference, edges and all: the worst block of what is redrawn by parts of a pixel …
    edge_level: float = 10.0
    edge_noise: float = 12.0  # … which must exceed the block at `noise_share` from the worst so many times
    # blocks that must surely stand beside layers which move, before they tell a redrawn cel …
    least_standing: int = 200
    standing_level: float = 3.0  # … levels of the plain difference, edges and all …
    standing_share: float = 0.03  # … by which such a share of them changes …
    standing_quiet: float = 0.25  # … and share of them from the worst, where the block lies …
    standing_noise: float = 6.0  # … that it must exceed so many times …
    # … and as many times what it was in the frame before: what moves slowly does so in every frame
    standing_before: float = 2.0
    widespread: float = 0.001  # share of changed blocks above which light and layers are looked for
    slides_alone: float = 0.3  # share of the points that changed; a cel that is pulled past a picture which
    # stands has so many, the limbs of one that is redrawn on ones fewer each
    speck_share: float = 0.25  # of a block's level that its neighbours must have …
    speck_blocks: int = 3  # … in so many of the 3×3 blocks, itself among them: the least drawing changes five
    changed_level: float = 2.5  # levels above which a block counts as changed
    cuts: CutConfig = field(default_factory=CutConfig)
    votes: VoteConfig = field(default_factory=VoteConfig)
    weather: WeatherConfig = field(default_factory=WeatherConfig)
    stirred_level: float = 1.5  # levels of plain difference; points of blocks above it are followed
    same_picture: int = 2  # levels; no pixel of a frame that repeats the one before differs by more
    most_specks: int = 8  # blocks that stand alone in one frame
    # levels; a picture of one colour that is brighter is a flash, a darker one the end of a fade
    dark: int = 60
    analysis_lines: int = ANALYSIS_LINES  # px; planes are reduced by the factor that leaves at least so many
    moves: MoveConfig = field(default_factory=MoveConfig)
    evidence: EvidenceConfig = field(default_factory=EvidenceConfig)
    following: FollowingConfig = field(default_factory=FollowingConfig)
    layers: LayersConfig = field(default_factory=LayersConfig)
    motion: MotionConfig = field(default_factory=MotionConfig)
    light: LightConfig = field(default_factory=LightConfig)
    glow: GlowConfig = field(default_factory=GlowConfig)
    subtitles: SubtitleConfig = field(default_factory=SubtitleConfig)
