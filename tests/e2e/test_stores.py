"""Videos and datasets in an object store, by the real command line, against a real S3 server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from equal_drawings import put
from stores import BUCKET, OWNER, READER, BreakingProxy, environment, filesystem, settings
from tiny_weights import write_tiny_weights

import dougagen as dg
from dougagen.errors import EpisodeError
from dougagen.files import StoreRefused, place, staged
from dougagen.runs import find_episodes
from dougagen.shards import open_dataset, read_rows, settle_repeats, verify_dataset, write_card
from dougagen.torch import TripletDataset

pytestmark = pytest.mark.xdist_group("stores")
ROOT = Path(__file__).resolve().parents[2]
A, B = "a" * 16, "b" * 16
DATASET = f"s3://{BUCKET}/shards"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes, one of which repeats a drawing of the other, with plates."""
    out = tmp_path_factory.mktemp("local") / "shards"
    put(out, A, [0, 1], "mark", source="01.mkv", plate=True)
    put(out, B, [0, 2], "mark", source="02.mkv")
    settle_repeats(out)
    write_card(out)
    return out


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, tiny: Any) -> Path:
    return tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 1, frames=24)


@pytest.fixture(scope="module")
def filled(server: str, local: Path, clip: Path) -> str:
    """The server with the dataset in it, and a clip under two names."""
    store = filesystem(server)
    store.put(f"{local}/", f"{BUCKET}/shards/", recursive=True)
    store.put(str(clip), f"{BUCKET}/in/第1話　a.mkv")
    store.put(str(clip), f"{BUCKET}/in/deep/again.mkv")
    store.pipe_file(f"{BUCKET}/in/notes.txt", b"no video")
    return server


@pytest.fixture
def here(filled: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """This process knows the server, too; the store's client is made once, and with the owner's keys."""
    for name, value in settings(filled).items():
        monkeypatch.setenv(name, value)
    return filled


def dougagen(
    *words: str | Path, address: str, code: int = 0, keys: dict[str, str] = OWNER, **more: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(address, **keys) | {"PYTHONPATH": str(ROOT)} | more,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert not re.search("secret|OWNERKEY|READERKEY|Signature", done.stdout + done.stderr)
    return done


def the_error(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that is one."""
    (line,) = (line for line in done.stderr.splitlines() if "error:" in line)
    return line


def test_a_dataset_in_a_store_reads_as_the_one_on_the_disk(here: str, local: Path) -> None:
    far, near = open_dataset(DATASET), open_dataset(local)
    assert [table.to_pylist() for table in far.rows()] == [table.to_pylist() for table in near.rows()]
    assert [r.record_id for r in far] == [r.record_id for r in near]
    assert (far[1].triplet.color == near[1].triplet.color).all()
    assert far[-1].record_id == near[-1].record_id
    assert [p.background_id for p in far.plates] == [p.background_id for p in near.plates]
    assert len(dg.open_dataset(f"{DATASET}/data")) == 4, "a plain folder of shards"
    assert len(dg.open_dataset(f"{DATASET}/data/{near.shards[0].name}")) == 2, "a single shard"
    report = verify_dataset(place(DATASET))
    assert (report.ok, report.records, report.plates) == (True, 4, 1)
    there = TripletDataset(DATASET)
    assert (there[2]["color"] == TripletDataset(local)[2]["color"]).all()


def test_torchs_workers_read_from_a_store(here: str) -> None:
    from torch.utils.data import DataLoader

    dataset = TripletDataset(DATASET)
    assert dataset[0]["douga"].shape == (5, 7), "and a connection that a fork does not inherit"
    batches = list(DataLoader(dataset, batch_size=2, num_workers=1, multiprocessing_context="fork"))
    assert [tuple(batch["color"].shape) for batch in batches] == [(2, 3, 5, 7)] * 2


def test_commands_read_a_dataset_in_a_store(filled: str, local: Path, tmp_path: Path) -> None:
    far = json.loads(dougagen("stats", DATASET, "--json", address=filled, keys=READER).stdout)
    near = json.loads(dougagen("stats", local, "--json", address=filled).stdout)
    assert far.pop("root") == DATASET
    near.pop("root")
    assert far == near
    dougagen("export", DATASET, "--to", "folders", "--out", tmp_path / "out", address=filled, keys=READER)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 12
    page = tmp_path / "page.html"
    dougagen("stats", DATASET, "--html", page, address=filled, keys=READER)
    assert "shards" in page.read_text()


def test_the_light_table_shows_a_dataset_in_a_store(here: str) -> None:
    from urllib.request import urlopen

    from dougagen.view import open_light_table

    with open_light_table(place(DATASET), port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert server.table.drawings == 4
        assert server.table.has_plates
        with urlopen(server.url) as answer:
            assert b"<html" in answer.read()
        server.shutdown()


def test_damage_in_a_store_is_named_and_no_more_than_it_is(here: str, local: Path) -> None:
    store, there = filesystem(here), f"{BUCKET}/damaged"
    store.put(f"{local}/", f"{there}/", recursive=True)
    first, second = (name for name in store.ls(f"{there}/data", detail=False))
    store.pipe_file(first, store.cat_file(first)[:-9])
    store.rm_file(second)
    damages = {(Path(d.where).name, d.what) for d in verify_dataset(place(f"s3://{there}")).damages}
    assert any(name == Path(first).name and "the ledger says" in what for name, what in damages)
    assert (Path(second).name, "is in the ledger and not in the folder") in damages
    told: list[str] = []
    assert list(open_dataset(f"s3://{there}", on_damage=lambda error: told.append(error.what)).rows()) == []
    assert len(told) == 2


def test_videos_of_a_store_are_staged_and_gone_afterwards(filled: str, clip: Path, tmp_path: Path) -> None:
    weights, staging = write_tiny_weights(tmp_path / "weights"), tmp_path / "staging"
    staging.mkdir()
    (dead := staging / "dougagen-staged-dead").mkdir()
    (dead / ".lock").touch()
    usual = ("--models", weights, "--device", "cpu", "--out")
    words = ("extract", f"s3://{BUCKET}/in/*.mkv", *usual, tmp_path / "globbed")
    done = dougagen(*words, address=filled, keys=READER, TMPDIR=str(staging))
    assert "1 extracted" in done.stderr
    assert list(staging.iterdir()) == [], "and what a killed run left is gone, too"
    dougagen("extract", clip, *usual, tmp_path / "near", address=filled)
    (far,), (near,) = (list(read_rows(tmp_path / out)) for out in ("globbed", "near"))
    assert far.drop_columns("source") == near.drop_columns("source"), "rows are those of a local file"
    assert set(far["source"].to_pylist()) == {"第1話　a.mkv"}
    texts = [path.read_text() for path in (tmp_path / "globbed" / "episodes").glob("*.json")]
    assert not any(re.search("secret|OWNERKEY|READERKEY|127[.]0[.]0", text) for text in texts)


def test_a_video_of_the_web_is_read_and_its_timesheet_is_that_of_the_file(
    filled: str, clip: Path, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    handler = partial(SimpleHTTPRequestHandler, directory=str(clip.parent))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{web.server_address[1]}/{clip.name}"
        far = dg.timesheet(address, progress=False)
        web.shutdown()
    assert find_episodes([f"s3://{BUCKET}/in"]) == (
        place(f"s3://{BUCKET}/in/deep/again.mkv"),
        place(f"s3://{BUCKET}/in/第1話　a.mkv"),
    )
    assert far.to_dict() == dg.timesheet(clip, progress=False).to_dict()
    assert far.to_dict() == dg.timesheet(f"s3://{BUCKET}/in/deep/again.mkv", progress=False).to_dict()


def test_an_answer_that_leads_to_another_host_is_not_followed() -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/x.mkv")  # type: ignore[attr-defined]
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        with pytest.raises(EpisodeError, match="the server says that it is at another host"):
            dg.timesheet(f"http://127.0.0.1:{web.server_address[1]}/x.mkv", progress=False)
        web.shutdown()


@pytest.mark.parametrize(
    ("words", "code", "keys", "why"),
    [
        (("probe", "s3://nothing-here/x.mkv"), 1, OWNER, "there is no such bucket"),
        (("probe", f"s3://{BUCKET}/x.mkv"), 1, OWNER, "there is no such file"),
        (("stats", f"s3://{BUCKET}/x"), 1, OWNER, "there is no such folder or file"),
        (("extract", f"s3://{BUCKET}/in/*.avi", "--out", "x"), 2, OWNER, "the pattern matches no file"),
        (("verify", DATASET), 1, OWNER | {"AWS_SECRET_ACCESS_KEY": "x"}, "does not take these credentials"),
        (("stats", DATASET), 1, {"AWS_REGION": "us-east-1"}, "no credentials were found"),
        (("extract", f"s3://{BUCKET}/in/x.mkv", "--out", "memory://a/b"), 2, OWNER, "cannot be written yet"),
    ],
)
def test_what_a_store_refuses_is_one_line(
    words: tuple[str, ...], code: int, keys: dict[str, str], why: str, filled: str
) -> None:
    line = the_error(dougagen(*words, address=filled, code=code, keys=keys))
    assert why in line
    assert re.search("(s3|memory)://", line)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("cut before", "the connection to the store broke|the store cannot be reached"),
        ("overloaded", r"the store is overloaded or broken \(50"),
        pytest.param("silent", "the store does not answer", marks=pytest.mark.slow),
    ],
)
def test_a_store_that_breaks_for_good_is_one_line_within_half_a_minute(
    fault: Any, why: str, filled: str
) -> None:
    with BreakingProxy(filled, lambda *_: fault) as proxy:
        began = time.monotonic()
        line = the_error(dougagen("verify", DATASET, address=proxy.address, code=1))
        assert re.search(why, line), line
        assert proxy.asked
        assert time.monotonic() - began < 60, "30 s on a free machine"


def test_each_request_that_breaks_once_is_asked_again(
    filled: str, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off before and after the answer, and overloaded, at every request of a reading."""
    with BreakingProxy(filled, lambda *_: "") as proxy:
        usual = dougagen("verify", DATASET, address=proxy.address)
        requests = len(proxy.asked)
    assert requests > 10
    faults = ("cut before", "cut after", "overloaded")
    with BreakingProxy(filled, lambda _m, _p, number: faults[number // 2 % 3] if number % 2 else "") as proxy:
        broken = dougagen("verify", DATASET, address=proxy.address)
        assert len(proxy.asked) > requests
    assert broken.stderr.split(" ", 2)[2:] == usual.stderr.split(" ", 2)[2:]


def test_a_file_that_changes_while_it_is_read_is_noticed(here: str) -> None:
    store, path = filesystem(here), place(f"s3://{BUCKET}/in/growing.mkv")
    store.pipe_file(path.key, os.urandom(9 << 20))  # type: ignore[attr-defined]

    def grow(_: int) -> None:
        store.pipe_file(path.key, os.urandom(10 << 20))  # type: ignore[attr-defined]

    with pytest.raises(StoreRefused, match="changed while it was being read"), staged(path, moved=grow):
        pytest.fail("it must not be handed over")  # type: ignore[unreachable]
