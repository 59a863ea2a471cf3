"""Addresses of stores as paths: what is taken, what is refused, and what is never shown."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from dougagen.errors import UsageError
from dougagen.files import (
    READ_ONLY,
    StorePath,
    is_address,
    names_in,
    open_file,
    place,
    read_file,
    require_local,
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("s3://seasons/shards/", "s3://seasons/shards"),
        ("S3://seasons", "s3://seasons"),
        ("gs://seasons/第1話　a.mkv", "gs://seasons/第1話　a.mkv"),
        ("memory://x/y", "memory://x/y"),
    ],
)
def test_an_address_is_a_path_that_can_be_joined_and_taken_apart(typed: str, shown: str) -> None:
    path = place(typed)
    assert isinstance(path, StorePath)
    assert str(path) == shown
    assert str(path / "data" / "x.parquet") == f"{shown}/data/x.parquet"
    assert (path / "data").parent == path
    assert (path / "data" / "x").relative_to(path).as_posix() == "data/x"
    assert pickle.loads(pickle.dumps(path)) == path
    assert type(pickle.loads(pickle.dumps(path.with_name("other")))) is StorePath
    assert place(path) is path
    assert path.resolve() is path.absolute() is path


def test_what_is_no_address_stays_a_path_of_this_machine() -> None:
    for typed in ("shards", "a:/b", "/tmp/x", "s3:/x", "x//y"):
        assert type(place(typed)) is type(Path())
        assert not is_address(typed)
    assert place("file:///tmp/x") == Path("/tmp/x")
    assert place("FILE://localhost/tmp/x") == Path("/tmp/x")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ftp://host/x", "ftp:// addresses cannot be read or written yet"),
        ("https://host/x", "https:// addresses cannot"),
        ("file://host/x", "names no file of this machine"),
        ("s3://", "names no bucket"),
        ("s3:///x", "names no bucket"),
        ("s3://a//b", "a name in it is empty"),
        ("s3://a/../b", "a name in it is empty, '.', '..'"),
        ("s3://a/\x1b[2J", "not printable"),
        ("s3://KEY:SECRET@a/b", "must not hold a password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_a_line(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why.replace(".", r"\.")) as refused:
        place(typed)
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert "SECRET" not in str(refused.value)


def test_a_web_address_is_taken_where_videos_are_read_and_never_with_its_key() -> None:
    assert str(place("https://host/a/x.mkv", also=READ_ONLY)) == "https://host/a/x.mkv"
    for typed in ("https://host/x.mkv?X-Amz-Signature=SECRET", "http://me:SECRET@host/x.mkv"):
        with pytest.raises(UsageError) as refused:
            place(typed, also=READ_ONLY)
        assert "SECRET" not in str(refused.value)


def test_a_command_that_takes_no_address_does_not_show_its_password_either() -> None:
    with pytest.raises(UsageError, match="cannot be read or written yet") as refused:
        require_local("s3://KEY:SECRET@bucket/x")
    assert "SECRET" not in str(refused.value)


def test_the_system_never_gets_to_open_the_path_of_a_store() -> None:
    path = place("s3://seasons/x")
    for call in (os.listdir, os.mkdir, open):
        with pytest.raises(UsageError, match="an address cannot be used here"):
            call(path)  # type: ignore[operator]


def test_files_of_a_store_are_listed_and_read_in_any_order_as_those_of_a_disk() -> None:
    data = bytes(range(256)) * 20000  # five blocks
    store = fsspec.filesystem("memory")
    store.pipe_file("/of-this-test-alone/shards/data/a.bin", data)
    store.pipe_file("/of-this-test-alone/shards/data/deep/b.bin", b"")
    folder = place("memory://of-this-test-alone/shards")
    assert names_in(folder) == ["data"]
    assert names_in(folder / "data") == ["a.bin", "deep"]
    assert names_in(folder / "none") == []
    assert (folder / "data").is_dir()
    assert not (folder / "data").is_file()
    assert not (folder / "none").exists()
    assert [path.name for path in (folder / "data").glob("*.bin")] == ["a.bin"]
    assert (folder / "data/a.bin").stat().st_size == len(data)
    assert read_file(folder / "data/a.bin", most=len(data)) == data
    with open_file(folder / "data/a.bin") as file:
        for at, size in ((len(data) - 7, 100), (5, 9), ((1 << 20) - 3, 8), ((3 << 20) - 1, 1 << 20)):
            file.seek(at)
            assert file.read(size) == data[at : at + size]
    with pytest.raises(FileNotFoundError):
        open_file(folder / "none")


@pytest.mark.parametrize(
    ("address", "library", "extra"), [("s3://a/b", "s3fs", "stores"), ("gs://a/b", "gcsfs", "cloud")]
)
def test_a_store_whose_library_is_missing_names_the_extra(address: str, library: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None
from dougagen.cli import main
sys.argv = ["dougagen", "stats", {address!r}]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith(f"needs libraries that are not installed; pip install 'dougagen[{extra}]'")
