"""What a filter is made of: comparisons of columns, each of which a table can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from dougagen.shards.schema import SCHEMA

Value = str | int | float


class Condition(Protocol):
    """A part of a filter."""

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        """A truth value for each row, null where it is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, a member of a struct (``picture_area.width``), or an element of a list counted from 1."""

    name: str
    member: str = ""
    element: int = 0

    @property
    def type(self) -> pa.DataType:
        """Of its values."""
        whole = SCHEMA.field(self.name).type
        if self.member:
            return whole.field(self.member).type
        return whole.value_type if self.element else whole

    @property
    def words(self) -> str:
        """As it is written."""
        return f"{self.name}.{self.member}" if self.member else self.name

    def values(self, table: pa.Table) -> pa.ChunkedArray:
        """Of each row of ``table``; null where a list is too short."""
        column = table[self.name]
        if self.member:
            return pc.struct_field(column, self.member)
        if self.element:
            one = pc.list_slice(column, self.element - 1, self.element, return_fixed_size_list=True)
            return pc.list_element(one, 0)
        return column


@dataclass(frozen=True, slots=True)
class Compared:
    """Two columns, or a column and a value of its type; ``sign`` is Arrow's name of the comparison."""

    sign: str
    left: Column
    right: Column | Value

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        values = self.left.values(table)
        if isinstance(self.right, Column):
            return pc.call_function(self.sign, [values, self.right.values(table)])
        if isinstance(self.right, float) and pa.types.is_integer(values.type):
            values = values.cast(pa.float64(), safe=False)
        # 0.9 of a float32 column is the number that it would hold for 0.9
        return pc.call_function(self.sign, [values, pa.scalar(self.right, values.type)])


@dataclass(frozen=True, slots=True)
class InList:
    """``'dark' in flags``."""

    value: Value
    column: Column

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        values = self.column.values(table).combine_chunks()
        equal = pc.equal(pc.list_flatten(values), pa.scalar(self.value, values.type.value_type))
        holding = pc.filter(pc.list_parent_indices(values), equal)
        rows = pa.array(range(len(values)), holding.type)
        return pa.chunked_array([pc.is_in(rows, value_set=holding)])


@dataclass(frozen=True, slots=True)
class Like:
    """A pattern with ``%`` and ``_``."""

    column: Column
    pattern: str
    any_case: bool

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.match_like(self.column.values(table), self.pattern, ignore_case=self.any_case)


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether there is no value."""

    column: Column

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.is_null(self.column.values(table))


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; what is not known stays so."""

    inner: Condition

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.invert(self.inner.holds(table))


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts by Arrow's ``and_kleene`` or ``or_kleene``."""

    join: Callable[[Any, Any], Any]
    parts: tuple[Condition, ...]

    def holds(self, table: pa.Table) -> pa.ChunkedArray:
        first, *others = self.parts
        found = first.holds(table)
        for part in others:
            found = self.join(found, part.holds(table))
        return found


def any_of(parts: Iterator[Condition]) -> Condition:
    """True where one of ``parts`` is."""
    return Joined(pc.or_kleene, tuple(parts))
