"""Pages that begin at a place in the order (keyset), not after a number of rows."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import MISSING, BaseModel, Field
from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from app.database import AnyRow, AnySelect, Reader, UtcDateTime
from app.errors import FieldError, Invalid
from app.validation import MAX_ID, Digits, ResponseModel, format_timestamp

Item = TypeVar("Item")
Key = datetime | int
ID, SIGNED_32_BIT = (1, MAX_ID), (-(2**31), 2**31 - 1)
CURSOR = re.compile("[A-Za-z0-9_-]+")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class PageQuery(BaseModel):
    """The query parameters of every list."""

    limit: Annotated[int, Field(ge=1, le=100), Digits] = 20
    cursor: str | MISSING = MISSING


class Page(ResponseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True, eq=False)
class Listing:
    """One operation's list: what it selects, and in which order.

    Building a statement takes as long as running it, so each shape is built once and
    gets its values as parameters.
    """

    operation: str
    statement: AnySelect
    order: Sequence[InstrumentedAttribute[Any]]  # selected, too; the last one is unique
    descending: bool = False

    async def fetch(
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
            parameters |= self._place(query.cursor)
        statement = self._build(
            tuple(conditions), continued=query.cursor is not MISSING
        )
        rows = (await reader.execute(statement, parameters)).all()
        if len(rows) <= query.limit:
            return rows, None
        last = rows[query.limit - 1]
        return rows[:-1], self.encode([getattr(last, c.key) for c in self.order])

    @cache  # noqa: B019 - listings live as long as the process
    def _build(
        self, conditions: tuple[ColumnElement[bool], ...], *, continued: bool
    ) -> AnySelect:
        statement = self.statement.where(*conditions)
        if continued:
            statement = statement.where(self._is_after())
        order = [c.desc() if self.descending else c.asc() for c in self.order]
        return statement.order_by(*order).limit(bindparam("most", type_=Integer))

    def _is_after(self) -> ColumnElement[bool]:
        here = tuple_(*self.order)
        keys = enumerate(self.order)
        place = tuple_(*(bindparam(f"key{n}", type_=c.type) for n, c in keys))
        return here < place if self.descending else here > place

    def encode(self, keys: Sequence[Key]) -> str:
        texts = [format_timestamp(k) if isinstance(k, datetime) else k for k in keys]
        document = json.dumps([self.operation, *texts], separators=(",", ":"))
        return urlsafe_b64encode(document.encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> list[Key]:
        """Raises Invalid for whatever `encode` would not have made for this list."""
        try:
            keys = _decode_json(cursor, self.operation)
            pairs = zip(keys, self.order, strict=True)
            return [_read(key, column.type) for key, column in pairs]
        except (ValueError, TypeError, RecursionError) as error:
            fault = FieldError("cursor", "invalid", "Take the cursor from a page.")
            raise Invalid(fault) from error

    def _place(self, cursor: str) -> dict[str, Key]:
        return {f"key{n}": key for n, key in enumerate(self.decode(cursor))}


def _decode_json(cursor: str, expected: str) -> list[Any]:
    if not CURSOR.fullmatch(cursor):
        raise ValueError(cursor)
    padding = "=" * (-len(cursor) % 4)
    keys: list[Any]
    operation, *keys = json.loads(urlsafe_b64decode(cursor + padding).decode())
    if operation != expected:
        raise ValueError(operation)
    return keys


def _read(key: object, column_type: TypeEngine[Any]) -> Key:
    """Raises ValueError for what such a column cannot hold."""
    if isinstance(column_type, UtcDateTime):
        if isinstance(key, str) and TIMESTAMP.fullmatch(key):
            return datetime.fromisoformat(key)
    elif type(key) is int:
        least, most = ID if isinstance(column_type, BigInteger) else SIGNED_32_BIT
        if least <= key <= most:
            return key
    raise ValueError(key)
