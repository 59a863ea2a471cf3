"""Every reader of dougagen, and how it is attacked: one function a reader, one hostile input a call.

A new reader (hints of a colorizer, a file that Ray hands over) is a function here and a line in ``READERS``.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from pickle import UnpicklingError
from threading import Thread

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny
import torch
from campaigns import mutations
from campaigns.bench import Bench, Broken
from campaigns.corpus import EPISODES
from campaigns.looks import EXPORTS, look_at, vouch

from dougagen.domain import Drawing, FootageCounts, FrameSpan
from dougagen.errors import EpisodeError
from dougagen.evaluation.real_drawings import read_drawings
from dougagen.evaluation.shot_clips import _Truth
from dougagen.footage.timesheet import read_truth
from dougagen.networks import load_weights
from dougagen.runs.decoder import DecoderLimits
from dougagen.runs.messages import Receiver, Sender
from dougagen.runs.words import Failed, Noticed, Tick
from dougagen.runs.worker import Plan, do_episode
from dougagen.shards import (
    committed_ids,
    parse_filter,
    verify_dataset,
)
from dougagen.training.checkpoint import read_checkpoint
from dougagen.training.presets import read_preset, supply_of

Attack = Callable[[Bench], None]
_IMAGES = {
    "color": mutations.png_file,
    "cel_mask": mutations.png_file,
    "douga": mutations.png_file,
    "image": mutations.png_file,
    "known": mutations.png_file,
}
_LIMITS = DecoderLimits(stall_seconds=30.0, memory_bytes=1 << 30)


def videos(bench: Bench) -> None:
    """A clip of one container and codec, through the real decoder process into a dataset."""
    sources = sorted((bench.corpus / "videos").iterdir())
    source = bench.rng.choice(sources)
    suffix = source.suffix if bench.rng.random() < 0.8 else bench.rng.choice(sources).suffix
    path = bench.root / "in" / f"clip{suffix}"
    path.parent.mkdir()
    path.write_bytes(mutations.some_bytes(source.read_bytes(), bench.rng))
    if bench.rng.random() < 0.3:
        bench.command("probe", path, *bench.rng.choice(((), ("--json",), ("--csv", f"{bench.root}/out/"))))
        shutil.rmtree(bench.root / "out", ignore_errors=True)
    out = bench.root / "out"
    load = tiny.Load()
    networks = load(0, 1)
    plan = Plan(out, limits=_LIMITS)
    outcome = bench.asked(
        "extract", lambda: do_episode(path, plan=plan, reconstructor=networks, digest=plan.digest(networks))
    )
    bench.ends[f"{source.suffix} {source.stem[3:]}: {type(outcome).__name__.lower()}"] += 1
    if isinstance(outcome, Failed):
        bench.require_line(str(outcome.error))
        if "(TypeError" in str(outcome.error) or "the decoder failed (" in str(outcome.error):
            raise Broken(str(outcome.error))
        if out.exists() and committed_ids(out):
            raise Broken(f"failed, and is committed: {outcome.error}")
    else:
        report = verify_dataset(out)
        if report.damages or report.records != outcome.report.records:
            raise Broken(f"committed {outcome.report.records} rows, found {report}")


def shards(bench: Bench) -> None:
    """A shard by bytes; half of them with a ledger that vouches for it."""
    out = bench.copy("dataset")
    path = _a_file(bench, out, "data")
    path.write_bytes(mutations.some_bytes(path.read_bytes(), bench.rng))
    if bench.rng.random() < 0.5:
        vouch(out)
    look_at(bench, out)


def cells(bench: Bench) -> None:
    """A whole shard whose cells, columns or types are others."""
    _change_table(bench, "data", {})


def pictures(bench: Bench) -> None:
    """A whole shard with a picture of which a few bytes or chunks are others."""
    _change_table(bench, "data", _IMAGES, only=("color", "cel_mask", "douga"))


def plates(bench: Bench) -> None:
    """As shards, cells and pictures, of the second table."""
    if bench.rng.random() < 0.3:
        out = bench.copy("dataset")
        path = _a_file(bench, out, "backgrounds")
        path.write_bytes(mutations.some_bytes(path.read_bytes(), bench.rng))
        vouch(out)
        look_at(bench, out)
    else:
        only = ("image", "known") if bench.rng.random() < 0.5 else ()
        _change_table(bench, "backgrounds", _IMAGES, only=only)


def ledgers(bench: Bench) -> None:
    """A ledger by bytes or values."""
    out = bench.copy("dataset")
    path = bench.rng.choice(sorted((out / "episodes").glob("*.json")))
    path.write_bytes(mutations.json_file(path.read_bytes(), bench.rng))
    look_at(bench, out, spoilt=path.stem)


def side_files(bench: Bench) -> None:
    """Prints and rows that are set aside; mostly with a ledger that vouches for them."""
    out = bench.copy("dataset")
    path = bench.rng.choice([p for p in (out / "episodes").iterdir() if p.suffix in (".prints", ".dropped")])
    if path.suffix == ".dropped" and bench.rng.random() < 0.6:
        pq.write_table(mutations.some_table(pq.read_table(path), bench.rng, _IMAGES), path)
    else:
        path.write_bytes(mutations.some_bytes(path.read_bytes(), bench.rng))
    if bench.rng.random() < 0.8:
        vouch(out)
    look_at(bench, out)


def leftovers(bench: Bench) -> None:
    """What a dead run leaves: intents, hidden shards, lists, locks, hashes, a card; all of it a lie."""
    out, rng = bench.copy("dataset"), bench.rng
    (out / ".dougagen" / "locks").mkdir(parents=True, exist_ok=True)
    some_ledger = rng.choice(sorted((out / "episodes").glob("*.json"))).read_bytes()
    some_shard = rng.choice(sorted((out / "data").iterdir()))
    stranger, known = f"{rng.getrandbits(64):016x}", rng.choice(EPISODES)
    for _ in range(rng.choice((1, 2, 4))):
        name = rng.choice((stranger, known))
        lie = rng.choice((mutations.json_file(some_ledger, rng), some_ledger, b"", rng.randbytes(99)))
        names = json.dumps(rng.choices((*mutations.WORDS, some_shard.name), k=5)).encode("utf-8", "replace")
        target, content = rng.choice(
            (
                (out / "episodes" / f".{name}.intent", lie),
                (out / "episodes" / f".{name}.json.intent", lie),
                (out / "episodes" / f".{name}.replaced.0123abcd.partial", names),
                (out / "episodes" / f".{name}.replaced", names),
                (out / "data" / f".{some_shard.name}.unfinished", some_shard.read_bytes()),
                (out / "data" / f".{some_shard.name}.0123abcd.partial", lie),
                (out / "data" / f"train-{name}-00007.parquet", some_shard.read_bytes()),
                (out / ".dougagen" / "hashes.json", lie),
                (out / ".dougagen" / "locks" / f"{name}.lock", lie),
                (out / "README.md", mutations.text_file((out / "README.md").read_bytes(), rng)),
            )
        )
        target.write_bytes(content)
    look_at(bench, out)


def _change_table(
    bench: Bench, folder: str, images: dict[str, mutations.Change], *, only: tuple[str, ...] = ()
) -> None:
    out = bench.copy("dataset")
    path = _a_file(bench, out, folder)
    table = pq.read_table(path)
    if only:
        row, name = bench.rng.randrange(len(table)), bench.rng.choice(only)
        values = table[name].to_pylist()
        data = values[row]["bytes"]
        change = images[name] if data.startswith(b"\x89PNG") else mutations.some_bytes
        values[row] = {"bytes": change(data, bench.rng), "path": values[row]["path"]}
        at = table.column_names.index(name)
        table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
    else:
        table = mutations.some_table(table, bench.rng, images)
    pq.write_table(table, path)
    vouch(out)
    look_at(bench, out)


def _a_file(bench: Bench, out: Path, folder: str) -> Path:
    return bench.rng.choice(sorted((out / folder).iterdir()))


def weights(bench: Bench) -> None:
    """Weights by bytes or header; what loads must run."""
    folder = bench.copy("weights")
    path = bench.rng.choice(sorted(folder.glob("*.safetensors")))
    path.write_bytes(mutations.safetensors_file(path.read_bytes(), bench.rng))
    bench.command("models", "--models", folder, *bench.rng.choice(((), ("--json",))))
    loaded = bench.asked("load", lambda: load_weights(path))
    if loaded is not None and loaded.wiring.value in ("color", "color+mask", "masked"):
        channels = next(p for p in loaded.module.parameters() if p.ndim == 4).shape[1]
        with torch.inference_mode():
            bench.asked("run", lambda: loaded.module(torch.zeros(1, channels, 32, 32)))


def labels(bench: Bench) -> None:
    """An artist's files by bytes, chunks, kinds and names."""
    folder, rng = bench.copy("labels"), bench.rng
    files = sorted(folder.glob("s?_*.png"))
    for path in rng.sample(files, rng.choice((1, 1, 2, 3))):
        how = rng.random()
        if how < 0.8:
            path.write_bytes(mutations.png_file(path.read_bytes(), rng))
        elif how < 0.9:
            path.write_bytes(mutations.some_bytes((bench.corpus / "photo.jpg").read_bytes(), rng))
        else:
            path.rename(folder / f"{rng.choice(('a', 'ü', '..', ' ', '<b>'))}{path.name[2:]}")
    bench.command("label", "import", folder, "--out", bench.root / "out")


def configurations(bench: Bench) -> None:
    """A training configuration by lines, words and bytes."""
    folder = bench.copy("configs")
    path = bench.rng.choice(sorted(folder.iterdir()))
    path.write_bytes(mutations.text_file(path.read_bytes(), bench.rng))
    preset = bench.asked("configuration", lambda: read_preset(str(path)))
    if preset is not None:
        bench.asked("studio", lambda: supply_of(preset.studio, workers=1))


def truths(bench: Bench) -> None:
    """What evaluation reads beside clips: their truth, an artist's drawings."""
    folder = bench.copy("real")
    path = folder / "truth.json"
    path.write_bytes(mutations.json_file(path.read_bytes(), bench.rng))
    bench.asked("truth", lambda: read_truth(path))
    picture = bench.rng.choice(sorted(folder.glob("*.png")))
    picture.write_bytes(mutations.png_file(picture.read_bytes(), bench.rng))
    bench.asked("drawings", lambda: read_drawings(folder))
    masks = sorted((bench.corpus / "labels").glob("*_cel_mask.png"))
    (folder / "000000_cel_mask.png").write_bytes(mutations.png_file(masks[0].read_bytes(), bench.rng))
    bench.asked("true picture", lambda: _Truth(folder).cel(0))


def checkpoints(bench: Bench) -> None:
    """A training run's state: a pickle in an archive."""
    path = bench.copy("checkpoint")
    path.write_bytes(mutations.some_bytes(path.read_bytes(), bench.rng))
    bench.asked("checkpoint", lambda: read_checkpoint(path, identity='{"seed": 1}'))


def messages(bench: Bench) -> None:
    """What a decoder that a file has taken over may send: pickles that lie."""
    sent = io.BytesIO()
    drawing = Drawing("a" * 16, 0, (FrameSpan(0, 2),), np.zeros((4, 6, 3), np.uint8))
    said = (
        Tick(3, FootageCounts(), {"decode": 0.5}),
        drawing,
        Noticed("x"),
        Failed(EpisodeError("x", where="y")),
    )
    ours, theirs = os.pipe()
    Sender(theirs).send(bench.rng.choice((*said, Fraction(1, 3))))
    sent.write(mutations.some_bytes(os.read(ours, 1 << 16), bench.rng))
    writer = Thread(target=lambda: (os.write(theirs, sent.getvalue()), os.close(theirs)))
    writer.start()
    receiver = Receiver(ours)
    try:
        for _ in range(3):
            receiver.receive(5.0)
            bench.ends["message: taken"] += 1
    except (UnpicklingError, EOFError):
        bench.ends["message: refused"] += 1
    except Exception as error:
        raise Broken(f"a message raises {error!r}") from error
    finally:
        writer.join()
        receiver.close()


def filters(bench: Bench) -> None:
    """A condition as it is typed, or comes from a script."""
    parts = [
        "flags",
        "has",
        "'dark'",
        "and",
        "not",
        "(",
        ")",
        "time",
        ">",
        "=",
        "<=",
        "3",
        "-1e999",
        "in",
        "null",
    ]
    parts += ["width", "source", "or", "'", '"x"', "color", "exposures", "."]
    words = [bench.rng.choice((*parts, *parts, *mutations.WORDS)) for _ in range(bench.rng.randrange(1, 12))]
    text = "".join(f"{word} " for word in words)[:20_000]
    text = text.encode("utf-8", "replace").decode()
    found = bench.asked("filter", lambda: parse_filter(text))
    if found is not None:
        bench.command(
            "export", bench.copy("dataset"), "--to", "folders", "--where", text, "--out", bench.root / "out"
        )


def journals(bench: Bench) -> None:
    """An export that carries on where its journal lies."""
    dataset, out = bench.copy("dataset"), bench.root / "out"
    to = bench.rng.choice(EXPORTS)
    bench.command("export", dataset, "--to", to, "--out", out)
    path = bench.rng.choice(sorted((out / ".dougagen" / "export").iterdir()))
    change = mutations.json_file if path.suffix == ".json" else mutations.some_bytes
    path.write_bytes(change(path.read_bytes(), bench.rng))
    bench.command("export", dataset, "--to", to, "--out", out)


READERS: dict[str, tuple[Attack, int]] = {
    "videos": (videos, 30),
    "shards": (shards, 8),
    "cells": (cells, 12),
    "pictures": (pictures, 10),
    "plates": (plates, 8),
    "ledgers": (ledgers, 8),
    "side files": (side_files, 3),
    "leftovers": (leftovers, 4),
    "weights": (weights, 5),
    "labels": (labels, 4),
    "configurations": (configurations, 3),
    "truths": (truths, 2),
    "checkpoints": (checkpoints, 1),
    "messages": (messages, 1),
    "filters": (filters, 1),
    "journals": (journals, 1),
}
"""Reader → its attack, and how many of a hundred inputs it gets."""
_TURNS = [name for name, (_, share) in READERS.items() for _ in range(share)]
random.Random(0).shuffle(_TURNS)


def reader_of(number: int) -> str:
    """Whose turn the input of this number is, the same for every seed."""
    return _TURNS[number % len(_TURNS)]
