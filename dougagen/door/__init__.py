"""THE DOOR: the functions behind ``import dougagen as dg``.

They translate, as the command line does: what they offer is done in the rooms, for both. Progress bars for
Python live here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from contextlib import ExitStack
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack, cast

from dougagen.door.progress import FramesOfRun, bar
from dougagen.errors import UsageError, quoted
from dougagen.files import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dougagen.config import ExtractConfig
    from dougagen.domain import Drawing, Episode, Triplet
    from dougagen.footage import Footage, Timesheet
    from dougagen.reconstruction import NetworkReconstructor
    from dougagen.runs import RunReport

    Picture = NDArray[np.uint8] | str | PathLike[str] | Drawing

AnyPath = str | PathLike[str]
Seconds = int | float | Fraction | str
"""Seconds, or text: ``"90"``, ``"1:30"``, ``"0:01:30.5"``."""
SCENE_LINES = (120, 2160)


class FootageOptions(TypedDict, total=False):
    """How an episode is read; as the options of ``dougagen probe``."""

    start: Seconds
    """Begin here; indices of frames stay absolute."""
    stop: Seconds
    """End before here."""
    square_pixels: bool
    keep_bars: bool
    skip_chapters: str
    """A regular expression on the titles of chapters."""
    decode: Literal["auto", "cpu", "cuda"]


class NetworkOptions(TypedDict, total=False):
    """How pictures are read; as the options of ``dougagen extract``."""

    models: AnyPath
    """Folder with ``cel.safetensors`` and ``douga.safetensors``; default: the weights that ship."""
    device: str
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``."""
    batch_size: int
    precision: Literal["auto", "fp32", "bf16", "fp16"]
    backend: Literal["torch", "compiled", "openvino"]
    color_cut: bool
    refine: bool


class ExtractKeywords(FootageOptions, NetworkOptions, total=False):
    """The options of ``dougagen extract``: the same names, the same defaults."""

    together: bool
    """The drawings of a shot are read together; without it each alone."""
    max_drawings: int
    reject: Iterable[str]
    """Flags with which a drawing becomes no record."""
    repeats: Literal["keep", "mark", "drop"]
    color_codec: Literal["png", "webp", "jxl"]
    """``jxl`` needs ``pip install 'dougagen[jxl]'``."""
    lines: int
    """Pictures of more lines are stored at so many."""
    on_existing: Literal["error", "skip", "redo"]
    repair: bool
    jobs: int
    stall: float
    """Seconds without a sign of life from a decoder."""
    decoder_memory: float
    """GiB."""
    ray: bool
    """On a Ray cluster; ``jobs`` are episodes at once. Needs ``pip install 'dougagen[ray]'``."""
    ray_address: str
    """``HOST:PORT`` or ``auto``; without it the cluster is this machine alone."""
    ray_gpus: float
    """Of each worker."""
    ray_cpus: float


def drawings(
    episode: AnyPath, *, progress: bool = True, **options: Unpack[FootageOptions]
) -> Iterator[Drawing]:
    """Each distinct drawing of an episode, in order, as ``extract`` finds it; memory does not grow.

    A drawing has its ``image`` (uint8[H, W, 3]), its ``exposures`` and its flags. No network is needed.
    Raises EpisodeError, at once where the file cannot be opened; ConfigError for a wrong option.
    """
    return _followed(*_footage(episode, _config(options)), progress=progress)


def timesheet(episode: AnyPath, *, progress: bool = True, **options: Unpack[FootageOptions]) -> Timesheet:
    """Shots and exposures of an episode: which drawing is on screen from where to where; no networks.

    Raises EpisodeError, ConfigError.
    """
    from dougagen.footage import Timesheet

    opened, footage, copies = _footage(episode, _config(options), for_timing=True)
    drawings = _followed(opened, footage, copies, progress=progress)
    return Timesheet.of(drawings, frame_rate=opened.frame_rate)


def reconstruct(
    pictures: Iterable[Picture] | Picture,
    *,
    networks: NetworkReconstructor | None = None,
    progress: bool = True,
    **options: Unpack[NetworkOptions],
) -> Iterator[Triplet]:
    """Color, cel mask and douga of each picture, in order, a batch at a time.

    A picture is a uint8[H, W, 3] array, a PNG or JPEG file, or a ``Drawing``; one alone will do. The networks
    are loaded at each call; ``networks=dg.NetworkReconstructor.load()`` hands over loaded ones. Raises
    WeightsError, DeviceError and ConfigError at once, DomainError or LabelError at a picture that cannot be
    read.
    """
    from dougagen.runs import ExtractOptions

    if networks is None:
        networks = ExtractOptions.of(options).networks()(0, 1)
    elif options:
        raise UsageError(
            f"networks that are already loaded cannot take {min(options)}", remedy="give it to load()"
        )
    several = _several(pictures)
    total = len(several) if isinstance(several, Sized) else None
    return _counted(networks.triplets(map(_picture, several)), total, progress=progress)


def extract(
    episodes: Iterable[AnyPath] | AnyPath,
    *,
    out: AnyPath,
    progress: bool = True,
    **options: Unpack[ExtractKeywords],
) -> RunReport:
    """What ``dougagen extract`` does: files, folders or globs become rows of the dataset in ``out``.

    Committed episodes are skipped. One that fails is in the report's ``failed``, and logged; the others are
    committed. Raises UsageError, ConfigError, DeviceError, WeightsError where nothing can be done at all.
    """
    from dougagen.runs import ExtractOptions
    from dougagen.runs import extract as run

    several = [episodes] if isinstance(episodes, str | PathLike) else list(episodes)
    said = ExtractOptions.of(options)
    with FramesOfRun(progress=progress) as events:
        return run(map(str, several), place(out), options=said, events=events)


def scene(seed: int, *, lines: int | None = None, profile: str | None = None) -> Triplet:
    """The studio's scene of a seed, with its exact truth; the same bytes for the same arguments.

    ``lines`` draws a whole 16:9 frame of that height; without it the scene is a window of a frame, as
    training sees it. ``profile`` is ``training`` (the default) or ``natural``; seeds from 1,000,000 belong to
    the held-out family, whatever it is. Raises UsageError, ConfigError.
    """
    from dougagen.studio import make_scene, profile_of, whole_frame

    if seed < 0:
        raise UsageError(f"a seed must not be negative, got {seed}")
    low, high = SCENE_LINES
    if lines is not None and not low <= lines <= high:
        raise UsageError(f"a scene has {low} to {high} lines, got {lines}")
    window = None if lines is None else whole_frame(lines)
    return make_scene(seed, window=window, profile=profile_of(seed, profile))


def _config(options: FootageOptions) -> ExtractConfig:
    from dougagen.runs import ExtractOptions

    return ExtractOptions.of(options).config()


def _footage(
    path: AnyPath, config: ExtractConfig, *, for_timing: bool = False
) -> tuple[Episode, Footage, ExitStack]:
    """And what has to be let go when all is read: the copy of a file in a store."""
    from dougagen.footage import on_this_machine, open_episode, read_footage, video_place

    with ExitStack() as stack:
        opened = open_episode(stack.enter_context(on_this_machine(video_place(path))))
        footage = read_footage(
            opened,
            config=config.footage.for_timing() if for_timing else config.footage,
            start=config.start,
            stop=config.stop,
            decode_on=config.decode_on,
        )
        return opened, footage, stack.pop_all()


def _followed(episode: Episode, footage: Footage, copies: ExitStack, *, progress: bool) -> Iterator[Drawing]:
    """The drawings under a bar of frames; the file is let go at the end, however that comes."""
    with (
        copies,
        footage,
        bar(progress, name=quoted(episode.path.name), unit="frames", total=episode.announced_frames) as shown,
    ):
        for drawing in footage:
            shown.update(footage.counts.frames_decoded - shown.n)
            yield drawing
        shown.update(footage.counts.frames_decoded - shown.n)


def _counted(triplets: Iterator[Triplet], total: int | None, *, progress: bool) -> Iterator[Triplet]:
    with bar(progress, name="reconstruct", unit="pictures", total=total) as shown:
        for triplet in triplets:
            shown.update(1)
            yield triplet


def _several(pictures: Iterable[Picture] | Picture) -> Iterable[Picture]:
    """The pictures; one that stands alone is a series of one."""
    if isinstance(pictures, str | PathLike) or not isinstance(pictures, Iterable):
        return [pictures]
    return [cast("Picture", pictures)] if getattr(pictures, "ndim", 0) in (2, 3) else pictures


def _picture(picture: Picture) -> NDArray[np.uint8]:
    """uint8[H, W, 3]; what is transparent lies over white."""
    from dougagen.domain import Drawing

    if isinstance(picture, Drawing):
        return picture.image
    if not isinstance(picture, str | PathLike):
        return picture
    from dougagen.labels import read_picture

    return read_picture(Path(picture))
