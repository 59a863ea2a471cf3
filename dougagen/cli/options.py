"""Options that several commands share. None of them has a default here: see ``Owner``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.choices import LEAST_LINES, ColorCodec, OnExisting, OnRepeat
from dougagen.cli import completion
from dougagen.cli.groups import Options
from dougagen.cli.owners import Owner, TakesAddress
from dougagen.files import place

_MACHINE, _PICTURE, _REPORTS, _CLUSTER = "Machine", "Picture", "Reports", "Cluster"
_READING = "reconstruction.config:ReconstructionConfig"
_DECODING = "footage.decode:DecodeConfig"
_LIMITS = "runs.decoder:DecoderLimits"

Device = Annotated[
    str | None,
    typer.Option(
        help="auto, cpu, cuda or cuda:N.",
        metavar="DEVICE",
        autocompletion=completion.devices,
        rich_help_panel=_MACHINE,
    ),
    Owner(f"{_READING}.device"),
]
BatchSize = Annotated[
    int | None,
    typer.Option(min=0, help="Pictures at once; 0: what suits the device.", rich_help_panel=_MACHINE),
    Owner(f"{_READING}.batch_size"),
]
Precision = Annotated[
    str | None,
    typer.Option(help="auto, fp32, bf16 or fp16.", metavar="PRECISION", rich_help_panel=_MACHINE),
    Owner(f"{_READING}.precision"),
]
Backend = Annotated[
    str | None,
    typer.Option(
        help="What runs the networks: torch; compiled, which takes a while at first and is for long runs on "
        "a GPU; or openvino, for a CPU with bf16 (pip install 'dougagen\\[openvino]').",
        metavar="BACKEND",
        rich_help_panel=_MACHINE,
    ),
    Owner(f"{_READING}.backend"),
]
Refine = Annotated[
    bool | None,
    typer.Option(
        "--refine/--raw",
        help="Make strokes and even fills of what the douga network says (thesis 5.7), or leave it as it is.",
    ),
    Owner(f"{_READING}.refinement"),
]
ColorCut = Annotated[
    bool | None,
    typer.Option(
        "--color-cut/--no-color-cut",
        help="Cut the cel mask along the colours of its picture, or take what the cel network says.",
    ),
    Owner(f"{_READING}.color_cut"),
]
Together = Annotated[
    bool | None,
    typer.Option(
        "--together/--alone",
        help="Read the drawings of a shot together, with the plate of its background, or each alone.",
    ),
    Owner(f"{_READING}.shot"),
]
Dataset = Annotated[
    Path,
    typer.Argument(
        help="Folder of the dataset, or its address in a store.",
        show_default=False,
        parser=place,
    ),
    TakesAddress(),
]
Models = Annotated[
    Path | None,
    typer.Option(help="A folder with cel.safetensors and douga.safetensors; default: the weights that ship."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
Start = Annotated[str | None, typer.Option(help="Begin here: seconds or h:mm:ss.", metavar="TIME")]
Stop = Annotated[str | None, typer.Option(help="End before here: seconds or h:mm:ss.", metavar="TIME")]
MaxDrawings = Annotated[int | None, typer.Option(min=1, help="Stop after so many drawings an episode.")]
SquarePixels = Annotated[
    bool | None,
    typer.Option(
        "--square-pixels", help="Resample pictures whose pixels are not square.", rich_help_panel=_PICTURE
    ),
    Owner(f"{_DECODING}.square_pixels"),
]
KeepBars = Annotated[
    bool | None,
    typer.Option(
        "--keep-bars", help="Keep letterbox and pillarbox in the pictures.", rich_help_panel=_PICTURE
    ),
    Owner(f"{_DECODING}.keep_bars"),
]
SkipChapters = Annotated[
    str | None,
    typer.Option(
        help="Skip chapters whose title matches, in any case: 'opening|ending'.",
        metavar="REGEX",
        show_default=False,
        rich_help_panel=_PICTURE,
    ),
    Owner(f"{_DECODING}.skip_chapters"),
]
Decode = Annotated[
    str | None,
    typer.Option(
        help="auto, cpu or cuda: where video is decoded; changes no row.",
        metavar="WHERE",
        rich_help_panel=_MACHINE,
    ),
    Owner("config:ExtractConfig.decode_on"),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=64,
        help="Episodes at once, or parts of one where there are fewer episodes; 0: one for each GPU, or "
        "one; on a Ray cluster as many as it holds.",
        rich_help_panel=_MACHINE,
    ),
    Owner("runs.extraction:extract_all.jobs"),
]
PartJobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        max=64,
        help="Processes that read parts of the file at the same time; the timesheet is the same.",
        rich_help_panel=_MACHINE,
    ),
    Owner("runs.timing:timing_of.jobs"),
]
Stall = Annotated[
    float | None,
    typer.Option(
        min=1,
        help="Give up on a file when its decoder delivers nothing for so many seconds.",
        metavar="SECONDS",
        rich_help_panel=_MACHINE,
    ),
    Owner(f"{_LIMITS}.stall_seconds"),
]
DecoderMemory = Annotated[
    float | None,
    typer.Option(
        min=0.25,
        help="Give up on a file when its decoder takes more than so many GB.",
        metavar="GB",
        rich_help_panel=_MACHINE,
    ),
    Owner(f"{_LIMITS}.memory_bytes", per=2**30),
]
Ray = Annotated[
    bool | None,
    typer.Option(
        "--ray",
        help="Work on a Ray cluster; without --ray-address one of this machine that ends with the run "
        "(pip install 'dougagen\\[ray]').",
        rich_help_panel=_CLUSTER,
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        help="The cluster: HOST:PORT of its head, or auto for the one that this machine belongs to.",
        metavar="ADDRESS",
        rich_help_panel=_CLUSTER,
    ),
]
RayGpus = Annotated[
    float | None,
    typer.Option(
        help="GPUs that each worker takes: 0.25 lets four share one; by default one, if the cluster has any.",
        metavar="NUMBER",
        rich_help_panel=_CLUSTER,
    ),
]
RayCpus = Annotated[
    float | None,
    typer.Option(
        help="CPUs that each worker takes; by default one beside a GPU, else at most four and half of what "
        "the smallest node has.",
        metavar="NUMBER",
        rich_help_panel=_CLUSTER,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Warnings and errors only.", rich_help_panel=_REPORTS)
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        help="Also write every line, with its time, to the end of this file.", rich_help_panel=_REPORTS
    ),
]
Repair = Annotated[
    bool | None,
    typer.Option(
        "--repair", help="Compare the shards of committed episodes with their hashes; redo damaged ones."
    ),
    Owner("runs.worker:Plan.repair"),
]
Existing = Annotated[
    OnExisting | None,
    typer.Option(help="What to do with an episode that was committed under other options."),
    Owner("runs.worker:Plan.on_existing"),
]
Repeats = Annotated[
    OnRepeat | None,
    typer.Option(
        help="Drawings that another episode of the dataset shows, as openings do: keep them, mark them with "
        "what they repeat, or drop them.",
        rich_help_panel=_PICTURE,
    ),
    Owner("config:ExtractConfig.repeats"),
]
Reject = Annotated[
    list[str] | None,
    typer.Option(
        help="Leave out drawings with this flag; may be repeated: dark, bright, blurry, combed, text, blank, "
        "motion_blur, fade, damaged, no_cel, scaled. By default all are kept and marked.",
        metavar="FLAG",
        autocompletion=completion.flags,
        show_default=False,
        rich_help_panel=_PICTURE,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        help="A TOML file with options by their names: reject = \\['dark', 'text'], on_existing = 'skip', "
        "decoder_memory = 8. Options on the line override it.",
        metavar="FILE",
        autocompletion=completion.toml_files,
    ),
]


Codec = Annotated[
    ColorCodec | None,
    typer.Option(
        "--color-codec",
        help="How colour is stored, without loss: png, which everything opens; webp, fewer bytes in as much "
        "time; jxl, the fewest, and slow (pip install 'dougagen\\[jxl]').",
        rich_help_panel=_PICTURE,
    ),
    Owner("config:ExtractConfig.color_codec"),
]
Lines = Annotated[
    int | None,
    typer.Option(
        min=LEAST_LINES,
        help="Store pictures of more lines at so many; the networks read them as they are.",
        rich_help_panel=_PICTURE,
    ),
]


class MachineOptions(Options):
    """Which machine reads, as ``ReconstructionConfig.of`` takes it."""

    device: Device
    batch_size: BatchSize
    precision: Precision


class BackendOptions(MachineOptions):
    """And what runs the networks."""

    backend: Backend


class ReadingOptions(MachineOptions):
    """And what is made of what the networks say."""

    color_cut: ColorCut
    refine: Refine


class SpanOptions(Options):
    """Which part of an episode."""

    start: Start
    stop: Stop


class PartOptions(SpanOptions):
    """And how much of it."""

    max_drawings: MaxDrawings


class PictureOptions(Options):
    """In what shape frames are handed out, as ``DecodeConfig`` takes it."""

    square_pixels: SquarePixels
    keep_bars: KeepBars
    skip_chapters: SkipChapters


class ExtractionOptions(Options):
    """All that ``ExtractOptions`` takes, in the order of ``extract --help``."""

    device: Device
    batch_size: BatchSize
    precision: Precision
    backend: Backend
    models: Models
    color_cut: ColorCut
    refine: Refine
    together: Together
    start: Start
    stop: Stop
    max_drawings: MaxDrawings
    reject: Reject
    repeats: Repeats
    color_codec: Codec
    lines: Lines
    on_existing: Existing
    square_pixels: SquarePixels
    keep_bars: KeepBars
    skip_chapters: SkipChapters
    decode: Decode
    repair: Repair
    jobs: Jobs
    stall: Stall
    decoder_memory: DecoderMemory
    ray: Ray
    ray_address: RayAddress
    ray_gpus: RayGpus
    ray_cpus: RayCpus
