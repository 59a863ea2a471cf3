"""Scores in the headers of weights, model cards in step with them, and the inventory of a folder."""

import hashlib
import json
import os

import pytest

from dougagen.errors import WeightsError
from dougagen.inventory import (
    CardState,
    DamagedModel,
    card_state,
    file_digest,
    model_tables,
    note_scores,
    noted_scores,
    take_inventory,
    tensors_digest,
    weights_files,
)
from dougagen.networks import load_weights

SCORES = {
    "partner": "ab",
    "held_out": {"720": {"scenes": 3, "cel_iou": 0.5, "iou_color_fill": None}},
    "real": {},
}


@pytest.fixture
def folder(tmp_path, write_weights):
    return write_weights(tmp_path / "m", steps="7", data="studio", training='{"seed": 11}')


# ---- notes --------------------------------------------------------------------------------------------
def test_a_note_changes_the_header_and_no_tensor(folder):
    path = folder / "cel.safetensors"
    before = load_weights(path)
    note_scores(path, SCORES)
    after = load_weights(path)
    assert noted_scores(after.facts) == SCORES
    assert {k: v for k, v in after.facts.items() if k != "scores"} == dict(before.facts)
    for name, tensor in before.module.state_dict().items():
        assert (after.module.state_dict()[name] == tensor).all()
    assert after.sha256 != before.sha256


def test_a_note_written_twice_replaces_the_first(folder):
    path = folder / "cel.safetensors"
    note_scores(path, {"held_out": {}})
    note_scores(path, SCORES)
    assert noted_scores(load_weights(path).facts) == SCORES


def test_tensors_keep_their_digest_under_a_note_and_their_place_in_steps_of_eight(folder):
    path = folder / "cel.safetensors"
    before = tensors_digest(path)
    for length in range(1, 10):
        note_scores(path, {"note": "x" * length})
        assert tensors_digest(path) == before
        assert int.from_bytes(path.read_bytes()[:8], "little") % 8 == 0


def test_a_card_that_named_the_hash_names_the_new_one(folder):
    path, card = folder / "cel.safetensors", folder / "cel.md"
    card.write_text(f"# cel\n\nsha256 {file_digest(path)}\n")
    note_scores(path, SCORES)
    assert card.read_text() == f"# cel\n\nsha256 {file_digest(path)}\n"


def test_a_card_that_was_stale_stays_stale(folder):
    path, card = folder / "cel.safetensors", folder / "cel.md"
    card.write_text("sha256 " + "0" * 64)
    note_scores(path, SCORES)
    assert card.read_text() == "sha256 " + "0" * 64
    assert card_state(path, file_digest(path)) is CardState.STALE


def test_a_link_to_weights_stays_a_link(folder, tmp_path):
    link = tmp_path / "link.safetensors"
    link.symlink_to(folder / "cel.safetensors")
    note_scores(link, SCORES)
    assert link.is_symlink()
    assert noted_scores(load_weights(folder / "cel.safetensors").facts) == SCORES


def test_a_note_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(folder, monkeypatch):
    path = folder / "cel.safetensors"
    content, names = path.read_bytes(), sorted(folder.iterdir())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WeightsError, match="cannot be noted"):
        note_scores(path, SCORES)
    assert path.read_bytes() == content
    assert sorted(folder.iterdir()) == names


def test_a_file_that_is_no_safetensors_takes_no_note(tmp_path):
    path = tmp_path / "x.safetensors"
    for content in (b"", b"\x10\0\0\0\0\0\0\0 not weights at", b"\x02\0\0\0\0\0\0\0{}", b"\xff" * 9):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=r"damaged|not dougagen weights"):
            note_scores(path, SCORES)
        assert path.read_bytes() == content


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000])
def test_a_note_that_cannot_be_read_is_none(text):
    assert noted_scores({"scores": text}) == {}


# ---- inventory ----------------------------------------------------------------------------------------
def test_every_weights_file_of_a_folder_is_listed_whatever_its_name(folder):
    (folder / "cel.safetensors").rename(folder / "older_cel.safetensors")
    (folder / ".cel.safetensors.unfinished").write_bytes(b"")
    names = [entry.path.name for entry in take_inventory(folder)]
    assert names == ["douga.safetensors", "older_cel.safetensors"]


def test_an_entry_says_what_the_file_is_and_how_it_was_made(folder):
    path = folder / "cel.safetensors"
    (entry,) = take_inventory(path)
    assert (entry.task, entry.architecture, entry.facts["steps"]) == ("cel", "thinline", "7")
    assert entry.training == {"seed": 11}
    assert entry.parameters == sum(p.numel() for p in load_weights(path).module.parameters())
    assert entry.size == path.stat().st_size
    assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    told = json.loads(json.dumps(entry.to_json()))
    assert (told["whole"], told["steps"], told["scores"]) == (True, "7", {})


def test_a_damaged_file_is_an_entry_of_its_own_and_hides_no_other(folder):
    path = folder / "cel.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    first, second = take_inventory(folder)
    assert isinstance(first, DamagedModel)
    assert first.to_json()["whole"] is False
    assert "cel.safetensors" in str(first.problem)
    assert second.task == "douga"


def test_a_folder_without_weights_and_one_that_is_not_there_are_told_apart(tmp_path):
    with pytest.raises(WeightsError, match="holds no weights"):
        weights_files(tmp_path)
    with pytest.raises(WeightsError, match="no such folder"):
        weights_files(tmp_path / "gone")


def test_a_card_is_current_stale_without_a_hash_or_missing(tmp_path):
    weights, card, digest = tmp_path / "cel.safetensors", tmp_path / "cel.md", "ab" * 32
    assert card_state(weights, digest) is CardState.MISSING
    card.write_text("a card")
    assert card_state(weights, digest) is CardState.NAMELESS
    card.write_text(f"sha256 {'cd' * 32}")
    assert card_state(weights, digest) is CardState.STALE
    card.write_text(f"started from {'cd' * 32}, SHA-256 {digest.upper()}")
    assert card_state(weights, digest) is CardState.CURRENT


# ---- tables -------------------------------------------------------------------------------------------
def test_tables_show_files_training_and_scores(folder):
    cel, douga = folder / "cel.safetensors", folder / "douga.safetensors"
    note_scores(cel, {**SCORES, "partner": tensors_digest(douga)})
    note_scores(douga, SCORES)
    files, training, scores = model_tables(list(take_inventory(folder)))
    assert [row[0] for row in files.rows] == ["cel", "douga"]
    assert training.rows[0][1:4] == ("studio", "–", "7")
    assert scores.rows[0] == ("cel", "3 scenes at 720", "50.0 %", "–", "–", "–", "–", "here")
    assert scores.rows[1][-1] == "elsewhere"


def test_weights_without_a_note_have_dashes(folder):
    *_, scores = model_tables(list(take_inventory(folder)))
    assert scores.rows[0] == ("cel", "not noted yet", *["–"] * 6)


def test_a_stranger_s_note_breaks_no_table(tmp_path, write_weights):
    odd = {"held_out": {"720": {"cel_iou": "x", "scenes": "\x1b[31m"}, "9": 3}, "real": [1], "partner": [2]}
    folder = write_weights(tmp_path / "m", "cel", scores=json.dumps(odd), steps="\x1b[2J" + "9" * 500)
    files, training, scores = model_tables(list(take_inventory(folder)))
    assert scores.rows[0][2] == "–"
    text = json.dumps([t.to_markdown() for t in (files, training, scores)], ensure_ascii=False)
    assert "\x1b" not in text
    assert "9" * 100 not in text


def test_many_datasets_are_named_by_the_first_of_them(tmp_path, write_weights):
    names = ", ".join(f"action-{n}" for n in range(7))
    models = write_weights(tmp_path / "many", steps="7", data=names, training='{"seed": 11}')
    _, training, _ = model_tables(list(take_inventory(models)))
    assert {row[1] for row in training.rows} == {"action-0, action-1 and 5 more"}
