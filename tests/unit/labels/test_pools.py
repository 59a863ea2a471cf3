"""Where frames worth drawing are looked for: datasets of a few rows, clips of a few frames."""

import numpy as np
import pytest

from dougagen.domain import Origin
from dougagen.errors import LabelError, ShardError, UsageError
from dougagen.labels import DatasetPool, export_selection, import_labels, is_dataset, select
from dougagen.labels.episodes import EpisodePool


def frames(selection):
    return [one.candidate.frame_index for one in selection.chosen]


# ---- datasets -----------------------------------------------------------------------------------------
def test_what_is_not_fit_is_left_out_with_its_reason_and_count(tmp_path, make_record, make_dataset):
    records = [
        make_record(0, flags=("fade",)),
        make_record(1, flags=("truncated",)),
        make_record(2, repeats="fedcba9876543210/7"),
        make_record(3, origin=Origin.ARTIST),
        make_record(4, cel=0, flags=("no_cel",)),
        make_record(5, cel=0),
        make_record(6, flags=("text", "dark")),
        make_record(7),
    ]
    dataset = make_dataset(tmp_path / "shards", records)
    pool = DatasetPool([dataset], seed=0)
    selection = select(pool, count=9, by="both", seed=0)
    assert sorted(frames(selection)) == [2, 14]
    assert selection.skipped == {
        "fade": 1, "repeat": 1, "drawn already": 1, "no_cel": 1, "little cel": 1, "text": 1,
    }  # fmt: skip
    allowed = DatasetPool([dataset], seed=0, allowed=("text", "dark"))
    assert sorted(frames(select(allowed, count=9, by="both", seed=0))) == [2, 12, 14]


def test_a_flag_that_there_is_not_cannot_be_allowed(tmp_path, make_record, make_dataset):
    dataset = make_dataset(tmp_path / "shards", [make_record(0)])
    with pytest.raises(UsageError, match="no flag 'darkness' to allow; one of dark, "):
        DatasetPool([dataset], seed=0, allowed=("darkness",))


def test_nothing_fit_says_why(tmp_path, make_record, make_dataset):
    dataset = make_dataset(tmp_path / "shards", [make_record(0, flags=("fade",))])
    with pytest.raises(LabelError, match=r"no frame is suitable for drawing \(1 fade\)"):
        select(DatasetPool([dataset], seed=0), count=1, by="both", seed=0)


def test_uncertainty_looks_at_columns_alone(tmp_path, make_record, make_dataset, monkeypatch):
    dataset = make_dataset(tmp_path / "shards", [make_record(i) for i in range(10)])
    pool = DatasetPool([dataset], seed=0, by="uncertainty")
    monkeypatch.setattr("dougagen.shards.reader._raw_rows_of", None)  # would read pictures
    assert frames(select(pool, count=4, by="uncertainty", seed=0)) == [0, 2, 18, 16]


def test_no_more_pictures_are_looked_at_than_allowed(tmp_path, make_record, make_dataset):
    dataset = make_dataset(tmp_path / "shards", [make_record(i) for i in range(20)])
    done = []
    pool = DatasetPool(
        [dataset], seed=0, by="variety", looked_at=6, progress=lambda *moved: done.append(moved)
    )
    candidates = pool.candidates()
    assert len(candidates) == 20
    assert sum(c.edges is not None for c in candidates) == 6
    assert done[-1] == (6, 6, "pictures compared")


def test_what_is_chosen_is_exported_as_it_stands_in_the_dataset(tmp_path, make_record, make_dataset):
    records = [make_record(i) for i in range(12)]
    more = [make_record(i, episode_id="f" * 16) for i in range(30, 33)]
    datasets = [make_dataset(tmp_path / "one", records), make_dataset(tmp_path / "two", more)]
    pool = DatasetPool(datasets, seed=5)
    selection = select(pool, count=8, by="both", seed=5)
    assert export_selection(pool, selection, tmp_path / "out").written == 8
    written = {label.stem: label.record for label in import_labels(tmp_path / "out").labels}
    wanted = {record.record_id.replace("/", "_"): record for record in records + more}
    assert set(written) == {one.candidate.record_id.replace("/", "_") for one in selection.chosen}
    for stem, record in written.items():
        assert (record.triplet.color == wanted[stem].triplet.color).all()
        assert (record.triplet.douga.classes == wanted[stem].triplet.douga.classes).all()


def test_a_shard_of_another_kind_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"no shard")
    with pytest.raises(ShardError):
        DatasetPool([tmp_path / "x.parquet"], seed=0).candidates()


def test_datasets_are_told_from_episodes(tmp_path, make_record, make_dataset, first_sample):
    dataset = make_dataset(tmp_path / "shards", [make_record(0)])
    assert is_dataset(dataset)
    assert is_dataset(dataset / "data")
    assert is_dataset(next((dataset / "data").glob("*.parquet")))
    assert not is_dataset(first_sample)
    assert not is_dataset(first_sample.parent)
    assert not is_dataset(tmp_path / "missing")


# ---- episodes -----------------------------------------------------------------------------------------
class Counting:
    """Loads the fake networks, and counts how often."""

    def __init__(self, tiny):
        self.tiny, self.loads, self.pictures = tiny, 0, 0

    def __call__(self):
        self.loads += 1
        networks, count = self.tiny.FakeNetworks({}, 0.0), self

        class Seen(type(networks)):
            def reconstruct(self, pictures):
                count.pictures += len(pictures)
                return super().reconstruct(pictures)

        return Seen({}, 0.0)


@pytest.fixture
def clips(tmp_path, tiny):
    return [tiny.write_tiny_clip(tmp_path / f"{n}.mkv", n) for n in range(2)]


ALL_FLAGS = ("dark", "bright", "blurry", "combed", "text", "blank", "motion_blur", "fade")


def test_variety_among_episodes_needs_no_network_until_pictures_are_written(tmp_path, clips, tiny):
    networks = Counting(tiny)
    pool = EpisodePool(clips, networks=networks, seed=0, allowed=ALL_FLAGS)
    selection = select(pool, count=4, by="variety", seed=0)
    assert len(selection.chosen) == 4
    assert networks.loads == 0
    assert export_selection(pool, selection, tmp_path / "out").written == 4
    assert (networks.loads, networks.pictures) == (1, 4)
    read = import_labels(tmp_path / "out")
    assert read.problems == ()
    for label in read.labels:  # FakeNetworks: bright is cel
        record = label.record.triplet
        assert np.array_equal(record.cel_mask.pixels, record.color[..., 1] > 128)


def test_uncertainty_among_episodes_asks_the_networks_of_every_drawing(clips, tiny):
    networks = Counting(tiny)
    pool = EpisodePool(clips, networks=networks, seed=0, by="uncertainty", allowed=ALL_FLAGS)
    selection = select(pool, count=2, by="uncertainty", seed=0)
    assert [one.why for one in selection.chosen] == ["hard", "easy"]
    assert networks.pictures == selection.candidates + selection.skipped.get("little cel", 0)


def test_an_episode_that_cannot_be_read_is_told_and_the_others_go_on(tmp_path, clips, tiny):
    (tmp_path / "broken.mkv").write_bytes(b"no video")
    pool = EpisodePool([tmp_path / "broken.mkv", *clips], networks=Counting(tiny), seed=0, allowed=ALL_FLAGS)
    assert len(select(pool, count=3, by="variety", seed=0).chosen) == 3
    (problem,) = pool.problems
    assert "broken.mkv" in str(problem)


def test_the_same_file_twice_is_looked_at_once(clips, tiny):
    once = EpisodePool(clips[:1], networks=Counting(tiny), seed=0, allowed=ALL_FLAGS).candidates()
    twice = EpisodePool(clips[:1] * 2, networks=Counting(tiny), seed=0, allowed=ALL_FLAGS).candidates()
    assert [c.record_id for c in twice] == [c.record_id for c in once]


def test_the_edge_images_that_are_kept_are_bounded(clips, tiny):
    pool = EpisodePool(clips, networks=Counting(tiny), seed=0, allowed=ALL_FLAGS, looked_at=3)
    candidates = pool.candidates()
    assert len(candidates) > 6
    assert sum(c.edges is not None for c in candidates) == 3
