"""A store for the tests of commands that read and write one: a server for all of them, and places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import fsspec
import pytest
from stores import BUCKET, s3_server, settings

from dougagen.files import StorePath, place
from dougagen.files.stores import conditions
from dougagen.files.stores import store as stores_of_process


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3 server."""
    with s3_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """This process talks to the server at an address from now on."""

    def talk_to(address: str, *, keys: dict[str, str] | None = None, **more: str) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (settings(address, **(keys or {})) | more).items():
            monkeypatch.setenv(name, value)
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        stores_of_process._store.cache_clear()
        conditions._tried.clear()

    yield talk_to
    stores_of_process._store.cache_clear()


@pytest.fixture
def out(server: str, use: Callable[..., None], request: pytest.FixtureRequest) -> StorePath:
    """A place for a dataset that nothing is in."""
    use(server)
    found = place(f"s3://{BUCKET}/{abs(hash(request.node.name))}/shards")
    assert isinstance(found, StorePath)
    return found
