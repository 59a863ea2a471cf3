"""What a bad disk, a broken copy, another tool or an attacker makes of a good file, by kind of file.

Bytes alone rarely come past a checksum. So what has a structure is also changed inside of it, and put
together again as its format wants it: JSON by value, PNG by chunk, Parquet by cell, safetensors by header.
"""

from __future__ import annotations

import copy
import json
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from faults import mutated

Change = Callable[[bytes, random.Random], bytes]
WORDS = (
    *(
        "",
        " ",
        ".",
        "..",
        "../../foreign/kept",
        "/etc/passwd",
        "a/b",
        "-rf",
        "\x00",
        "a\nb\r\tc",
        "\x1b]0;x\x07",
    ),
    *(
        "\u202egpj.exe",
        "\ud800",
        "<script>",
        "%s%n",
        "$(id)",
        "'\"`",
        "{0}",
        "夜",
        "1e9999",
        "nan",
        "1/0",
        "0/1",
    ),
    *("x" * 70_000, "9" * 5000, "=1+1", "[red]x", "data/*.parquet", "https://127.0.0.1:9/x", "s3://a/b"),
)
NUMBERS = (
    *(
        0,
        1,
        -1,
        2,
        7,
        255,
        256,
        65_535,
        65_536,
        2**31 - 1,
        2**31,
        2**32,
        2**53 + 1,
        2**63 - 1,
        2**63,
        -(2**63),
    ),
    *(10**400, -(10**400), 0.5, -0.0, 1e-320, 1e308, float("inf"), float("-inf"), float("nan"), True, False),
)


def some_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to three faults; never the same bytes, unless by chance."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = mutated(data, rng) if data else rng.randbytes(rng.randrange(64))
    return data


def any_value(rng: random.Random) -> Any:
    """What JSON can hold."""
    kind = rng.randrange(8)
    if kind < 3:
        return rng.choice(NUMBERS)
    if kind < 6:
        return rng.choice(WORDS)
    deep: Any = rng.choice(([], {}, None))
    for _ in range(rng.choice((0, 1, 3, 300))):
        deep = [deep] if rng.random() < 0.5 else {rng.choice(WORDS): deep}
    return deep


def some_json(value: Any, rng: random.Random) -> Any:
    """The value with one to four nodes of it changed, dropped, doubled, renamed or exchanged."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 2, 4))):
        holders = [holder for holder in _holders(value) if len(holder)]
        if not holders:
            return any_value(rng)
        holder = rng.choice(holders)
        at = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
        how = rng.randrange(6)
        if how == 0:
            del holder[at]
        elif how == 1 and isinstance(holder, list):
            holder.extend(holder * rng.choice((1, 1, 100)))
        elif how == 1:
            holder[rng.choice(WORDS)] = holder.pop(at)
        elif how == 2:
            other = rng.choice(holders)
            key = rng.choice(list(other)) if isinstance(other, dict) else rng.randrange(len(other))
            holder[at] = copy.deepcopy(other[key])
        elif how == 3 and isinstance(holder[at], (int, float)):
            holder[at] = holder[at] + rng.choice((-1, 1, 0.5, 2**31))
        elif how == 3 and isinstance(holder[at], str):
            holder[at] = some_bytes(holder[at].encode(), rng).decode("utf-8", "replace")
        else:
            holder[at] = any_value(rng)
    return value


def _holders(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in _holders(one))]
    if isinstance(value, list):
        return [value, *(found for one in value for found in _holders(one))]
    return []


def json_file(data: bytes, rng: random.Random) -> bytes:
    """A JSON file as bytes or by value."""
    if rng.random() < 0.3:
        return some_bytes(data, rng)
    return json.dumps(some_json(json.loads(data), rng)).encode("utf-8", "replace")


def text_file(data: bytes, rng: random.Random) -> bytes:
    """A text by bytes, lines and words: TOML, Markdown."""
    if rng.random() < 0.25:
        return some_bytes(data, rng)
    lines = data.decode("utf-8", "replace").splitlines()
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, how = rng.randrange(len(lines)), rng.randrange(6)
        name, sign, _ = lines[at].partition("=")
        if how == 0 and len(lines) > 1:
            del lines[at]
        elif how == 1:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif how == 2 and sign:
            lines[at] = f"{rng.choice(WORDS)} ={_}"
        elif sign:
            value = any_value(rng)
            plain = json.dumps(value, ensure_ascii=rng.random() < 0.5)
            lines[at] = f"{name}= {rng.choice((plain, str(value), '0x' + 'f' * 40, '1979-05-27', 'inf'))}"
        else:
            lines[at] = some_bytes(lines[at].encode(), rng).decode("utf-8", "replace")
    return "\n".join(lines).encode("utf-8", "replace")


def png_file(data: bytes, rng: random.Random) -> bytes:
    """A PNG by bytes, or by chunks with their checksums right."""
    if rng.random() < 0.25:
        return some_bytes(data, rng)
    chunks, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append([data[at + 4 : at + 8], data[at + 8 : at + 8 + length]])
        at += 12 + length
    for _ in range(rng.choice((1, 1, 2, 3))):
        chunk, how = rng.choice(chunks), rng.randrange(8)
        if how == 0:
            fields = list(struct.unpack(">IIBBBBB", chunks[0][1])) if len(chunks[0][1]) == 13 else [1] * 7
            field = rng.randrange(7)
            fields[field] = rng.choice((0, 1, 2, 3, 4, 6, 7, 8, 16, 255, 30_000, 2**31)) % (
                2**32 if field < 2 else 256
            )
            chunks[0][1] = struct.pack(">IIBBBBB", *fields)
        elif how == 1:
            chunk[1] = some_bytes(chunk[1], rng)
        elif how == 2:
            chunks.insert(rng.randrange(len(chunks) + 1), list(chunk))
        elif how == 3 and len(chunks) > 1:
            chunks.remove(chunk)
        elif how == 4:
            rng.shuffle(chunks)
        elif how == 5:
            kind = rng.choice(
                (b"PLTE", b"tRNS", b"iCCP", b"gAMA", b"acTL", b"fdAT", b"eXIf", b"tEXt", b"zzZz", b"IEND")
            )
            chunks.insert(
                rng.randrange(len(chunks) + 1), [kind, rng.randbytes(rng.choice((0, 1, 12, 768, 4000)))]
            )
        else:
            _change_samples(chunks, rng)
    whole = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return data[:8] + b"".join(whole)


def _change_samples(chunks: list[list[bytes]], rng: random.Random) -> None:
    """Lines that inflate, but are too many, too few, or not what the header says."""
    samples = [chunk for chunk in chunks if chunk[0] == b"IDAT"]
    if samples:
        try:
            lines = zlib.decompress(b"".join(body for _, body in samples))
        except zlib.error:
            return
        samples[0][1] = zlib.compress(rng.choice((some_bytes(lines, rng), lines * rng.choice((0, 2, 400)))))


def safetensors_file(data: bytes, rng: random.Random) -> bytes:
    """Weights by bytes, or by the values of their header, the JSON inside of it included."""
    if rng.random() < 0.25:
        return some_bytes(data, rng)
    length = int.from_bytes(data[:8], "little")
    header, tensors = json.loads(data[8 : 8 + length]), data[8 + length :]
    facts, how = header["__metadata__"], rng.randrange(4)
    if how == 0:
        name = rng.choice([name for name, text in facts.items() if text.startswith("{")] or ["options"])
        facts[name] = json.dumps(some_json(json.loads(facts[name]), rng))
    elif how == 1:
        facts[rng.choice(list(facts))] = rng.choice(WORDS)
    elif how == 2:
        header = some_json(header, rng)
    else:
        tensors = some_bytes(tensors, rng)
        at = rng.randrange(max(1, len(tensors) - 64))
        tensors = (
            tensors[:at]
            + struct.pack("<e", rng.choice((float("nan"), float("inf"), 65504))) * 32
            + tensors[at + 64 :]
        )
    text = json.dumps(header).encode("utf-8", "replace")
    return struct.pack("<Q", len(text)) + text + tensors


def some_table(
    table: pa.Table, rng: random.Random, images: dict[str, Callable[[bytes, random.Random], bytes]]
) -> pa.Table:
    """A table with cells of one to three columns changed, or the columns themselves; ``images`` says how the
    bytes of a picture's column are."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(table.column_names)
        at, how = table.column_names.index(name), rng.randrange(10)
        if how == 0 and len(table.column_names) > 1:
            table = table.drop_columns([name])
        elif how == 1:
            table = (
                pa.concat_tables([table] * rng.choice((2, 3))) if rng.random() < 0.7 else table.slice(0, 0)
            )
        elif how == 2:
            table = _of_another_type(table, at, rng)
        elif how == 3:
            other = rng.choice(table.column_names)
            table = table.set_column(at, name, table[other])
        elif how == 4:
            facts = dict(table.schema.metadata or {})
            key = rng.choice([*facts, b"dougagen_schema_version", b"huggingface"])
            facts[key] = rng.choice(
                (b"", b"0", b"99", b"-1", b"{", b"\xff", rng.choice(WORDS).encode("utf-8", "replace"))
            )
            table = table.replace_schema_metadata(facts)
        else:
            values = table[name].to_pylist()
            if values:
                row = rng.randrange(len(values))
                values[row] = _cell(values[row], table.schema.field(at).type, rng, images.get(name))
                try:
                    table = table.set_column(
                        at, table.schema.field(at), pa.array(values, table.schema.field(at).type)
                    )
                except (pa.ArrowException, OverflowError, ValueError, TypeError):
                    continue  # no table can hold that
    return table


def _cell(
    value: Any, kind: pa.DataType, rng: random.Random, image: Callable[[bytes, random.Random], bytes] | None
) -> Any:
    if image is not None and value and value.get("bytes") and rng.random() < 0.8:
        return {"bytes": image(value["bytes"], rng), "path": value["path"]}
    if rng.random() < 0.1:
        return None
    if pa.types.is_string(kind):
        return (
            rng.choice(WORDS).encode("utf-8", "replace").decode() if rng.random() < 0.7 else (value or "") * 2
        )
    if pa.types.is_list(kind):
        cells = list(value or [])
        for n in range(len(cells)):
            if rng.random() < 0.5:
                cells[n] = _cell(cells[n], kind.value_type, rng, None)
        return rng.choice((cells, cells * 2, cells[:-1], cells[::-1], []))
    if pa.types.is_struct(kind):
        cells = dict(value or {})
        field = kind.field(rng.randrange(kind.num_fields))
        cells[field.name] = _cell(cells.get(field.name), field.type, rng, None)
        return cells
    if pa.types.is_binary(kind):
        return some_bytes(value or b"", rng)
    if pa.types.is_floating(kind):
        return float(np.float32(rng.choice((0, -1, 2, 1e30, -1e30, float("nan"), float("inf"), 1e-40))))
    bits = kind.bit_width if pa.types.is_integer(kind) else 8
    return rng.choice((0, 1, -1, 2, 100_000, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), (value or 0) + 1))


def _of_another_type(table: pa.Table, at: int, rng: random.Random) -> pa.Table:
    column, name = table.column(at), table.column_names[at]
    kind = rng.choice(
        (
            pa.large_string(),
            pa.string(),
            pa.int64(),
            pa.int8(),
            pa.float64(),
            pa.binary(),
            pa.null(),
            pa.bool_(),
        )
    )
    try:
        return table.set_column(at, name, column.cast(kind))
    except (pa.ArrowException, ValueError):
        return table.set_column(at, name, pa.nulls(len(table), kind))
