"""An artist's files in a dataset: whole, once, in its newest form, and what `train` makes of them."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from dougagen.domain import Douga, Origin, Triplet
from dougagen.errors import LabelError
from dougagen.labels import export_label, export_records, import_into
from dougagen.shards import committed_ids, read_records, verify_dataset


def redrawn(record):
    classes = record.triplet.douga.classes.copy()
    classes[classes == 6] = 8
    return Triplet(record.triplet.color, record.triplet.cel_mask, Douga(classes))


@pytest.fixture
def folder(tmp_path, make_record):
    export_records([make_record(i) for i in range(3)], tmp_path / "labels")
    return tmp_path / "labels"


def test_good_labels_are_in_the_dataset_and_bad_ones_are_not(tmp_path, folder):
    (folder / "0123456789abcdef_2_cel_mask.png").unlink()
    report = import_into(folder, tmp_path / "out")
    assert (report.written, report.records) == (2, 2)
    assert [problem.stem for problem in report.problems] == ["0123456789abcdef_2"]
    assert {record.provenance.origin for record in read_records(tmp_path / "out")} == {Origin.ARTIST}
    assert len(committed_ids(tmp_path / "out")) == 2
    assert verify_dataset(tmp_path / "out").ok


def test_a_label_imported_again_is_the_same_and_a_corrected_one_takes_its_place(
    tmp_path, folder, make_record
):
    out = tmp_path / "out"
    import_into(folder, out)
    again = import_into(folder, out)
    assert (again.written, again.replaced, again.unchanged) == (0, 0, 3)
    export_label(redrawn(make_record(1)), folder, "0123456789abcdef_2")
    third = import_into(folder, out)
    assert (third.written, third.replaced, third.unchanged) == (0, 1, 2)
    dougas = [record.triplet.douga.classes for record in read_records(out)]
    assert sorted(int((classes == 8).any()) for classes in dougas) == [0, 0, 1]
    assert len(list((out / "data").glob("*.parquet"))) == 3
    assert verify_dataset(out).ok


def test_a_folder_without_a_good_label_leaves_no_dataset(tmp_path, folder):
    for mask in folder.glob("*_cel_mask.png"):
        mask.write_bytes(b"no picture")
    report = import_into(folder, tmp_path / "out")
    assert (report.records, len(report.problems)) == (0, 3)
    assert not (tmp_path / "out").exists()


def test_imported_labels_train_a_network(tmp_path, folder):
    pytest.importorskip("torch")
    from dougagen.training import TrainingConfig, TripletPool, train

    import_into(folder, tmp_path / "out")
    small = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}
    config = TrainingConfig.of(
        {"task": "douga", "crop": 32, "batch_size": 2, "network": small, "device": "cpu", "steps": 3}
    )
    result = train(config, TripletPool.read(tmp_path / "out"), out=tmp_path / "trained")
    assert result.steps == 3
    assert np.isfinite(result.loss)


# ---- the command line ---------------------------------------------------------------------------------
def dougagen(*words):
    from dougagen.cli.app import app

    return CliRunner().invoke(app, [str(word) for word in words])


def test_label_select_writes_what_label_import_reads(tmp_path, make_record, make_dataset):
    shards = make_dataset(tmp_path / "shards", [make_record(i) for i in range(9)])
    chosen = dougagen("label", "select", shards, "--count", 4, "--out", tmp_path / "out", "--json")
    assert chosen.exit_code == 0, chosen.output
    report = json.loads(chosen.stdout)
    assert (report["candidates"], report["by"], report["seed"]) == (9, "both", 0)
    assert sorted(one["why"] for one in report["chosen"]) == ["easy", "hard", "variety", "variety"]
    imported = dougagen("label", "import", tmp_path / "out", "--out", tmp_path / "labelled", "--json")
    assert imported.exit_code == 0, imported.output
    assert json.loads(imported.stdout)["written"] == 4


def test_label_select_lists_without_a_folder(tmp_path, make_record, make_dataset):
    shards = make_dataset(tmp_path / "shards", [make_record(i) for i in range(3)])
    listed = dougagen("label", "select", shards, "-n", 2, "--by", "uncertainty")
    assert "frames worth drawing" in listed.stdout
    assert "hard" in listed.stdout


def test_label_select_does_not_mix_datasets_and_episodes(tmp_path, make_record, make_dataset, first_sample):
    from dougagen.errors import UsageError

    shards = make_dataset(tmp_path / "shards", [make_record(0)])
    refused = dougagen("label", "select", shards, first_sample)
    assert isinstance(refused.exception, UsageError)


def test_label_import_says_each_problem_in_a_line_and_exits_with_1(tmp_path, folder):
    (folder / "0123456789abcdef_0_douga.png").unlink()
    (folder / "0123456789abcdef_2_color.png").unlink()
    done = dougagen("label", "import", folder, "--out", tmp_path / "out")
    assert done.exit_code == 1
    lines = [line for line in done.stderr.splitlines() if "lacks" in line]
    assert len(lines) == 2
    assert "1 drawings imported" in done.stderr


def test_a_folder_without_a_label_is_an_error_and_makes_no_dataset(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabelError, match=r"'.*empty': holds no label; a label is STEM_color.png, STEM_douga"):
        import_into(tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_too_high_is_told_where_its_labels_are(tmp_path, make_record):
    export_records([make_record(1)], tmp_path / "corrected")
    with pytest.raises(LabelError, match=r"holds no label; name '.*corrected'"):
        import_into(tmp_path, tmp_path / "out")
