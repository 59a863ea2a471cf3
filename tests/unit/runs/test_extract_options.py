"""What an extraction is told: by the line, by a file below it, and nothing where nobody says anything."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from dougagen.config import ExtractConfig
from dougagen.errors import ConfigError, UsageError
from dougagen.footage import DecodeConfig, FootageConfig
from dougagen.reconstruction import ColorCutConfig, ReconstructionConfig, RefinementConfig
from dougagen.runs import DecoderLimits, ExtractOptions, LoadNetworks, Plan, extract, read_extract_options


def written(folder: Path, text: str) -> Path:
    path = folder / "night.toml"
    path.write_text(text)
    return path


def test_what_nobody_says_is_the_configs_own(tmp_path: Path) -> None:
    assert ExtractOptions().plan(tmp_path) == Plan(tmp_path)
    assert ExtractOptions().networks() == LoadNetworks()
    assert ReconstructionConfig.of({}) == ReconstructionConfig()


def test_every_option_reaches_the_config_that_owns_it(tmp_path: Path) -> None:
    said = read_extract_options(
        written(
            tmp_path,
            """
            models = "trained"
            device = "cpu"
            batch_size = 3
            precision = "fp32"
            backend = "openvino"
            color_cut = false
            refine = true
            start = "0:01:30.5"
            stop = 120
            max_drawings = 7
            reject = ["dark", "text"]
            repeats = "drop"
            square_pixels = true
            keep_bars = true
            skip_chapters = "opening|ending"
            decode = "cpu"
            on_existing = "redo"
            repair = true
            jobs = 2
            stall = 30
            decoder_memory = 1.5
            """,
        )
    )
    decoding = DecodeConfig(square_pixels=True, keep_bars=True, skip_chapters="opening|ending")
    assert said.plan(tmp_path) == Plan(
        tmp_path,
        ExtractConfig(
            footage=FootageConfig(decoding=decoding),
            start=Fraction(181, 2),
            stop=Fraction(120),
            max_drawings=7,
            reject=("dark", "text"),
            repeats="drop",
            decode_on="cpu",
        ),
        on_existing="redo",
        repair=True,
        limits=DecoderLimits(stall_seconds=30.0, memory_bytes=3 << 29),
    )
    assert said.jobs == 2
    load = said.networks()
    assert load.models == Path("trained")
    assert ReconstructionConfig.of(load.reading) == ReconstructionConfig(
        device="cpu", batch_size=3, precision="fp32", backend="openvino", color_cut=None
    )


def test_a_switch_that_is_off_leaves_a_step_out() -> None:
    off = ReconstructionConfig.of({"color_cut": False, "refine": False})
    assert (off.color_cut, off.refinement) == (None, None)
    on = ReconstructionConfig.of({"color_cut": True, "refine": True})
    assert (on.color_cut, on.refinement) == (ColorCutConfig(), RefinementConfig())


def test_the_line_goes_before_the_file(tmp_path: Path) -> None:
    file = read_extract_options(written(tmp_path, 'on_existing = "skip"\nrefine = true\njobs = 3\n'))
    said = ExtractOptions.of({"refine": False, "on_existing": "redo"}).over(file)
    assert said == ExtractOptions(refine=False, on_existing="redo", jobs=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_drawing = 4\n", "night.toml': unknown extract option 'max_drawing'; known: .*max_drawings"),
        ("batch_size = 2.5\n", "extract option 'batch_size' has the wrong type: it must be int"),
        ("refine = 1\n", "'refine' has the wrong type"),
        ('reject = "dark"\n', "'reject' has the wrong type"),
        ("start = true\n", "'start' has the wrong type"),
        ("jobs = 65\n", r"--jobs must be in \[0, 64\], got 65"),
        ("stall = 0.5\n", r"--stall must be in \[1, inf\], got 0.5"),
        ("decoder_memory = 0.1\n", "at least 0.25 GB"),
        ("max_drawings = 0\n", "--max-drawings must be at least 1"),
        ('on_existing = "replace"\n', "--on-existing must be one of error, skip, redo, got 'replace'"),
        ('repeats = "hide"\n', "--repeats must be keep, mark or drop"),
        ('reject = ["ugly"]\n', "--reject: unknown flag 'ugly'"),
        ('decode = "tape"\n', "--decode takes auto, cpu, cuda"),
        ('start = "soon"\n', "--start takes seconds or h:mm:ss, got 'soon'"),
        ("start = \n", "not valid TOML"),
        ("# " + "x" * 70_000, "more than 65536 bytes"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        read_extract_options(written(tmp_path, text)).plan(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_extract_options(tmp_path / "gone.toml")


def test_workers_share_gpus_in_turn_and_the_cores_in_equal_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here has two GPUs: what is asked of the networks is looked at, and none is loaded."""
    asked = []
    monkeypatch.setattr("dougagen.networks.devices.usable_gpus", lambda: 2)
    monkeypatch.setattr(
        "dougagen.reconstruction.NetworkReconstructor.load",
        lambda models, config: asked.append((config.device, config.threads)),
    )
    for number in range(3):
        LoadNetworks()(number, 3)
    LoadNetworks(reading={"device": "cuda:1"})(0, 1)
    LoadNetworks(reading={"backend": "openvino"})(0, 1)
    each = max(1, (os.cpu_count() or 1) // 3)
    assert asked == [("cuda:0", each), ("cuda:1", each), ("cuda:0", each), ("cuda:1", 0), ("auto", 0)]
    assert LoadNetworks().devices() == 2
    assert LoadNetworks(reading={"device": "cpu"}).devices() == 1


def test_on_the_cores_a_worker_reads_with_as_many_threads_whatever_the_jobs(monkeypatch) -> None:
    asked = set()
    monkeypatch.setattr("dougagen.networks.devices.usable_gpus", lambda: 0)
    monkeypatch.setattr(
        "dougagen.reconstruction.NetworkReconstructor.load",
        lambda models, config: asked.add((config.device, config.threads)),
    )
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # what the workers set for themselves goes no further
    for jobs in (1, 2, 5):
        LoadNetworks()(0, jobs)
    assert asked == {("auto", 0)}


def test_python_says_it_with_the_same_words(tmp_path: Path) -> None:
    """A file that is no video is a failure of its episode and no exception; nobody has to listen."""
    episode = tmp_path / "no.mkv"
    episode.write_text("no video")
    weights = tmp_path / "weights"
    with pytest.raises(ConfigError, match="unknown extract option 'crop'"):
        extract([episode], tmp_path / "out", options=ExtractOptions.of({"crop": 1}))
    with pytest.raises(Exception, match="no weights for the cel network"):
        extract([episode], tmp_path / "out", options=ExtractOptions.of({"models": weights, "device": "cpu"}))
    report = extract([episode], tmp_path / "out", options=ExtractOptions.of({"device": "cpu"}))
    assert [failure.path for failure in report.failed] == [episode]
