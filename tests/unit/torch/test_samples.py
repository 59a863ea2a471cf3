"""``TripletDataset``: three tensors of one place, by position."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

import dougagen as dg
from dougagen.errors import ConfigError, NoRecordError, ShardError, UsageError
from dougagen.torch import RecordError, TripletDataset
from tests.unit.torch import conftest as scene


def require_aligned(sample: dict[str, Any]) -> None:
    """Mask and douga are those of the very pixels that color shows."""
    color = sample["color"].numpy().transpose(1, 2, 0)
    assert np.array_equal(sample["cel_mask"][0].numpy() == 1, scene.cel_of(color))
    assert np.array_equal(sample["douga"].numpy(), scene.douga_of(color))


def place(sample: dict[str, Any]) -> tuple[int, int, int]:
    """Record, row and column of the upper left pixel."""
    n, y, x = sample["color"][:, 0, 0].tolist()
    return n, y, x


def test_a_sample_is_three_tensors_of_a_whole_picture(shards: Path) -> None:
    data = TripletDataset(shards)
    sample = data[3]
    assert len(data) == 30
    assert {name: (t.dtype, tuple(t.shape)) for name, t in sample.items()} == {
        "color": (torch.uint8, (3, 24, 40)),
        "cel_mask": (torch.uint8, (1, 24, 40)),
        "douga": (torch.int64, (24, 40)),
    }
    assert place(sample) == (3, 0, 0)
    require_aligned(sample)
    triplet = dg.open_dataset(shards)[3].triplet
    assert np.array_equal(sample["color"].permute(1, 2, 0), triplet.color)


def test_floats_are_of_zero_to_one_and_classes_stay_numbers(shards: Path) -> None:
    whole, floats = TripletDataset(shards)[3], TripletDataset(shards, dtype="float")[3]
    assert floats["color"].dtype == floats["cel_mask"].dtype == torch.float32
    assert torch.equal(floats["color"], whole["color"].float() / 255)
    assert torch.equal(floats["cel_mask"], whole["cel_mask"].float())
    assert floats["douga"].dtype == torch.int64


def test_crops_lie_at_one_place_in_all_three_and_move_with_record_epoch_and_seed(shards: Path) -> None:
    data, again = (TripletDataset(shards, crop=(8, 12), seed=5) for _ in range(2))
    first = [place(data[n]) for n in range(30)]
    for n in range(30):
        require_aligned(data[n])
    assert [place(again[n]) for n in reversed(range(30))] == first[::-1]
    assert len({(y, x) for _, y, x in first}) > 15
    assert max(y for _, y, _ in first) <= 24 - 8
    again.set_epoch(1)
    assert [place(again[n]) for n in range(30)] != first
    assert [place(TripletDataset(shards, crop=(8, 12), seed=6)[n]) for n in range(30)] != first


def test_a_crop_in_the_center_is_always_the_same(shards: Path) -> None:
    data = TripletDataset(shards, crop=8, crop_at="center")
    data.set_epoch(4)
    assert place(data[7]) == (7, 8, 16)


def test_a_picture_smaller_than_the_crop_lies_at_the_upper_left(shards: Path) -> None:
    sample = TripletDataset(shards, crop=(32, 16), pad_class=-100)[2]
    assert tuple(sample["color"].shape) == (3, 32, 16)
    require_aligned({name: tensor[..., :24, :] for name, tensor in sample.items()})
    assert (sample["douga"][24:] == -100).all()
    assert not sample["color"][:, 24:].any()
    assert not sample["cel_mask"][:, 24:].any()
    assert not TripletDataset(shards, crop=(32, 16))[2]["douga"][24:].any()


def test_fewer_lines_come_before_the_crop(shards: Path) -> None:
    assert tuple(TripletDataset(shards, lines=16)[0]["color"].shape) == (3, 16, 27)
    assert tuple(TripletDataset(shards, 20, lines=16)[0]["douga"].shape) == (20, 20)
    assert tuple(TripletDataset(shards, lines=1080)[0]["douga"].shape) == (24, 40)


def test_columns_and_a_transform_come_along(shards: Path) -> None:
    data = TripletDataset(shards, columns=("record_id", "held_frames"), transform=lambda s: s | {"n": 1})
    assert data[1]["record_id"] == "00000000000000aa/2"
    assert (data[1]["held_frames"], data[1]["n"]) == (2, 1)


def test_positions_count_from_the_back_and_end(shards: Path) -> None:
    data = TripletDataset(shards)
    assert place(data[-1])[0] == 29
    with pytest.raises(NoRecordError, match="no record 30: there are 30"):
        data[30]
    assert sum(1 for _ in data) == 30


def test_a_filter_takes_records_by_their_columns(shards: Path) -> None:
    data = TripletDataset(shards, where="shot_index = 1 and episode_id <> '00000000000000bb'")
    assert [place(data[n])[0] for n in range(len(data))] == [2, 3, 22, 23]
    with pytest.raises(ConfigError, match="fits the filter"):
        TripletDataset(shards, where="shot_index > 99")
    with pytest.raises(ConfigError, match="no column 'shot'"):
        TripletDataset(shards, where="shot = 1")


@pytest.mark.parametrize("by", ["episode", "shot"])
def test_a_split_takes_each_record_once_and_divides_no_shot(shards: Path, by: str) -> None:
    taken: dict[str, set[int]] = {}
    for part in ("train", "val", "test"):
        try:
            data = TripletDataset(shards, split="50/25/25", part=part, split_by=by)
        except ConfigError:
            continue  # three episodes may leave a part empty
        taken[part] = {place(data[n])[0] for n in range(len(data))}
    assert sorted(n for numbers in taken.values() for n in numbers) == list(range(30))
    together = 10 if by == "episode" else 2
    assert len(taken) > 1
    assert all({n ^ 1 for n in numbers} == numbers for numbers in taken.values())
    assert all(len(numbers) % together == 0 for numbers in taken.values())


def test_mixed_heights_make_a_batch_where_there_is_a_crop_and_a_line_says_so_where_not(mixed: Path) -> None:
    (batch,) = DataLoader(TripletDataset(mixed, crop=20), batch_size=10)
    assert tuple(batch["color"].shape) == (10, 3, 20, 20)
    assert type(batch) is dict
    with pytest.raises(UsageError) as told:
        list(DataLoader(TripletDataset(mixed), batch_size=4))
    assert str(told.value) == (
        "pictures of 40×24 and 40×36 pixels do not make a batch; give the dataset crop=256 or the like, "
        "or batch_size=1"
    )
    assert len(list(DataLoader(TripletDataset(mixed), batch_size=1))) == 10


def test_a_damaged_record_is_named_and_the_others_are_read(damaged: Path) -> None:
    data = TripletDataset(damaged)
    bad = [n for n in range(10) if _fails(data, n)]
    assert len(bad) == 1
    with pytest.raises(RecordError, match="record '00000000000000aa/") as told:
        data[bad[0]]
    assert "\n" not in str(told.value)
    assert isinstance(told.value, ShardError)


def _fails(data: TripletDataset, number: int) -> bool:
    try:
        data[number]
    except RecordError:
        return True
    return False


def test_a_damaged_record_is_passed_over_where_that_is_asked_for(
    damaged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = TripletDataset(damaged, on_damage="skip")
    shown = [place(data[n])[0] for n in range(10)] + [place(data[n])[0] for n in range(10)]
    (bad,) = data.damaged
    assert shown == 2 * [n if n != bad else n + 1 for n in range(10)]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "record '00000000000000aa/" in caplog.text


def test_a_shard_that_is_gone_is_named_or_passed_over(tmp_path: Path, shards: Path, caplog: Any) -> None:
    out = scene.make(tmp_path / "shards")
    next((out / "data").glob("*bb*")).write_bytes(b"PAR1 no more")
    with pytest.raises(ShardError, match="damaged"):
        TripletDataset(out)
    data = TripletDataset(out, on_damage="skip")
    assert [place(data[n])[0] for n in range(len(data))] == [*range(10), *range(20, 30)]
    assert "passed over" in caplog.text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"crop": 0}, "crop must be at least 1 px"),
        ({"crop": "256"}, "number of pixels or \\(height, width\\)"),
        ({"crop": (1, 2, 3)}, "number of pixels or \\(height, width\\)"),
        ({"dtype": "float16"}, "dtype must be uint8 or float"),
        ({"lines": 3}, "at least 16 lines"),
        ({"crop_at": "left"}, "crop_at must be random or center"),
        ({"pad_class": 12}, "pad_class"),
        ({"columns": ("color",)}, "no column 'color' to come along"),
        ({"seed": -1}, "seed"),
        ({"on_damage": "ignore"}, "raise or skip"),
        ({"part": "val"}, "no part 'val'"),
        ({"split": "a/b"}, "90/5/5"),
        ({"split": "9/1", "part": "test"}, "no part 'test'; one of train, val"),
        ({"split_by": "drawing"}, "by episode or by shot"),
        ({"wher": "x"}, "no option 'wher'"),
    ],
)
def test_a_wrong_option_is_refused_in_a_line(shards: Path, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as told:
        TripletDataset(shards, **options)
    assert "\n" not in str(told.value)


def test_a_folder_without_a_dataset_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="holds no dataset"):
        TripletDataset(tmp_path)


def test_it_can_be_pickled_and_gives_the_same(shards: Path) -> None:
    data = TripletDataset(shards, crop=8, where="shot_index < 3", seed=3)
    data.set_epoch(2)
    copy = pickle.loads(pickle.dumps(data))
    assert torch.equal(copy[4]["color"], data[4]["color"])
    state = data.state_dict()
    other = TripletDataset(shards, crop=8, where="shot_index < 3")
    other.load_state_dict(state)
    assert torch.equal(other[4]["color"], data[4]["color"])


def test_the_room_does_not_stand_in_front_of_torch_and_the_package_loads_neither() -> None:
    program = (
        "import sys, dougagen\n"
        "assert 'torch' not in sys.modules and 'dougagen.torch' not in sys.modules\n"
        "import dougagen.torch, torch\n"
        "assert dougagen.torch is not torch and hasattr(torch, 'nn') and not hasattr(dougagen.torch, 'nn')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
