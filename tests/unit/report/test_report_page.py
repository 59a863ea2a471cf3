"""The report page: one file with everything in it, harmless whatever the names say, bounded in size."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from light_tables import HEIGHT, SECOND, WIDTH, a_plate, drawn, lay_table, spoil
from records import commit, entry_of, record_of

from dougagen.errors import ShardError
from dougagen.report.contact_sheet import WIDTHS, contact_sheet
from dougagen.report.page import write_report
from dougagen.report.plots import columns, rows
from dougagen.shards import open_dataset

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\n.mkv"


def data_of(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_holds_every_drawing_of_a_small_dataset_with_its_pictures(
    tmp_path, drawing, commit_episode
) -> None:
    commit_episode(
        tmp_path / "shards", [drawing([(0, 2), (5, 6)], cel=3, flags=("dark",)), drawing([(2, 5)])]
    )
    write_report(tmp_path / "shards", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    first, second = data_of(page)["drawings"]
    assert (first["frame"], first["spans"]) == (0, [[0, 2], [5, 6]])
    assert (first["cel"], first["flags"], second["flags"]) == (0.3, ["dark"], [])
    assert all(first["pictures"][kind].startswith("data:image/") for kind in ("color", "mask", "douga"))
    assert "How long a drawing is held" in page
    assert not list(tmp_path.glob(".*"))  # nothing half written stays


def test_the_page_opens_no_network(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path / "shards", [drawing([(0, 2)])])
    write_report(tmp_path / "shards", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["'](?!data:)|https?://|@import|url\(""", page)


def test_a_hostile_name_is_shown_and_never_run(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path / "shards", [drawing([(0, 2)], source=HOSTILE, flags=(HOSTILE,))])
    write_report(tmp_path / "shards", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert data_of(page)["drawings"][0]["source"] == HOSTILE
    assert page.count("</script>") == 2  # the data and the script
    assert "<img src=x" not in page


def test_no_script_runs_but_the_one_that_the_page_was_made_with(tmp_path) -> None:
    write_report(lay_table(tmp_path / "shards"), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    script = page[page.rindex("<script>") + len("<script>") : page.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in page
    assert "script-src 'unsafe" not in page


def test_the_first_screen_is_drawings_and_the_figures_are_behind_a_button(tmp_path) -> None:
    write_report(lay_table(tmp_path / "shards"), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.index('id="list"') < page.index('id="figures"')
    assert re.search(r'<section id="figures"[^>]* hidden>', page)


def test_episodes_stand_by_name_and_drawings_have_the_numbers_of_probe(tmp_path) -> None:
    write_report(lay_table(tmp_path / "shards"), tmp_path / "report.html")
    data = data_of((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [episode["label"] for episode in data["about"]["episodes"]] == ["ep 2.mkv", "ep 10.mkv"]
    numbers = {
        (one["source"], one["shot"], one["frame"]): one["number"]
        for one in data["drawings"]
        if "number" in one
    }
    assert numbers == {("ep 2.mkv", 0, 0): 1, ("ep 2.mkv", 0, 3): 2, ("ep 2.mkv", 1, 11): 2}
    assert data["about"]["sheets"][SECOND] == {"0": [0, 9, 2], "1": [9, 15, 2]}


def test_of_many_drawings_the_least_sure_are_shown_and_the_rest_evenly(
    tmp_path, drawing, commit_episode
) -> None:
    many = [drawing([(n, n + 1)], cel_confidence=0.1 if n == 37 else 0.9) for n in range(100)]
    commit_episode(tmp_path, many, row_group_bytes=5000)
    cards = contact_sheet(open_dataset(tmp_path), most=10).cards
    frames = [card.facts["frame"] for card in cards]
    assert 37 in frames
    assert frames == sorted(frames)
    assert len(frames) <= 10
    assert frames[-1] == 99


def test_of_many_drawings_whole_stretches_of_shots_are_shown(tmp_path, drawing, commit_episode) -> None:
    many = [
        drawing([(n, n + 1)], shot_index=n // 10, cel_confidence=0.1 if n == 437 else 0.9)
        for n in range(1000)
    ]
    commit_episode(tmp_path, many)
    cards = contact_sheet(open_dataset(tmp_path), most=250).cards
    shots = Counter(card.facts["shot"] for card in cards)
    assert 200 <= len(cards) <= 250
    assert 43 in shots
    assert set(shots.values()) == {10}  # no shot is torn
    assert max(shots) == 99


def test_a_page_says_what_is_not_on_it(tmp_path, drawing, commit_episode, monkeypatch) -> None:
    out = tmp_path / "shards"
    commit_episode(out, [drawing([(n, n + 1)]) for n in range(20)])
    write_report(out, tmp_path / "whole.html")
    assert data_of((tmp_path / "whole.html").read_text(encoding="utf-8"))["about"]["note"] == ""
    monkeypatch.setattr(contact_sheet, "__kwdefaults__", contact_sheet.__kwdefaults__ | {"most": 5})
    write_report(out, tmp_path / "part.html")
    note = data_of((tmp_path / "part.html").read_text(encoding="utf-8"))["about"]["note"]
    assert "5 of 20 drawings" in note
    assert "dougagen view shards" in note


def test_the_pictures_stay_within_their_budget(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path, [drawing([(n, n + 1)]) for n in range(20)])
    one = contact_sheet(open_dataset(tmp_path)).cards[0].size
    assert len(contact_sheet(open_dataset(tmp_path), budget=5 * one + 1).cards) == 5


def test_pictures_are_as_large_as_the_budget_lets_them_be(tmp_path) -> None:
    tall = [drawn(n, [(n, n + 1)]) for n in range(4)]
    wide = []
    for record in tall:
        color = np.repeat(np.repeat(record.triplet.color, 8, 0), 8, 1)
        mask = color[..., 1] < 200
        big = record_of(color, mask, mask.astype(np.uint8))
        wide.append(replace(big, record_id=record.record_id, provenance=record.provenance))
    commit(tmp_path, wide, entry_of(4, frames=4, width=8 * WIDTH, height=8 * HEIGHT))
    dataset = open_dataset(tmp_path)
    whole = contact_sheet(dataset)
    assert (whole.width >= 1280, whole.widest, _width_of(whole.cards[0].color)) == (True, 1280, 1280)
    assert whole.cards[0].douga.startswith("data:image/png")  # the classes themselves
    total = sum(card.size for card in whole.cards)
    less = contact_sheet(dataset, budget=total // 2)
    assert less.width in WIDTHS
    assert _width_of(less.cards[0].color) == less.width < 1280
    assert len(less.cards) == 4
    assert sum(card.size for card in less.cards) <= total // 2


def _width_of(uri: str) -> int:
    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    return int(cv2.imdecode(data, cv2.IMREAD_COLOR).shape[1])


def test_a_page_carries_the_plates_of_its_shots_as_far_as_there_is_room(tmp_path) -> None:
    dataset = open_dataset(lay_table(tmp_path, plates=[a_plate()]))
    sheet = contact_sheet(dataset)
    assert sheet.plates_left_out == 0
    (plate,) = sheet.shelves[SECOND][0]
    assert (plate["width"], plate["placements"]) == (2 * WIDTH, [[0, 0, 0, 1], [3, WIDTH, 0, 1]])
    data = np.frombuffer(base64.b64decode(plate["image"].partition(",")[2]), np.uint8)
    shown = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert shown.shape == (HEIGHT, 2 * WIDTH, 4)
    assert shown[0, 0, 2] > 240
    room = sum(card.size for card in sheet.cards)
    assert contact_sheet(dataset, budget=room).plates_left_out == 1


def test_a_damaged_drawing_is_named_and_those_around_it_are_shown(tmp_path) -> None:
    out = lay_table(tmp_path / "shards")
    spoil(out, SECOND, 1, color=b"nonsense")
    write_report(out, tmp_path / "report.html")
    data = data_of((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [one["frame"] for one in data["drawings"] if one["episode"] == SECOND] == [0, 11]
    assert [f"{SECOND}/3" in line for line in data["about"]["damaged"]] == [True]


def test_a_damaged_shard_is_named_on_the_page(tmp_path, drawing, commit_episode) -> None:
    out = tmp_path / "shards"
    commit_episode(out, [drawing([(0, 2)])])
    commit_episode(out, [drawing([(0, 2)], episode_id="f" * 16)], episode_id="f" * 16)
    shard = next((out / "data").glob("*ffff*.parquet"))
    shard.write_bytes(b"PAR1")
    stats = write_report(out, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert stats.records == 1
    assert shard.name in "".join(data_of(page)["about"]["damaged"])


def test_a_page_that_cannot_be_written_is_one_line(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path / "shards", [drawing([(0, 2)])])
    with pytest.raises(ShardError, match="cannot be written"):
        write_report(tmp_path / "shards", tmp_path / "missing" / "report.html")


def test_bars_stand_in_proportion_and_say_what_they_are() -> None:
    svg = columns({"1": 10, "2": 5, "<3": 0}, unit="frames")
    heights = [float(h) for h in re.findall(r'class="bar"[^>]*height="([\d.]+)"', svg)]
    assert heights[0] == pytest.approx(2 * heights[1], rel=0.01)
    assert heights[2] == 0
    assert "&lt;3" in svg


def test_rare_classes_are_still_seen_on_a_scale_of_magnitudes() -> None:
    svg = rows({"flat": 0.88, "highlight": 0.001}, texts=["88 %", "0.1 %"], logarithmic=True)
    flat, highlight = (float(w) for w in re.findall(r'class="bar"[^>]*width="([\d.]+)"', svg))
    assert 0.3 * flat < highlight < 0.6 * flat
    assert "nothing" in rows({}, texts=[])
