"""The words on the command line mean files, folders and globs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dougagen.errors import UsageError
from dougagen.runs.extraction import require_output_folder
from dougagen.runs.inputs import find_episodes


@pytest.fixture
def season(tmp_path: Path) -> Path:
    for name in ("b.mkv", "a.MP4", "extras/c.webm", "cover.jpg", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def test_a_folder_means_the_videos_below_it_in_order(season: Path) -> None:
    assert [p.name for p in find_episodes([str(season)])] == ["a.MP4", "b.mkv", "c.webm"]


def test_a_glob_means_what_it_matches(season: Path) -> None:
    assert [p.name for p in find_episodes([str(season / "*.mkv")])] == ["b.mkv"]


def test_a_file_named_twice_is_one_episode(season: Path) -> None:
    assert len(find_episodes([str(season / "b.mkv"), str(season / "*.mkv")])) == 1


def test_a_named_file_is_tried_whatever_its_suffix(season: Path) -> None:
    assert find_episodes([str(season / "notes.txt")]) == (season / "notes.txt",)


def test_brackets_in_a_real_file_name_are_no_pattern(tmp_path: Path) -> None:
    odd = tmp_path / "[group] show - 01 [1080p].mkv"
    odd.write_bytes(b"x")
    assert find_episodes([str(odd)]) == (odd,)


def test_a_missing_file_is_kept_so_that_it_fails_alone(tmp_path: Path) -> None:
    assert find_episodes([str(tmp_path / "gone.mkv")]) == (tmp_path / "gone.mkv",)


def test_a_folder_without_videos_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder holds no video"):
        find_episodes([str(tmp_path)])


def test_a_glob_without_matches_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="matches no file"):
        find_episodes([str(tmp_path / "*.mkv")])


@pytest.mark.parametrize("below", ["", "shards", "shards/deep"])
def test_an_output_path_that_is_or_lies_in_a_file_is_refused(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with pytest.raises(UsageError, match="the output path is a file"):
        require_output_folder(file / below)


def test_an_output_folder_that_is_not_there_yet_is_fine_and_not_made(tmp_path: Path) -> None:
    require_output_folder(tmp_path / "new" / "shards")
    assert list(tmp_path.iterdir()) == []


def test_a_glob_through_links_to_its_own_folder_ends_and_finds_each_file_once(season: Path) -> None:
    for name in ("again", "and_again", "extras/up"):
        (season / name).symlink_to(season)
    found = find_episodes([str(season / "**" / "*.mkv"), str(season / "**" / "*.webm")])
    assert [p.relative_to(season).as_posix() for p in found] == ["b.mkv", "extras/c.webm"]


def test_a_glob_looks_into_folders_that_are_linked_from_elsewhere(tmp_path: Path, season: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "season").symlink_to(season / "extras")
    assert find_episodes([str(library / "**" / "*.webm")]) == (library / "season" / "c.webm",)


@pytest.mark.parametrize("pattern", ["**", "**/*", "./**/*.*", "**/extras/**/*.webm"])
def test_a_glob_of_stars_means_the_videos_that_lie_there(season: Path, monkeypatch, pattern: str) -> None:
    monkeypatch.chdir(season)
    assert (Path("extras") / "c.webm") in find_episodes([pattern])


def test_a_folder_that_links_to_itself_is_searched_once(season: Path) -> None:
    (season / "loop").symlink_to(season)
    assert [p.name for p in find_episodes([str(season)])] == ["a.MP4", "b.mkv", "c.webm"]
