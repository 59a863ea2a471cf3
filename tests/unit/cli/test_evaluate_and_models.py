"""`evaluate` and `models` on weights of a few kilobytes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
import typer
from tiny_weights import write_tiny_weights as write_weights

from dougagen.cli.evaluate import evaluate
from dougagen.cli.models import models
from dougagen.errors import DougagenError, ShardError, UsageError, WeightsError
from dougagen.networks import Task

LINES = 120


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return write_weights(tmp_path / "m", steps="7")


def measure(weights: Path, **chosen: object) -> None:
    evaluate(**{"scenes": 1, "lines": [LINES], "models": weights, "device": "cpu", **chosen})  # type: ignore[arg-type]


def listed(capsys: pytest.CaptureFixture[str], folder: Path, *, code: int = 0) -> list[dict[str, object]]:
    capsys.readouterr()
    with pytest.raises(typer.Exit) as left:
        models(models=folder, json=True)
    assert left.value.exit_code == code
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


# ---- evaluate -----------------------------------------------------------------------------------------
def test_two_heights_are_measured_in_one_call(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure(weights, lines=[LINES, 160], json=True)
    told = json.loads(capsys.readouterr().out)
    assert list(told["held_out"]) == ["120", "160"]
    for score in told["held_out"].values():
        assert {"cel", "boundary", "douga", "lines", "calibration"} <= set(score)


def test_tables_are_the_default_and_markdown_goes_to_a_file_beside_them(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure(weights, markdown=tmp_path / "scores.md")
    assert "━" in capsys.readouterr().out
    assert "| IoU |" in (tmp_path / "scores.md").read_text(encoding="utf-8")


def test_markdown_to_standard_output_stands_there_alone(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure(weights, markdown=Path("-"))
    told = capsys.readouterr().out
    assert told.startswith("Measured by dougagen")
    assert "━" not in told


def test_a_sheet_of_the_worst_pictures_is_written(weights: Path, tmp_path: Path) -> None:
    measure(weights, scenes=2, sheet=tmp_path / "sheet.png", worst=1)
    height, width, _ = cv2.imread(str(tmp_path / "sheet.png")).shape
    assert width == 5 * (480 + 4) + 4
    assert 500 < height < 900  # one picture: two would be over a thousand


def test_noted_scores_are_what_models_lists(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure(weights, json=True, note_scores=True)
    score = json.loads(capsys.readouterr().out)["held_out"][str(LINES)]
    for entry in listed(capsys, weights):
        noted = entry["scores"]["held_out"][str(LINES)]  # type: ignore[index]
        assert noted["scenes"] == 1
        assert noted["cel_iou"] == score["cel"]["iou"]
        assert noted["line_f1"] == score["lines"]["merged"]["f1"]


def test_noted_weights_can_be_measured_again_with_the_same_figures(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure(weights, json=True, note_scores=True)
    once = json.loads(capsys.readouterr().out)
    measure(weights, json=True)
    again = json.loads(capsys.readouterr().out)
    assert once["held_out"] == again["held_out"]
    assert once["models"] != again["models"]  # the files' hashes changed with the notes


def test_weights_that_were_replaced_while_they_were_measured_take_no_note(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dougagen.evaluation import suite

    def replacing(*words: object, **more: object) -> object:
        score = score_triplets(*words, **more)  # type: ignore[arg-type]
        write_weights(weights, Task.DOUGA, steps="8")
        return score

    score_triplets = suite.score_triplets
    monkeypatch.setattr(suite, "score_triplets", replacing)
    with pytest.raises(WeightsError, match="changed while they were measured"):
        measure(weights, note_scores=True)


@pytest.mark.parametrize(
    ("chosen", "kind", "words"),
    [
        ({"scenes": 0}, UsageError, "nothing to evaluate on"),
        ({"shards": "gone"}, ShardError, "no such folder"),
        ({"scenes": 0, "shards": "empty"}, ShardError, "no dataset"),
        ({"real": "gone"}, UsageError, "no such folder"),
        ({"real": "empty"}, UsageError, "holds no drawing"),
        ({"scenes": 0, "clips": ["gone"]}, UsageError, "no such folder"),
        ({"scenes": 0, "clips": ["empty"]}, UsageError, "holds no clip"),
        ({"models": "gone"}, WeightsError, "no weights for the cel network"),
        ({"sheet": "gone/sheet.png"}, UsageError, "cannot be written"),
        ({"sheet": "empty"}, UsageError, "cannot be written"),
        ({"markdown": "gone/tables.md"}, UsageError, "cannot be written"),
        ({"markdown": "-", "json": True}, UsageError, "standard output"),
        ({"scenes": 0, "clips": ["empty"], "sheet": "s.png"}, UsageError, "a sheet shows scenes"),
        ({"scenes": 0, "clips": ["empty"], "note_scores": True}, UsageError, "--note-scores"),
        ({"features": "f.png", "layer": "eyes"}, UsageError, "has no layer 'eyes'"),
        ({"features": "f.png", "tables": True}, UsageError, "a report of its own"),
        ({"features": "f.png", "real": "empty"}, UsageError, "on scenes and records"),
        ({"features": "gone/f.png"}, UsageError, "cannot be written"),
        ({"features": "f.png", "scenes": 0, "clips": ["empty"]}, UsageError, "features need pictures"),
        ({"tables": True, "scenes": 0}, UsageError, "tables need pictures; name --scenes or --shards"),
        ({"layer": "stem"}, UsageError, "--layer is for --features"),
    ],
)
def test_bad_input_is_one_clear_line_before_anything_is_measured(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: dict[str, object],
    kind: type[DougagenError],
    words: str,
) -> None:
    monkeypatch.setattr(
        "dougagen.evaluation.suite.score_triplets", lambda *_, **__: pytest.fail("measured first")
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    paths = {
        name: [Path(v) for v in value] if isinstance(value, list) else value for name, value in chosen.items()
    }
    paths = {name: Path(v) if isinstance(v, str) and name != "layer" else v for name, v in paths.items()}
    with pytest.raises(kind, match=words) as told:
        measure(**{"weights": weights, **paths})  # type: ignore[arg-type]
    assert "\n" not in str(told.value)


def test_features_are_pictured_and_told(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "features.png"
    measure(weights, models=weights / "cel.safetensors", features=path, json=True)
    (cel,) = json.loads(capsys.readouterr().out)["features"]
    assert (cel["task"], cel["layer"], cel["channels"]) == ("cel", "up_half.refine", 4)
    assert cv2.imread(str(path)).shape[0] > 2 * 128


def test_weights_of_another_architecture_are_one_clear_line(weights: Path) -> None:
    path = weights / "cel.safetensors"
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"thinline"', b'"thickrib"'))
    with pytest.raises(WeightsError, match="unknown architecture 'thickrib'"):
        measure(weights)


# ---- models -------------------------------------------------------------------------------------------
def test_every_file_is_listed_with_what_made_it(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (weights / "cel.safetensors").rename(weights / "old.safetensors")
    found = listed(capsys, weights)
    assert [Path(str(entry["file"])).name for entry in found] == ["douga.safetensors", "old.safetensors"]
    assert all(entry["steps"] == "7" and entry["card"] == "missing" for entry in found)


def test_the_shipped_weights_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    from dougagen.networks import default_models_folder

    found = listed(capsys, default_models_folder())
    assert {entry["task"] for entry in found} == {"cel", "colorizer", "douga"}
    assert all(entry["whole"] for entry in found)


def test_a_damaged_file_is_named_the_others_are_listed_and_the_exit_code_is_1(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = weights / "cel.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(typer.Exit) as left:
        models(models=weights)
    told = capsys.readouterr()
    assert left.value.exit_code == 1
    assert "douga" in told.out
    assert "cel.safetensors" in told.err
    assert [entry["whole"] for entry in listed(capsys, weights, code=1)] == [False, True]


def test_a_weight_that_is_not_finite_is_damage(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = weights / "douga.safetensors"
    content = bytearray(path.read_bytes())
    content[-2:] = b"\x00\x7e"  # not a number, in half precision
    path.write_bytes(content)
    *_, damaged = listed(capsys, weights, code=1)[1:]
    assert "not finite" in str(damaged["error"])


def test_half_a_pair_is_said_and_is_no_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_weights(tmp_path / "half", Task.CEL)
    with pytest.raises(typer.Exit) as left:
        models(models=folder)
    assert left.value.exit_code == 0
    assert "holds no douga.safetensors" in capsys.readouterr().err


def test_a_folder_without_weights_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="holds no weights"):
        models(models=tmp_path)
    with pytest.raises(WeightsError, match="no such folder"):
        models(models=tmp_path / "gone")
