"""The report page: one file with everything in it, harmless whatever the names say, bounded in size."""

from __future__ import annotations

import json
import re

import pytest

from dougagen.errors import ShardError
from dougagen.report.contact_sheet import contact_sheet
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
    first, second = data_of(page)["cards"]
    assert (first["frame"], first["held"], first["exposures"]) == (0, 3, [[0, 2], [5, 6]])
    assert (first["cel"], first["flags"], second["flags"]) == (0.3, ["dark"], [])
    assert all(first[kind].startswith("data:image/") for kind in ("color", "mask", "douga"))
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
    assert data_of(page)["cards"][0]["episode"] == HOSTILE
    assert page.count("</script>") == 2  # the two that are ours
    assert "<img src=x" not in page


def test_of_many_drawings_the_least_sure_are_shown_and_the_rest_evenly(
    tmp_path, drawing, commit_episode
) -> None:
    many = [drawing([(n, n + 1)], cel_confidence=0.1 if n == 37 else 0.9) for n in range(100)]
    commit_episode(tmp_path, many, row_group_bytes=5000)
    cards = list(contact_sheet(open_dataset(tmp_path), most=10))
    frames = [card.facts["frame"] for card in cards]
    assert 37 in frames
    assert frames == sorted(frames)
    assert len(frames) <= 10
    assert frames[-1] == 99


def test_the_pictures_stay_within_their_budget(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path, [drawing([(n, n + 1)]) for n in range(20)])
    one = next(contact_sheet(open_dataset(tmp_path))).size
    assert len(list(contact_sheet(open_dataset(tmp_path), budget=5 * one + 1))) == 5


def test_a_damaged_shard_is_named_on_the_page(tmp_path, drawing, commit_episode) -> None:
    out = tmp_path / "shards"
    commit_episode(out, [drawing([(0, 2)])])
    commit_episode(out, [drawing([(0, 2)], episode_id="f" * 16)], episode_id="f" * 16)
    shard = next((out / "data").glob("*ffff*.parquet"))
    shard.write_bytes(b"PAR1")
    stats = write_report(out, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert stats.records == 1
    assert "Damaged" in page
    assert shard.name in page


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
