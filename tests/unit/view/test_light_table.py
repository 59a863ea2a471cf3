"""What the light table answers, and what it refuses: no socket is needed for it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from light_tables import HEIGHT, SECOND, WIDTH, a_plate, drawn, lay_table, spoil, spoil_plate
from records import EPISODE_ID, commit, entry_of, record_of

from dougagen.domain.png import encode_png
from dougagen.errors import ShardError
from dougagen.shards import EpisodeWriter, encode_record, open_dataset
from dougagen.view import ViewConfig
from dougagen.view.pictures import Pictures
from dougagen.view.table import LightTable


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return lay_table(tmp_path / "shards")


@pytest.fixture
def table(out: Path) -> LightTable:
    return LightTable(out, ViewConfig())


def place_of(table: LightTable, episode: str = SECOND) -> int:
    """The shard of an episode."""
    (card,) = (card for card in table.catalog.episodes if card.episode_id == episode)
    return card.pages[0].shard


def test_a_picture_is_the_bytes_that_are_stored(out: Path, table: LightTable) -> None:
    (shard,) = (out / "data").glob(f"*{SECOND}*")
    rows = pq.read_table(shard).to_pylist()
    for kind, column in (("color", "color"), ("mask", "cel_mask"), ("douga", "douga")):
        answer = table.answer(f"picture/{place_of(table)}/2/{kind}")
        assert (answer.status, answer.kind, answer.lasting) == (200, "image/png", True)
        assert answer.body == rows[2][column]["bytes"]


@pytest.mark.parametrize(("stored", "media"), [("webp", "image/webp"), ("jxl", "image/png")])
def test_a_picture_of_another_codec_is_shown_without_loss(tmp_path: Path, stored: str, media: str) -> None:
    if stored == "jxl":
        pytest.importorskip("pillow_jxl", reason="needs pillow_jxl: pip install '.[jxl]'")
    record = drawn(1, [(0, 2)])
    with EpisodeWriter(tmp_path, episode_id=EPISODE_ID) as writer:
        writer.write(encode_record(record, color_codec=stored))
        writer.commit(entry_of(1, width=WIDTH, height=HEIGHT))
    table = LightTable(tmp_path, ViewConfig())
    answer = table.answer("picture/0/0/color")
    assert answer.kind == media
    shown = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.array_equal(shown, record.triplet.color)
    assert table.answer("picture/0/0/color/320").status == 200


@pytest.mark.parametrize("kind", ["color", "mask", "douga"])
def test_a_thumbnail_is_a_small_webp(tmp_path: Path, kind: str) -> None:
    records = [drawn(1, [(0, 2)])]
    wide = np.repeat(np.repeat(records[0].triplet.color, 5, 0), 5, 1)
    big = record_of(wide, wide[..., 0] > 210, (wide[..., 0] > 210).astype(np.uint8))
    commit(tmp_path, [big], entry_of(1, width=5 * WIDTH, height=5 * HEIGHT))
    answer = LightTable(tmp_path, ViewConfig()).answer(f"picture/0/0/{kind}/320")
    assert (answer.status, answer.kind) == (200, "image/webp")
    shown = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert shown.shape[:2] == (180, 320)


def test_every_row_of_every_row_group_is_found(tmp_path: Path) -> None:
    records = [drawn(n, [(n, n + 1)]) for n in range(9)]
    commit(tmp_path, records, entry_of(9, frames=9), row_group_bytes=4000)
    assert len(open_dataset(tmp_path).row_groups()) > 3
    table = LightTable(tmp_path, ViewConfig())
    for row, record in enumerate(records):
        body = table.answer(f"picture/0/{row}/color").body
        shown = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        assert np.array_equal(shown, record.triplet.color)


def test_no_more_pictures_are_kept_than_allowed(tmp_path: Path) -> None:
    records = [drawn(n, [(n, n + 1)]) for n in range(6)]
    commit(tmp_path, records, entry_of(6, frames=6), row_group_bytes=1)
    pictures = Pictures(open_dataset(tmp_path), kept=3000, thumbnails_kept=1)
    for row in range(6):
        assert pictures.whole(0, row, "color")[0].startswith(b"\x89PNG")
        assert pictures._coded._size <= 3000
    assert pictures._coded._values
    one_group = tmp_path / "one"
    commit(one_group, records, entry_of(6, frames=6))
    pictures = Pictures(open_dataset(one_group), kept=3000, thumbnails_kept=1)
    first = [pictures.whole(0, row, "color") for row in range(6)]  # the group is larger than what is kept
    assert len(set(first)) == 6
    assert not pictures._coded._values


@pytest.mark.parametrize(
    "address",
    [
        "../../etc/passwd", "..%2f..%2fetc/passwd", "picture/0/0/color/../../x", "/etc/passwd", "README.md",
        "data/train-x.parquet", "shell.html", "assets/logic.js", "picture/-1/0/color", "picture/0/99/color",
        "picture/7/0/color", "picture/0/0/path", "picture/0/0/color/99999", "drawings/0/99999.json",
        "drawings/99/0.json", "picture/99999999999999999999/0/color", "plates/x/0.json", "logic.js\n",
        "plate/eeeeeeeeeeeeeeee/0/0",
    ],
)  # fmt: skip
def test_an_address_of_nothing_gives_a_line_and_no_file(table: LightTable, address: str) -> None:
    answer = table.answer(address)
    assert answer.status == 404
    assert answer.kind.startswith("text/plain")
    assert b"\n" not in answer.body


def bomb() -> bytes:
    """The head of a PNG of four thousand million pixels."""
    picture = bytearray(encode_png(np.zeros((1, 1), np.uint8), palette=np.zeros((1, 3), np.uint8)))
    picture[16:24] = b"\x00\x01\x00\x00" * 2
    return bytes(picture)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "missing"),
        (b"\x89PNG\r\n\x1a\nnonsense", "no"),
        (bomb(), "limit"),
        (b"<svg onload=alert(1)>", ""),
    ],
)
def test_a_damaged_picture_is_a_line_and_its_neighbours_are_shown(out: Path, data: bytes, says: str) -> None:
    spoil(out, SECOND, 1, color=data)
    table = LightTable(out, ViewConfig())
    shard = place_of(table)
    for address in (f"picture/{shard}/1/color", f"picture/{shard}/1/color/320"):
        answer = table.answer(address)
        assert (answer.status, answer.kind) == (422, "text/plain; charset=utf-8")
        assert says in answer.body.decode()
    assert table.answer(f"picture/{shard}/1/douga").status == 200
    assert [table.answer(f"picture/{shard}/{row}/color").status for row in (0, 2)] == [200, 200]


def test_a_picture_that_is_cut_short_is_damaged(out: Path, table: LightTable) -> None:
    whole = table.answer(f"picture/{place_of(table)}/1/color").body
    spoil(out, SECOND, 1, color=whole[:-20])
    table = LightTable(out, ViewConfig())
    assert table.answer(f"picture/{place_of(table)}/1/color").status == 422


def test_a_damaged_shard_is_a_line_and_the_other_episode_is_shown(out: Path) -> None:
    (shard,) = (out / "data").glob(f"*{SECOND}*")
    shard.write_bytes(shard.read_bytes()[:-30])
    table = LightTable(out, ViewConfig())
    answers = [table.answer(f"drawings/{card.pages[0].shard}/0.json") for card in table.catalog.episodes]
    assert [answer.status for answer in answers] == [422, 200]
    assert shard.name in answers[0].body.decode()


def test_a_missing_shard_is_told_of_on_the_page(out: Path) -> None:
    next((out / "data").glob(f"*{SECOND}*")).unlink()
    about = json.loads(LightTable(out, ViewConfig()).answer("about.json").body)
    assert "not in the folder" in about["damaged"][0]
    assert about["drawings"] == 1


def test_a_link_in_the_dataset_is_not_followed(out: Path, tmp_path: Path) -> None:
    (shard,) = (out / "data").glob(f"*{SECOND}*")
    shard.rename(tmp_path / "elsewhere.parquet")
    shard.symlink_to(tmp_path / "elsewhere.parquet")
    about = json.loads(LightTable(out, ViewConfig()).answer("about.json").body)
    assert "link" in about["damaged"][0]


def test_the_page_and_its_parts_name_nothing_outside(table: LightTable) -> None:
    page = table.answer("").body.decode()
    for name in ("light-table.css", "logic.js", "main.js"):
        assert name in page
        assert table.answer(name).status == 200
    assert "<script>" not in page
    assert "http" not in page


def test_the_name_of_a_folder_is_text(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "<script>alert(1)<!-- shards")
    assert b"<script>alert" not in LightTable(out, ViewConfig()).answer("").body


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_a_dataset_is_one_line(tmp_path: Path, make: bool) -> None:
    place = tmp_path / "nothing"
    if make:
        place.mkdir()
    with pytest.raises(ShardError) as caught:
        LightTable(place, ViewConfig())
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_plates_are_told_of_and_shown_where_they_are_known(tmp_path: Path) -> None:
    table = LightTable(lay_table(tmp_path / "shards", plates=[a_plate()]), ViewConfig())
    assert json.loads(table.answer("about.json").body)["plates"] is True
    (plate,) = json.loads(table.answer(f"plates/{SECOND}/0.json").body)["plates"]
    assert (plate["width"], plate["height"], plate["seen"]) == (2 * WIDTH, HEIGHT, round(1 - 1 / HEIGHT, 4))
    assert plate["placements"] == [[0, 0, 0, 1], [3, WIDTH, 0, 1]]
    body = table.answer(f"plate/{SECOND}/0/0").body
    shown = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert shown[0, 0].tolist() == [0, 0, 255, 255]  # red, as OpenCV has it
    assert shown[-1, 0, 3] == 0
    assert json.loads(table.answer(f"plates/{SECOND}/1.json").body) == {"plates": []}
    assert table.answer(f"plate/{SECOND}/0/1").status == 404


def test_a_dataset_without_plates_says_so(table: LightTable) -> None:
    assert json.loads(table.answer("about.json").body)["plates"] is False
    assert json.loads(table.answer(f"plates/{SECOND}/0.json").body) == {"plates": []}


@pytest.mark.parametrize("column", ["image", "known"])
@pytest.mark.parametrize("data", [None, b"nonsense", bomb()])
def test_a_plate_of_nonsense_is_a_line(tmp_path: Path, column: str, data: bytes | None) -> None:
    out = lay_table(tmp_path / "shards", plates=[a_plate()])
    spoil_plate(out, SECOND, **{column: data})
    table = LightTable(out, ViewConfig())
    assert table.answer(f"plate/{SECOND}/0/0").status == 422
    assert table.answer("picture/0/0/color").status == 200


def test_placements_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards", plates=[a_plate()])
    places = [
        {"frame_index": frame, "x": x, "y": 0.0, "scale": scale}
        for frame, x, scale in ((0, float("nan"), 1), (1, 2.0, 0), (2, 3.0, 1))
    ]
    spoil_plate(out, SECOND, placements=places, seen_fraction=float("inf"))
    (plate,) = json.loads(LightTable(out, ViewConfig()).answer(f"plates/{SECOND}/0.json").body)["plates"]
    assert (plate["placements"], plate["seen"]) == ([[2, 3, 0, 1]], 0)


def test_a_damaged_shard_of_plates_is_a_line(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards", plates=[a_plate()])
    (shard,) = (out / "backgrounds").glob("*.parquet")
    shard.write_bytes(b"PAR1")
    answer = LightTable(out, ViewConfig()).answer(f"plates/{SECOND}/0.json")
    assert answer.status == 422
    assert shard.name in answer.body.decode()


def test_empty_cells_of_a_plate_are_passed_over(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards", plates=[a_plate()])
    places = [None, {"frame_index": 0, "x": None, "y": 0.0, "scale": 1.0}]
    spoil_plate(out, SECOND, placements=places, seen_fraction=None)
    (plate,) = json.loads(LightTable(out, ViewConfig()).answer(f"plates/{SECOND}/0.json").body)["plates"]
    assert (plate["placements"], plate["seen"]) == ([], 0)
