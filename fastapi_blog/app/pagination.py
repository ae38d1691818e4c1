"""Pages that begin at a place in the order (keyset), not after a number of rows."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import MISSING, BaseModel, Field
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.errors import FieldError, Invalid
from app.validation import Digits, ResponseModel, format_timestamp

Item = TypeVar("Item")
Key = datetime | int
MIN_KEY, MAX_KEY = -(2**63), 2**63 - 1
CURSOR = re.compile("[A-Za-z0-9_-]+")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class PageQuery(BaseModel):
    """The query parameters of every list."""

    limit: Annotated[int, Field(ge=1, le=100), Digits] = 20
    cursor: str | MISSING = MISSING


class Page(ResponseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True)
class Order:
    """The order of one operation's list; its last column is unique."""

    operation: str
    columns: Sequence[InstrumentedAttribute[Any]]
    descending: bool = False

    async def fetch(
        self, session: AsyncSession, statement: Select[Any], query: PageQuery
    ) -> tuple[Sequence[Row[Any]], str | None]:
        """One page of rows, which must hold this order's columns, and the next cursor."""
        if query.cursor is not MISSING:
            statement = statement.where(self._after(query.cursor))
        order_by = [c.desc() if self.descending else c.asc() for c in self.columns]
        # One row more than asked for tells whether another page follows.
        statement = statement.order_by(*order_by).limit(query.limit + 1)
        rows = (await session.execute(statement)).all()
        if len(rows) <= query.limit:
            return rows, None
        rows = rows[: query.limit]
        return rows, self.encode([getattr(rows[-1], c.key) for c in self.columns])

    def _after(self, cursor: str) -> ColumnElement[bool]:
        keys = zip(self.decode(cursor), self.columns, strict=True)
        place = tuple_(*(literal(key, column.type) for key, column in keys))
        here = tuple_(*self.columns)
        return here < place if self.descending else here > place

    def encode(self, keys: Sequence[Key]) -> str:
        texts = [format_timestamp(k) if isinstance(k, datetime) else k for k in keys]
        document = json.dumps([self.operation, *texts], separators=(",", ":"))
        return urlsafe_b64encode(document.encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> list[Key]:
        """Raises Invalid for whatever `encode` would not have made for this operation."""
        try:
            operation, *keys = _decode_json(cursor)
            if operation != self.operation:
                raise ValueError(operation)
            types = [column.type.python_type for column in self.columns]
            return [_read(key, kind) for key, kind in zip(keys, types, strict=True)]
        except (ValueError, TypeError, RecursionError) as error:
            fault = FieldError("cursor", "invalid", "Take the cursor from a page.")
            raise Invalid(fault) from error


def _decode_json(cursor: str) -> Any:
    if not CURSOR.fullmatch(cursor):
        raise ValueError(cursor)
    padding = "=" * (-len(cursor) % 4)
    return json.loads(urlsafe_b64decode(cursor + padding).decode())


def _read(key: object, kind: type) -> Key:
    if kind is int and type(key) is int and MIN_KEY <= key <= MAX_KEY:
        return key
    if kind is datetime and isinstance(key, str) and TIMESTAMP.fullmatch(key):
        return datetime.fromisoformat(key)
    raise ValueError(key)
