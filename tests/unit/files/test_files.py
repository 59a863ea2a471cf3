"""What lies in an output folder is never believed: links, pipes and folders where a file is looked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dougagen.errors import UsageError
from dougagen.files import (
    FileRefused,
    Folder,
    FolderRefused,
    append_file,
    copy_file,
    folder_at,
    names_in,
    new_file,
    open_file,
    read_file,
    refused_as,
    remove_file,
    require_file_or_nothing,
    stat_of,
    write_file,
)

pytestmark = pytest.mark.usefixtures("no_hang")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of somebody else's with a file in it."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "file").write_text("private")
    return folder


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


# ---- reading -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["pipe", "folder", "device"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, what: str) -> None:
    path = tmp_path / "it"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(FileRefused, match=f"a {what} lies where a file is needed"):
        read_file(path, most=10)


def test_a_link_in_an_output_folder_is_not_read_through(out: Path, foreign: Path) -> None:
    (out / "file").symlink_to(foreign / "file")
    with pytest.raises(FileRefused, match="a link lies where a file is needed"):
        read_file(out / "file", most=100, below=out)


def test_a_link_that_the_user_named_is_read_through(out: Path, foreign: Path) -> None:
    (out / "file").symlink_to(foreign / "file")
    assert read_file(out / "file", most=100) == b"private"


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path, out: Path) -> None:
    (out / "file").write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(out)
    assert read_file(link / "file", most=100, below=link) == b"mine"


@pytest.mark.parametrize("depth", ["a", "a/b"])
def test_no_folder_on_the_way_may_be_a_link(out: Path, foreign: Path, depth: str) -> None:
    place = out / depth
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(foreign)
    for attempt in (
        lambda: read_file(place / "file", most=100, below=out),
        lambda: write_file(place / "file", "mine", below=out),
        lambda: remove_file(place / "file", below=out),
        lambda: append_file(place / "file", below=out),
        lambda: names_in(place, below=out),
        lambda: stat_of(place / "file", below=out),
    ):
        with pytest.raises(FolderRefused, match="a link lies where a folder is needed"):
            attempt()
    assert [p.name for p in foreign.iterdir()] == ["file"]
    assert (foreign / "file").read_text() == "private"


def test_a_path_that_climbs_out_of_its_folder_is_a_fault(out: Path) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        write_file(out / ".." / "escaped", "x", below=out)
    assert not (out.parent / "escaped").exists()


def test_more_bytes_than_allowed_are_not_read(out: Path) -> None:
    (out / "file").write_bytes(bytes(11))
    assert read_file(out / "file", most=11) == bytes(11)
    with pytest.raises(FileRefused, match="more than 10 bytes"):
        read_file(out / "file", most=10)


def test_a_missing_file_is_missing_and_no_refusal(out: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_file(out / "gone" / "file", below=out)
    assert stat_of(out / "gone" / "file", below=out) is None
    assert names_in(out / "gone", below=out) == []
    remove_file(out / "gone" / "file", below=out)


# ---- writing -------------------------------------------------------------------------------------------
def test_a_link_gives_way_to_the_file_and_what_it_led_to_stays(out: Path, foreign: Path) -> None:
    (out / "file").symlink_to(foreign / "file")
    write_file(out / "file", "mine", below=out)
    assert (out / "file").read_text() == "mine"
    assert not (out / "file").is_symlink()
    assert (foreign / "file").read_text() == "private"


def test_a_file_is_there_whole_or_as_it_was(out: Path) -> None:
    (out / "file").write_text("old")

    def half() -> None:
        with new_file(out / "file", below=out) as file:
            file.write(b"half")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        half()
    assert (out / "file").read_text() == "old"
    assert hidden(out) == []


def test_the_unfinished_file_has_a_name_that_nobody_foresees(out: Path) -> None:
    seen = set()
    for _ in range(20):
        with new_file(out / "file", below=out):
            (name,) = hidden(out)
            assert not name.endswith(".parquet")
            seen.add(name)
    assert len(seen) == 20


def test_a_file_that_is_replaced_keeps_its_permissions(out: Path) -> None:
    (out / "file").write_text("old")
    (out / "file").chmod(0o600)
    write_file(out / "file", "new", below=out)
    assert stat.S_IMODE((out / "file").stat().st_mode) == 0o600


def test_a_new_file_has_the_permissions_of_the_umask(out: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(out / "file", "new", below=out)
    finally:
        os.umask(before)
    assert stat.S_IMODE((out / "file").stat().st_mode) == 0o640


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_a_pipe_or_a_folder_is_not_replaced_nor_waited_for(out: Path, make) -> None:
    make(out / "file")
    for attempt in (
        lambda: write_file(out / "file", "mine", below=out),
        lambda: append_file(out / "file", below=out),
        lambda: append_file(out / "file"),
        lambda: require_file_or_nothing(out / "file", below=out),
    ):
        with pytest.raises(FileRefused, match="lies where a file is needed"):
            attempt()
    assert hidden(out) == []


def test_what_is_appended_goes_through_no_link(out: Path, foreign: Path) -> None:
    (out / "log").symlink_to(foreign / "file")
    with pytest.raises(FileRefused, match="a link"):
        append_file(out / "log", below=out)
    assert (foreign / "file").read_text() == "private"


def test_a_terminal_or_nothing_at_all_may_be_named_for_a_log() -> None:
    with append_file(Path("/dev/null")) as file:
        file.write(b"line\n")


def test_folders_below_the_output_folder_are_made_and_it_itself_is_not(out: Path) -> None:
    write_file(out / "a" / "b" / "file", "x", below=out)
    assert (out / "a" / "b" / "file").read_text() == "x"
    with pytest.raises(FileNotFoundError):
        write_file(out / "gone" / "file", "x", below=out / "gone")


def test_a_long_name_still_has_room_for_its_hidden_one(out: Path) -> None:
    for name in ("x" * 255, "夜" * 85):
        write_file(out / name, "x", below=out)
        assert (out / name).read_text() == "x"


def test_a_folder_swapped_for_a_link_meanwhile_changes_nothing(out: Path, foreign: Path) -> None:
    (out / "a").mkdir()
    with folder_at(out / "a", below=out) as folder:
        (out / "a").rename(out / "moved")
        (out / "a").symlink_to(foreign)
        with folder.create("new") as file:
            file.write(b"mine")
        folder.remove("file")
    assert (out / "moved" / "new").read_text() == "mine"
    assert [p.name for p in foreign.iterdir()] == ["file"]


def test_a_copy_is_of_a_file_and_never_of_what_a_link_leads_to(out: Path, foreign: Path) -> None:
    (out / "file").symlink_to(foreign / "file")
    with pytest.raises(FileRefused, match="a link"):
        copy_file(out / "file", out / "copy", below=out)
    assert not (out / "copy").exists()


def test_a_refusal_is_one_line_with_the_remedy(out: Path, foreign: Path) -> None:
    (out / "data").symlink_to(foreign)
    path = out / "data" / "file"
    with (
        pytest.raises(UsageError) as told,
        refused_as(UsageError, path, what="cannot be written", remedy="choose another"),
    ):
        write_file(path, "x", below=out)
    assert str(told.value).startswith(f"'{out / 'data'}': cannot be written (a link lies where a folder")
    assert "put what it leads to there instead" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_is_moved_between_folders_and_takes_the_place_of_a_link(tmp_path: Path) -> None:
    for name in ("from", "into"):
        (tmp_path / name).mkdir()
    (tmp_path / "from/a").write_text("new")
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "into/a").symlink_to(tmp_path / "theirs")
    with Folder.named(tmp_path / "from") as source, Folder.named(tmp_path / "into") as target:
        source.move("a", target)
        (tmp_path / "from/b").write_text("new")
        (tmp_path / "into/b").mkdir()
        with pytest.raises(FileRefused, match="a folder lies where a file is needed"):
            source.move("b", target)
        with pytest.raises(ValueError, match="plain file name"):
            source.move("../theirs", target)
    assert (tmp_path / "into/a").read_text() == "new"
    assert not (tmp_path / "into/a").is_symlink()
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_folder_is_cleared_and_what_links_lead_to_stays(tmp_path: Path) -> None:
    (tmp_path / "out/deep/er").mkdir(parents=True)
    (tmp_path / "out/deep/er/file").write_text("ours")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/file").write_text("theirs")
    (tmp_path / "out/deep/link").symlink_to(tmp_path / "theirs")
    with Folder.named(tmp_path / "out") as folder:
        folder.clear()
    assert list((tmp_path / "out").iterdir()) == []
    assert (tmp_path / "theirs/file").read_text() == "theirs"
