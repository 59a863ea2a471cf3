"""WORDS → A CONDITION ON COLUMNS: what ``--where`` takes, a corner of the SQL of DuckDB.

``cel_fraction > 0.2 and origin = 'episode' and not 'dark' in flags``. Columns are compared with values or
with each other and nothing is called: no function, no file, no other table can be named, so a filter from a
stranger can do no harm. What it says is checked against the schema before any shard is opened.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from dougagen.errors import ConfigError
from dougagen.shards.conditions import (
    Column,
    Compared,
    Condition,
    InList,
    IsNull,
    Joined,
    Like,
    Not,
    Value,
    any_of,
)
from dougagen.shards.schema import ROW_COLUMNS, SCHEMA

_LONGEST = 10_000  # characters
_DEEPEST = 40  # brackets and nots inside each other
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])|'(?P<text>(?:[^']|'')*)'"
    r"|(?P<name>[A-Za-z_]\w*|\"[A-Za-z_]\w*\")|(?P<sign><=|>=|<>|!=|==|[=<>(),.\[\]-]))"
)
_SIGNS = {
    "=": "equal", "==": "equal", "!=": "not_equal", "<>": "not_equal", "<": "less", "<=": "less_equal",
    ">": "greater", ">=": "greater_equal",
}  # fmt: skip
_WORDS = {"and", "or", "not", "in", "between", "like", "ilike", "is", "null"}
_EXAMPLE = "write for example \"cel_fraction > 0.2 and origin = 'episode' and not 'dark' in flags\""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition that can be asked of a table."""

    text: str
    """As it was written."""
    columns: tuple[str, ...]
    """Those that it reads."""
    condition: Condition

    def rows(self, table: pa.Table) -> list[int]:
        """The rows of ``table`` (it has ``columns``) for which the condition is true. Raises ConfigError."""
        try:
            true = pc.fill_null(self.condition.holds(table), False)
        except pa.ArrowException as error:
            reason = str(error).splitlines()[0]
            raise ConfigError(f"the filter cannot be asked ({reason})", remedy=_EXAMPLE) from error
        return pc.indices_nonzero(true).to_pylist()


def parse_filter(text: str) -> Filter:
    """The filter that ``text`` says. Raises ConfigError, which says where it cannot be understood."""
    if len(text) > _LONGEST:
        raise ConfigError(f"a filter has at most {_LONGEST} characters, got {len(text)}")
    reader = _Reader(text)
    condition = reader.whole()
    return Filter(text, tuple(sorted(reader.columns)), condition)


class _Reader:
    """Words to condition, by descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split())
        self._at = 0
        self._depth = 0
        self.columns: set[str] = set()

    def _split(self) -> Iterator[tuple[str, str, int]]:
        """Kind, word and position of each token; the last is an end."""
        at = 0
        while self._text[at:].strip():
            found = _TOKEN.match(self._text, at)
            if found is None:
                where = at + len(self._text[at:]) - len(self._text[at:].lstrip())
                self._refuse(f"{self._text[where : where + 20]!r} cannot be understood", where)
            kind = str(found.lastgroup)
            word, begin = found[kind], found.start(kind)
            if kind == "name" and word.lower() in _WORDS:
                kind, word = "word", word.lower()
            yield kind, word, begin
            at = found.end()
        yield "end", "", len(self._text)

    def _refuse(self, what: str, at: int | None = None, remedy: str = _EXAMPLE) -> NoReturn:
        at = self._tokens[self._at][2] if at is None else at
        raise ConfigError(f"the filter is wrong at character {at + 1}: {what}", remedy=remedy)

    def _next_is(self, *words: str) -> bool:
        kind, word, _ = self._tokens[self._at]
        return kind in ("word", "sign") and word in words

    def _take(self, *words: str) -> bool:
        """Whether the next token is one of ``words``, which is then behind us."""
        found = self._next_is(*words)
        self._at += found
        return found

    def _require(self, word: str) -> None:
        if not self._take(word):
            self._refuse(f"{word!r} is missing")

    def whole(self) -> Condition:
        """All of the text."""
        if self._tokens[0][0] == "end":
            self._refuse("it is empty")
        condition = self._or()
        if self._tokens[self._at][0] != "end":
            word = self._tokens[self._at][1]
            what = "functions cannot be called" if word == "(" else f"{word!r} is not expected there"
            self._refuse(what)
        return condition

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else any_of(iter(parts))

    def _and(self) -> Condition:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Joined(pc.and_kleene, tuple(parts))

    def _not(self) -> Condition:
        if not self._next_is("not", "("):
            return self._comparison()
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(f"more than {_DEEPEST} brackets inside each other")
        if self._take("not"):
            inner: Condition = Not(self._not())
        else:
            self._require("(")
            inner = self._or()
            self._require(")")
        self._depth -= 1
        return inner

    def _comparison(self) -> Condition:
        start = self._at
        left = self._operand()
        negated = self._take("not")
        if self._take("in"):
            found = self._in(left, start)
        elif self._take("between"):
            column = self._column_of(left, start)
            low = self._compared("greater_equal", column, self._operand(), start)
            self._require("and")
            high = self._compared("less_equal", column, self._operand(), start)
            found = Joined(pc.and_kleene, (low, high))
        elif self._next_is("like", "ilike"):
            found = self._like(self._column_of(left, start), any_case=self._next_is("ilike"))
        elif negated:
            self._refuse("after 'not' comes in, between or like")
        elif self._take("is"):
            inverted = self._take("not")
            self._require("null")
            null = IsNull(self._column_of(left, start))
            found = Not(null) if inverted else null
        else:
            return self._signed(left, start)
        return Not(found) if negated else found

    def _signed(self, left: Column | Value, start: int) -> Condition:
        if not self._next_is(*_SIGNS):
            word = self._tokens[self._at][1]
            self._refuse("functions cannot be called" if word == "(" else "a comparison is missing")
        sign = _SIGNS[self._tokens[self._at][1]]
        self._at += 1
        right = self._operand()
        if not isinstance(left, Column):
            turned = {
                "less": "greater",
                "less_equal": "greater_equal",
                "greater": "less",
                "greater_equal": "less_equal",
            }
            left, right, sign = self._column_of(right, start), left, turned.get(sign, sign)
        return self._compared(sign, left, right, start)

    def _column_of(self, operand: Column | Value, start: int) -> Column:
        if not isinstance(operand, Column):
            self._refuse("one side of a comparison has to be a column", self._tokens[start][2])
        return operand

    def _compared(self, sign: str, left: Column, right: Column | Value, start: int) -> Condition:
        wanted = self._kind(left, start)
        got = self._kind(right, start) if isinstance(right, Column) else _kind_of_value(right)
        if wanted != got:
            self._refuse(
                f"{left.words} is a {wanted}, and it is compared with a {got}", self._tokens[start][2]
            )
        if not isinstance(right, Column):
            self._require_fits(right, left.type, start)
        return Compared(sign, left, right)

    def _require_fits(self, value: Value, arrow_type: pa.DataType, start: int) -> None:
        if isinstance(value, float) and pa.types.is_integer(arrow_type):
            return
        try:
            pa.scalar(value, arrow_type)
        except (pa.ArrowException, OverflowError):
            self._refuse(f"{value} is no value of a column of {arrow_type}", self._tokens[start][2])

    def _kind(self, column: Column, start: int) -> str:
        if pa.types.is_string(column.type):
            return "text"
        if not pa.types.is_integer(column.type) and not pa.types.is_floating(column.type):
            remedy = "ask a list of texts as in 'dark' in flags, one of numbers as in class_fractions[5] > 0"
            self._refuse(f"{column.words} holds no single value", self._tokens[start][2], remedy)
        return "number"

    def _in(self, left: Column | Value, start: int) -> Condition:
        if not self._take("("):
            column = self._operand()
            if isinstance(left, Column) or not isinstance(column, Column) or not _is_list(column.type):
                self._refuse("after 'in' comes a list in brackets, or, after a value, a column of lists")
            if _kind_of_value(left) != self._kind(Column(column.name, element=1), start):
                self._refuse(f"{column.words} holds no {_kind_of_value(left)}", self._tokens[start][2])
            self._require_fits(left, column.type.value_type, start)
            return InList(left, column)
        column = self._column_of(left, start)
        parts = [self._compared("equal", column, self._operand(), start)]
        while self._take(","):
            parts.append(self._compared("equal", column, self._operand(), start))
        self._require(")")
        return any_of(iter(parts))

    def _like(self, column: Column, *, any_case: bool) -> Condition:
        self._at += 1
        kind, pattern, _ = self._tokens[self._at]
        if kind != "text" or not pa.types.is_string(column.type):
            self._refuse("like is for a column of text and a pattern in single quotes")
        self._at += 1
        return Like(column, pattern.replace("''", "'"), any_case)

    def _operand(self) -> Column | Value:
        kind, word, _ = self._tokens[self._at]
        negative = self._take("-")
        if negative:
            kind, word, _ = self._tokens[self._at]
        if kind == "number":
            self._at += 1
            number = int(word) if word.isdigit() and len(word) < 40 else float(word)
            return operator.neg(number) if negative else number
        if negative:
            self._refuse("after '-' comes a number")
        if kind == "text":
            self._at += 1
            return word.replace("''", "'")
        if kind != "name":
            self._refuse("a column or a value is missing")
        return self._column(word.strip('"').lower())

    def _column(self, name: str) -> Column:
        if name not in ROW_COLUMNS:
            near = difflib.get_close_matches(name, ROW_COLUMNS, 1)
            remedy = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(ROW_COLUMNS)}"
            after = self._tokens[self._at + 1][1]
            what = "functions cannot be called" if after == "(" else f"there is no column {name!r}"
            self._refuse(what, remedy=_EXAMPLE if after == "(" else remedy)
        self._at += 1
        self.columns.add(name)
        whole = SCHEMA.field(name).type
        if self._take("."):
            _, member, _ = self._tokens[self._at]
            if not pa.types.is_struct(whole) or whole.get_field_index(member) < 0:
                self._refuse(f"{name} has no member {member!r}")
            self._at += 1
            return Column(name, member=member)
        if self._take("["):
            kind, word, _ = self._tokens[self._at]
            if not _is_list(whole) or kind != "number" or not word.isdigit() or not 0 < int(word) < 10_000:
                self._refuse("an element of a list is counted from 1, as in class_fractions[5]")
            self._at += 1
            self._require("]")
            return Column(name, element=int(word))
        return Column(name)


def _is_list(arrow_type: pa.DataType) -> bool:
    return pa.types.is_list(arrow_type) and not pa.types.is_nested(arrow_type.value_type)


def _kind_of_value(value: Value) -> str:
    return "text" if isinstance(value, str) else "number"
