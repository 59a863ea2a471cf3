"""What others lay into a dataset's folder: nothing foreign is read, changed or waited for, and one episode's
trouble is that episode's."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from dougagen.errors import ShardError
from dougagen.files import Folder
from dougagen.runs.hashes import HashCache
from dougagen.runs.words import FileIdentity
from dougagen.shards import (
    EpisodeWriter,
    encode_record,
    open_dataset,
    read_ledger,
    recover,
    verify_dataset,
    write_card,
)
from dougagen.shards.card import renew_card
from dougagen.shards.locks import lock_path

pytestmark = pytest.mark.usefixtures("no_hang")
ID, OTHER = "0123456789abcdef", "f" * 16
SECRET = "words that are nobody else's business"


@pytest.fixture
def foreign(tmp_path) -> Path:
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


def killed_between_its_renames(out: Path, make_record, make_entry, monkeypatch, episode_id: str = ID) -> None:
    """A commit that has its intent and none of its names."""

    def refuses(self: Folder, old: str, new: str) -> None:
        if new.endswith(".parquet"):
            raise OSError(5, "Input/output error")
        rename(self, old, new)

    rename = Folder.rename
    with monkeypatch.context() as broken:
        broken.setattr(Folder, "rename", refuses)
        with pytest.raises(ShardError, match="input/output error"):
            write(out, make_record, make_entry, episode_id)


def write(out: Path, make_record, make_entry, episode_id: str) -> None:
    with EpisodeWriter(out, episode_id=episode_id) as writer:
        writer.write(encode_record(make_record(0, episode_id=episode_id)))
        writer.commit(make_entry(1, episode_id=episode_id))


# ---- folders -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["data", "episodes", ".dougagen", ".dougagen/locks"])
def test_a_folder_of_a_dataset_that_is_a_link_is_refused_and_nothing_goes_there(
    out, foreign, name, make_record, make_entry
) -> None:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).symlink_to(foreign)
    with pytest.raises(
        ShardError, match=r"a link lies where a folder is needed.*put what it leads to"
    ) as told:
        write(out, make_record, make_entry, ID)
    assert "\n" not in str(told.value)
    assert [p.name for p in foreign.iterdir()] == ["secret"]


def test_recovery_removes_nothing_through_a_link(out, foreign, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    theirs = foreign / f".train-{OTHER}-00000.parquet.partial"
    theirs.write_text("theirs")
    shutil.rmtree(out / "data")
    (out / "data").symlink_to(foreign)
    with pytest.raises(ShardError, match="a link lies where a folder is needed"):
        recover(out)
    assert theirs.read_text() == "theirs"


# ---- one episode's trouble -----------------------------------------------------------------------------
def test_a_folder_named_like_a_shard_holds_up_no_other_episode(
    out, make_record, make_entry, monkeypatch
) -> None:
    killed_between_its_renames(out, make_record, make_entry, monkeypatch)
    killed_between_its_renames(out, make_record, make_entry, monkeypatch, OTHER)
    in_the_way = out / "data" / f"train-{ID}-00000.parquet"
    in_the_way.mkdir()
    troubled, done = recover(out)
    assert (troubled.episode_id, troubled.completed) == (ID, False)
    assert "a folder lies where a file is needed" in troubled.trouble
    assert (done.episode_id, done.completed, done.trouble) == (OTHER, True, "")
    in_the_way.rmdir()
    assert [found.completed for found in recover(out)] == [True]
    assert verify_dataset(out).damages == ()


def test_a_commit_finds_out_before_it_is_promised_that_a_folder_has_its_name(
    out, make_record, make_entry
) -> None:
    (out / "data" / f"train-{ID}-00000.parquet").mkdir(parents=True)
    with pytest.raises(ShardError, match=r"train-.*a folder lies where a file is needed"):
        write(out, make_record, make_entry, ID)
    assert list((out / "episodes").iterdir()) == [] if (out / "episodes").exists() else True
    write(out, make_record, make_entry, OTHER)
    assert read_ledger(out, OTHER) is not None


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_lies_at_one_episodes_lock_stops_no_other(
    out, foreign, kind, make_record, make_entry, monkeypatch
) -> None:
    killed_between_its_renames(out, make_record, make_entry, monkeypatch)
    killed_between_its_renames(out, make_record, make_entry, monkeypatch, OTHER)
    lock = lock_path(out, ID)
    lock.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        lock.symlink_to(foreign / "secret")
    else:
        (os.mkfifo if kind == "pipe" else os.mkdir)(lock)
    troubled, done = recover(out)
    assert f"a {kind} lies where a file is needed" in troubled.trouble
    assert done.completed
    assert (foreign / "secret").read_text() == SECRET


# ---- pipes ---------------------------------------------------------------------------------------------
def test_a_pipe_where_hashes_are_remembered_is_not_waited_for(out, tmp_path) -> None:
    (out / "episodes").mkdir(parents=True)
    (out / ".dougagen").mkdir()
    os.mkfifo(out / ".dougagen" / "hashes.json")
    video = tmp_path / "video.mkv"
    video.write_bytes(b"x")
    os.utime(video, (1, 1))
    cache = HashCache(out)
    assert cache.episode_id(video) is None
    cache.remember(video, FileIdentity.of(video), ID)
    cache.save()
    assert stat.S_ISFIFO((out / ".dougagen" / "hashes.json").stat().st_mode)


def test_a_ledger_that_is_a_pipe_or_a_link_is_one_line(out, foreign, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    ledger = out / "episodes" / f"{ID}.json"
    ledger.rename(foreign / "ledger")
    ledger.symlink_to(foreign / "ledger")
    with pytest.raises(ShardError, match=r"the ledger cannot be read \(a link lies"):
        read_ledger(out, ID)
    ledger.unlink()
    os.mkfifo(ledger)
    with pytest.raises(ShardError, match=r"the ledger cannot be read \(a pipe lies"):
        read_ledger(out, ID)


def test_a_shard_that_is_a_link_is_read_by_nobody(out, foreign, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    (shard,) = (out / "data").glob("*.parquet")
    shard.rename(foreign / "shard")
    shard.symlink_to(foreign / "shard")
    with pytest.raises(ShardError, match="a link lies where a file is needed"):
        list(open_dataset(out).records())
    (damage,) = verify_dataset(out).damages
    assert damage.where == f"data/{shard.name}"


def test_verify_names_no_file_of_a_folder_that_a_link_leads_to(out, foreign, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    (foreign / "their film.parquet").write_text("theirs")
    (foreign / ".their film.partial").write_text("theirs")
    shutil.rmtree(out / "data")
    (out / "data").symlink_to(foreign)
    report = verify_dataset(out)
    (damage,) = report.damages
    assert "cannot be read (a link lies where a folder is needed)" in damage.what
    assert "put what it leads to there instead" in damage.remedy
    assert "their film" not in str(report)


def test_shards_of_a_plain_folder_may_be_links_as_in_a_download_cache(
    out, foreign, tmp_path, make_record, make_entry
) -> None:
    write(out, make_record, make_entry, ID)
    (shard,) = (out / "data").glob("*.parquet")
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / shard.name).symlink_to(shard)
    assert len(list(open_dataset(cache).records())) == 1


# ---- the card ------------------------------------------------------------------------------------------
def test_a_readme_that_is_a_link_is_left_alone_and_its_text_goes_nowhere(
    out, foreign, make_record, make_entry, caplog
) -> None:
    write(out, make_record, make_entry, ID)
    (out / "README.md").symlink_to(foreign / "secret")
    with pytest.raises(ShardError, match=r"is left alone, and so the dataset has no card \(a link lies"):
        write_card(out)
    renew_card(out)
    assert "the dataset card was not written" in caplog.text
    assert (out / "README.md").is_symlink()
    assert stat.S_IMODE((foreign / "secret").stat().st_mode) == 0o600
    assert not [p for p in out.rglob("*") if p.is_file() and not p.is_symlink() and SECRET in _text(p)]


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


@pytest.mark.parametrize(
    "text",
    [
        "# Mes dessins à moi\r\nligne\r\n".encode(),
        "\ufeff# With a mark at its start\n".encode(),
        b"# no line end",
        b"---\nlicense: mit\n---\n# A card of my own\n\x0c\n",
    ],
)
def test_the_owners_text_is_kept_byte_for_byte(out, text, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    (out / "README.md").write_bytes(text)
    for _ in range(2):
        card = write_card(out).read_bytes()
        assert card.endswith(text)
        assert card.count(text) == 1
        write(out, make_record, make_entry, OTHER) if read_ledger(out, OTHER) is None else None


@pytest.mark.parametrize(
    "text",
    [
        "# 私の絵\n".encode("shift_jis"),
        "# Zeichnungen: schön\n".encode("utf-16"),
        "# plain\n".encode("utf-16-le"),
        b"x" * (5 << 20),
    ],
    ids=["shift_jis", "utf-16", "utf-16-le without a mark", "5 MB"],
)
def test_a_readme_that_no_card_can_hold_is_left_as_it_is(out, text, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    (out / "README.md").write_bytes(text)
    with pytest.raises(ShardError, match=r"README\.md': is left alone, and so the dataset has no card"):
        write_card(out)
    assert (out / "README.md").read_bytes() == text


def test_a_card_saved_with_other_line_ends_is_still_ours(out, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    card = write_card(out)
    card.write_bytes(
        card.read_bytes().replace(b"license: other", b"license: mit").replace(b"\n", b"\r\n") + b"Mine.\r\n"
    )
    again = write_card(out).read_bytes()
    assert again.startswith(b"---\nlicense: mit\n")
    assert again.count(b"Below this line is yours") == 1
    assert again.endswith(b"Mine.\r\n")


def test_a_card_keeps_the_permissions_of_the_readme_that_it_replaces(out, make_record, make_entry) -> None:
    write(out, make_record, make_entry, ID)
    (out / "README.md").write_text("# private notes\n")
    (out / "README.md").chmod(0o600)
    assert stat.S_IMODE(write_card(out).stat().st_mode) == 0o600


def test_what_the_owner_saves_while_the_card_is_written_is_not_lost(
    out, make_record, make_entry, monkeypatch
) -> None:
    from dougagen.shards import card as module

    write(out, make_record, make_entry, ID)
    (out / "README.md").write_text("# first\n")
    real, saved = module._body, []

    def saving(entries):
        if not saved:
            saved.append((out / "README.md").write_text("# second, and longer\n"))
        return real(entries)

    monkeypatch.setattr(module, "_body", saving)
    assert write_card(out).read_text().endswith("# second, and longer\n")
