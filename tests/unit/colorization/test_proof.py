"""The proof from its plan to its table, as small as it goes; nothing of it is done twice."""

from __future__ import annotations

import json
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from painted import TINY, face

from dougagen.colorization import LineKind
from dougagen.colorization.lines import on_paper
from dougagen.colorization.proof import Proof, ProofReport, prove, read_plan
from dougagen.errors import UsageError
from dougagen.shards import read_records

PLAN = f"""
kinds = ["canny", "douga"]
seeds = [1]
[training]
system = "ours"
steps = 2
crop = 64
batch_size = 1
threads = 1
log_steps = 1
network = {{ widths = {list(TINY["widths"])}, detail_width = 4, coarse_blocks = 1 }}
[published]
minutes = 0.001
seed = 1
threads = 1
lines = {{ artist-guided = "canny" }}
[pictures]
scenes = 1
lines = 120
clips = ["mouth only"]
clip_seeds = 1
[judged]
real = ["face"]
held_out_scenes = 1
held_out_clips = ["mouth only"]
[measures]
bootstrap = 50
interval = 0.95
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    (folder / "face").mkdir()
    for number in range(2):
        color, cel, classes = face(shift=3 * number)
        sketch = np.where(classes == 1, np.uint8(120), np.uint8(250))
        cv2.imwrite(str(folder / f"face/{number:02d}_sketch.png"), sketch)
        cv2.imwrite(str(folder / f"face/{number:02d}_color.png"), on_paper(color, cel)[..., ::-1])
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, real: Path, tiny) -> tuple[Proof, ProofReport, list[str]]:
    said: list[str] = []
    out = tmp_path_factory.mktemp("proof") / "proof"
    networks = tiny.Load()
    proof = Proof(read_plan(PLAN.encode()), out, real, lambda: networks(0, 1), on_stage=said.append)
    report = prove(proof)
    assert report is not None
    return proof, report, said


def test_every_kind_is_trained_for_the_same_steps_on_the_same_pictures(
    done: tuple[Proof, ProofReport, list[str]],
) -> None:
    proof, report, _ = done
    assert set(report.runs) == {LineKind.CANNY, LineKind.DOUGA, "artist-guided"}
    assert {report.runs[kind][1]["steps"] for kind in ("canny", "douga")} == {2}
    rows = [
        (proof.place("runs", f"{kind}-1", "colorizer.log.csv").read_text().splitlines())
        for kind in ("canny", "douga")
    ]
    assert len(rows[0]) == len(rows[1]) == 3


def test_the_report_says_every_measure_of_every_group(done: tuple[Proof, ProofReport, list[str]]) -> None:
    proof, _, _ = done
    text = proof.place("proof.md").read_text()
    for words in (
        "real, face",
        "studio, pencil",
        "PSNR, dB",
        "SSIM",
        "EfficientNet-Lite0",
        "95% interval",
        "Flicker",
    ):
        assert words in text, words
    assert "artist-guided" in text
    said = json.loads(proof.place("proof.json").read_text())
    assert said["plan"] == proof.plan.digest
    assert {row["against"] for row in said["differences"]} == {"canny"}
    assert all(row["low"] <= row["difference"] <= row["high"] for row in said["differences"])
    sheet, shots = (cv2.imread(str(proof.place(name))) for name in ("sheet.png", "shots.png"))
    assert sheet is not None
    assert shots is not None
    assert sheet.shape[0] > 3 * 200
    assert shots.shape[0] > 2 * 200  # the first and a later drawing of each shot


def test_the_report_says_how_each_loss_fell(done: tuple[Proof, ProofReport, list[str]]) -> None:
    proof, report, _ = done
    log = proof.place("runs", "canny-1", "colorizer.log.csv").read_text().splitlines()[1:]
    losses = [float(line.split(",")[3]) for line in log]
    assert report.runs["canny"][1]["curve"] == pytest.approx(losses)


def test_what_is_finished_is_not_done_again(done: tuple[Proof, ProofReport, list[str]]) -> None:
    proof, report, said = done
    before = proof.place("runs", "canny-1", "colorizer.safetensors").stat().st_mtime_ns
    count = len(said)
    again = prove(proof)
    assert again is not None
    assert again.to_json() == report.to_json()
    assert not [line for line in said[count:] if line.startswith(("training", "measuring"))]
    assert proof.place("runs", "canny-1", "colorizer.safetensors").stat().st_mtime_ns == before


def test_another_plan_does_not_mix_with_it(done: tuple[Proof, ProofReport, list[str]]) -> None:
    proof, _, _ = done
    other = Proof(
        read_plan(PLAN.replace("steps = 2", "steps = 3").encode()), proof.out, proof.real, proof.reconstructor
    )
    with pytest.raises(UsageError, match="holds the proof of another plan"):
        prove(other)


def test_drawings_of_studio_clips_follow_each_other_and_networks_read_the_same_ones(
    done: tuple[Proof, ProofReport, list[str]],
) -> None:
    proof, _, _ = done
    exact, read = (list(read_records(proof.place(name, "mouth-only-0"))) for name in ("exact", "read"))
    assert [record.record_id for record in exact] == [record.record_id for record in read]
    shown = [record.provenance for record in exact]
    assert [one.drawing_index for one in shown] == list(range(len(shown)))
    spans = [span for one in shown for span in one.exposures]
    assert [span.start for span in spans[1:]] == [span.stop for span in spans[:-1]]
    assert {one.models for one in shown} == {""}
    assert {record.provenance.models for record in read} == {"fake@00000000"}
    assert all(np.array_equal(a.triplet.color, b.triplet.color) for a, b in zip(exact, read, strict=True))


def test_the_time_may_be_up_before_the_first_training(
    done: tuple[Proof, ProofReport, list[str]], tmp_path: Path
) -> None:
    proof, _, _ = done
    for name in ("exact", "read", "judged", "shots"):
        (tmp_path / name).symlink_to(proof.place(name))
    late = Proof(proof.plan, tmp_path, proof.real, proof.reconstructor, stop_at=time.monotonic())
    assert prove(late) is None
    assert not (tmp_path / "proof.md").exists()


def test_networks_that_are_there_are_judged_as_they_are(
    done: tuple[Proof, ProofReport, list[str]], tmp_path: Path
) -> None:
    proof, report, _ = done
    for name in ("judged", "shots"):
        (tmp_path / name).symlink_to(proof.place(name))
    half = Proof(
        read_plan(PLAN.replace("steps = 2", "steps = 9").encode()),
        tmp_path, proof.real, proof.reconstructor, trains=False,
    )  # fmt: skip
    with pytest.raises(UsageError, match="no trained network"):
        prove(half)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/canny-1").symlink_to(proof.place("runs", "canny-1"))
    found = prove(half)
    assert found is not None
    assert set(found.runs) == {"canny"}
    assert found.runs["canny"][1]["drawings"] == report.runs["canny"][1]["drawings"]
    assert ("canny", "1", "2", "9") in [row[:4] for row in found.tables()[-1].rows]
    assert not (tmp_path / "exact").exists()


def test_the_plan_that_ships_has_four_kinds_and_two_seeds_with_nothing_else_between_them() -> None:
    plan = read_plan()
    assert [str(kind) for kind in plan.kinds] == ["canny", "xdog", "douga", "exact"]
    assert len(plan.seeds) == 2
    published = {system: plan.published_config(system) for system in plan.published}
    assert {system: (one.system, one.lines) for system, one in published.items()} == {
        "artist-guided": ("artist-guided", "canny"),
        "two-stage": ("two-stage", "xdog"),
    }
    assert min((one.steps or 0) * one.batch_size for one in published.values()) >= 30_000
    configs = [plan.config(kind, 1).as_mapping() for kind in plan.kinds]
    assert all({**one, "lines": ""} == {**configs[0], "lines": ""} for one in configs)
