"""What episodes are called where people see them."""

from __future__ import annotations

from dougagen.report.episodes import episode_labels


def test_an_episode_is_called_by_its_file_and_apart_where_two_have_one_name() -> None:
    a, b, c = "a" * 16, "a" * 8 + "b" * 8, "c" * 16
    assert episode_labels({a: "01.mkv", c: "02.mkv"}) == {a: "01.mkv", c: "02.mkv"}
    assert episode_labels({a: "01.mkv", c: "01.mkv"}) == {a: "01.mkv · aaaaaaaa", c: "01.mkv · cccccccc"}
    alike = episode_labels({a: "01.mkv", b: "01.mkv", c: "01.mkv · aaaaaaaa"})
    assert len(set(alike.values())) == 3
