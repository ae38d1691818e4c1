"""Pages that begin at a place in the order (keyset), not after a number of rows."""

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import MISSING, BaseModel, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, func, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database import AnyRow, AnySelect, Reader
from app.errors import NotFound
from app.validation import MAX_ID, Digits, ResponseModel, format_timestamp

Item = TypeVar("Item")
Key = datetime | int
CURSOR = re.compile("[A-Za-z0-9_-]+")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """How the places of one operation's list are written, and read back."""

    operation: str
    readers: tuple[Callable[[object], Key], ...]  # one for each key of the order

    def encode(self, keys: Sequence[Key]) -> str:
        texts = [format_timestamp(k) if isinstance(k, datetime) else k for k in keys]
        document = json.dumps([self.operation, *texts], separators=(",", ":"))
        return urlsafe_b64encode(document.encode()).decode().rstrip("=")

    def decode(self, text: str) -> list[Key]:
        """Raises ValueError for what `encode` would not have made for this list."""
        if not CURSOR.fullmatch(text):
            raise ValueError(text)
        padding = "=" * (-len(text) % 4)
        document = json.loads(urlsafe_b64decode(text + padding).decode())
        if not isinstance(document, list) or document[:1] != [self.operation]:
            raise ValueError(text)
        pairs = zip(self.readers, document[1:], strict=True)
        return [read(key) for read, key in pairs]

    def check(self, text: str) -> str:
        """For the `cursor` of a query model."""
        try:
            self.decode(text)
        except (ValueError, RecursionError):
            raise PydanticCustomError(
                "invalid", "Take the cursor from a page."
            ) from None
        return text


def timestamp_key(key: object) -> datetime:
    if isinstance(key, str) and TIMESTAMP.fullmatch(key):
        return datetime.fromisoformat(key)
    raise ValueError(key)


def id_key(key: object) -> int:
    return _integer(key, 1, MAX_ID)


def position_key(key: object) -> int:
    return _integer(key, -(2**31), 2**31 - 1)


def _integer(key: object, least: int, most: int) -> int:
    if type(key) is int and least <= key <= most:
        return key
    raise ValueError(key)


class PageQuery(BaseModel):
    """The query parameters of every list; each adds the check of its own cursor."""

    limit: Annotated[int, Field(ge=1, le=100), Digits] = 20
    cursor: str | MISSING = MISSING


class Page(ResponseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True)
class NumberedPage(Generic[Item]):
    """A page of a list for people, who like to know how many there are."""

    items: Sequence[Item]
    number: int
    last: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None


@dataclass(frozen=True, eq=False)
class Listing:
    """One operation's list: what it selects, and in which order.

    Building a statement takes as long as running it, so each shape is built once and
    gets its values as parameters.
    """

    cursor: Cursor
    statement: AnySelect
    order: Sequence[InstrumentedAttribute[Any]]  # selected, too; the last one is unique
    descending: bool = False

    def fetch(
        self,
        reader: Reader,
        query: PageQuery,
        conditions: Sequence[ColumnElement[bool]] = (),
        values: Mapping[str, Any] | None = None,
    ) -> tuple[Sequence[AnyRow], str | None]:
        """The rows of one page, and the cursor of the next."""
        # One row more than asked for tells whether another page follows.
        parameters = {**(values or {}), "most": query.limit + 1}
        if query.cursor is not MISSING:
            keys = self.cursor.decode(query.cursor)
            parameters |= {f"key{n}": key for n, key in enumerate(keys)}
        statement = self._build(
            tuple(conditions), continued=query.cursor is not MISSING
        )
        rows = reader.execute(statement, parameters).all()
        if len(rows) <= query.limit:
            return rows, None
        last = rows[query.limit - 1]
        keys = [getattr(last, column.key) for column in self.order]
        return rows[:-1], self.cursor.encode(keys)

    def fetch_numbered(
        self,
        reader: Reader,
        number: int,
        size: int,
        conditions: Sequence[ColumnElement[bool]] = (),
        values: Mapping[str, Any] | None = None,
    ) -> tuple[Sequence[AnyRow], int]:
        """The rows of one page, and the number of the last; NotFound past that."""
        shape = tuple(conditions)
        parameters = {**(values or {}), "most": size, "skipped": size * (number - 1)}
        total = reader.scalar(self._build_count(shape), parameters)
        last = max(1, math.ceil((total or 0) / size))
        if number > last:
            raise NotFound
        rows = reader.execute(self._build_numbered(shape), parameters)
        return rows.all(), last

    @cache  # noqa: B019 - listings live as long as the process
    def _build(
        self, conditions: tuple[ColumnElement[bool], ...], *, continued: bool
    ) -> AnySelect:
        statement = self.statement.where(*conditions)
        if continued:
            statement = statement.where(self._is_after())
        return self._in_order(statement)

    @cache  # noqa: B019 - likewise
    def _build_numbered(self, conditions: tuple[ColumnElement[bool], ...]) -> AnySelect:
        skipped = bindparam("skipped", type_=BigInteger)
        return self._in_order(self.statement.where(*conditions)).offset(skipped)

    @cache  # noqa: B019 - likewise
    def _build_count(self, conditions: tuple[ColumnElement[bool], ...]) -> AnySelect:
        statement = self.statement.where(*conditions)
        return statement.with_only_columns(func.count(), maintain_column_froms=True)

    def _in_order(self, statement: AnySelect) -> AnySelect:
        order = [c.desc() if self.descending else c.asc() for c in self.order]
        return statement.order_by(*order).limit(bindparam("most", type_=Integer))

    def _is_after(self) -> ColumnElement[bool]:
        here = tuple_(*self.order)
        keys = enumerate(self.order)
        place = tuple_(*(bindparam(f"key{n}", type_=c.type) for n, c in keys))
        return here < place if self.descending else here > place
