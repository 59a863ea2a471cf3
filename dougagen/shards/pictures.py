"""One picture of a row group, still coded: for those who show a dataset and read no record."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from dougagen.errors import ShardError
from dougagen.shards import codec
from dougagen.shards.bounds import require_rows_fit
from dougagen.shards.color_codecs import color_codec_of, color_size
from dougagen.shards.reader import RowGroup, _file, _opened
from dougagen.shards.schema import IMAGE_COLUMNS

_BATCH_ROWS = 8


def coded_pictures(group: RowGroup, column: str) -> Iterator[bytes]:
    """The pictures of one image column of a row group, in order and as they are stored; nothing else of the
    shard is read. A row without one gives ``b""``.

    Raises ShardError naming the shard.
    """
    if column not in IMAGE_COLUMNS:
        raise ShardError(f"there is no picture {column!r}; there are {', '.join(IMAGE_COLUMNS)}")
    with _opened(group.shard, columns=(column,)) as parquet:
        with _file(group.shard) as file:
            require_rows_fit(parquet.metadata, file, group.index, (column,), rows=_BATCH_ROWS)
        for batch in parquet.iter_batches(
            batch_size=_BATCH_ROWS, row_groups=[group.index], columns=[column], use_threads=False
        ):
            yield from _bytes_of(batch.column(0))


def _bytes_of(pictures: pa.Array) -> Iterator[bytes]:
    if not pa.types.is_struct(pictures.type) or pictures.type.get_field_index("bytes") < 0:
        raise ShardError(f"a picture must be struct<bytes, path>, got {pictures.type}")
    for data in pictures.field("bytes"):
        yield data.as_py() or b""


def require_whole_picture(data: bytes) -> None:
    """Raise ShardError unless ``data`` is a picture in one of our codecs that is all there, and of a size
    within the limit: of a PNG every checksum is right. No pixel is decoded.
    """
    if not data:
        raise ShardError("the picture is missing")
    color_size(data)
    if color_codec_of(data) == "png":
        for _ in codec._raw_chunks(data):
            pass
