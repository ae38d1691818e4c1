"""Pages that begin at a place in the order (keyset), not after a number of rows."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import DateTimeField, F, Field, IntegerField, Value
from django.db.models.lookups import GreaterThan, LessThan
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from common.database import Place
from common.fields import DigitsField
from common.paths import link_to_next_page
from common.validation import MAX_ID, format_timestamp

Key = datetime | int
Kind = type[datetime] | range
Row = dict[str, Any]
ID, SIGNED_32_BIT = range(1, MAX_ID + 1), range(-(2**31), 2**31)
CURSOR = re.compile("[A-Za-z0-9_-]+")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class KeysetPagination(BasePagination):
    """The order of one list of rows; its last key is unique."""

    # Idiom: CursorPagination skips rows by number where keys are equal, and its cursors
    # are its own: these are any server's that answers the same operation.
    keys: ClassVar[Mapping[str, Kind]]
    descending: ClassVar[bool] = False

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        query, operation = view.query, view.action
        if "cursor" in query:
            queryset = queryset.filter(self._after(query["cursor"]))
        order = [
            F(key).desc() if self.descending else F(key).asc() for key in self.keys
        ]
        # One row more than asked for tells whether another page follows.
        rows = list(queryset.order_by(*order)[: query["limit"] + 1])
        page = rows[: query["limit"]]
        self.next_cursor = (
            self._encode(operation, page[-1]) if rows[len(page) :] else None
        )
        return page

    def _after(self, cursor: Sequence[Key]) -> GreaterThan | LessThan:
        here = Place(*(F(name) for name in self.keys))
        place = Place(*(Value(key, _field(key)) for key in cursor))
        return (LessThan if self.descending else GreaterThan)(here, place)

    def get_paginated_response(self, data: Any) -> Response:
        response = Response({"items": data, "next_cursor": self.next_cursor})
        if self.next_cursor:
            response["Link"] = link_to_next_page(self.request, self.next_cursor)
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": schema,
                "next_cursor": {"type": ["string", "null"]},
            },
        }

    def _encode(self, operation: str, row: Row) -> str:
        keys = [row[key] for key in self.keys]
        texts = [format_timestamp(k) if isinstance(k, datetime) else k for k in keys]
        document = json.dumps([operation, *texts], separators=(",", ":"))
        return urlsafe_b64encode(document.encode()).decode().rstrip("=")

    def decode(self, cursor: str, operation: str) -> list[Key]:
        """Raises ValueError for whatever was not encoded for this operation."""
        try:
            given, *keys = _decode_json(cursor)
            if given != operation:
                raise ValueError(given)
            kinds = self.keys.values()
            return [_read(key, kind) for key, kind in zip(keys, kinds, strict=True)]
        except (TypeError, RecursionError) as error:
            raise ValueError(cursor) from error


def _decode_json(cursor: str) -> Any:
    if not CURSOR.fullmatch(cursor):
        raise ValueError(cursor)
    padding = "=" * (-len(cursor) % 4)
    return json.loads(urlsafe_b64decode(cursor + padding).decode())


def _read(key: object, kind: Kind) -> Key:
    if isinstance(kind, range):
        if type(key) is int and key in kind:
            return key
    elif isinstance(key, str) and TIMESTAMP.fullmatch(key):
        return datetime.fromisoformat(key)
    raise ValueError(key)


def _field(key: Key) -> "Field[Any, Any]":
    return DateTimeField() if isinstance(key, datetime) else IntegerField()


class OldestFirst(KeysetPagination):
    keys: ClassVar = {"id": ID}


class NewestFirst(OldestFirst):
    descending = True


class CursorField(serializers.CharField):
    """Read by the list's own paginator, which knows its keys."""

    default_error_messages: ClassVar = {"invalid": "Take the cursor from a page."}

    def run_validation(self, data: Any = empty) -> Any:
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data: Any) -> Any:
        view = self.context["view"]
        try:
            return view.paginator.decode(data, view.action)
        except ValueError:
            self.fail("invalid")


class PageQuerySerializer(serializers.Serializer[Any]):
    """The query parameters of every list."""

    limit = DigitsField(min_value=1, max_value=100, default=20)
    cursor = CursorField(required=False)
