"""Cursors, which any server of the quintet can read."""

import base64
import json
from datetime import UTC, datetime

import pytest
from pydantic_core import PydanticCustomError

from app.blog.schemas import POSTS_CURSOR
from app.todos.schemas import TODOS_CURSOR

MOMENT = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)


def write(document: object) -> str:
    text = json.dumps(document, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_cursor_is_the_base64_of_compact_json() -> None:
    cursor = write(["list_posts", "2026-11-05T08:30:00.000000Z", 7])
    assert POSTS_CURSOR.encode([MOMENT, 7]) == cursor
    assert POSTS_CURSOR.decode(cursor) == [MOMENT, 7]
    assert TODOS_CURSOR.decode(write(["list_todos", -(2**31), 2**63 - 1])) == [
        -(2**31),
        2**63 - 1,
    ]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "ä",
        "AAAA",
        write({"list_posts": 1}),
        write(["list_feed", "2026-11-05T08:30:00.000000Z", 7]),
        write(["list_posts"]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z"]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", 7, 7]),
        write(["list_posts", "2026-11-05T08:30:00Z", 7]),
        write(["list_posts", "2026-13-05T08:30:00.000000Z", 7]),
        write(["list_posts", 7, "2026-11-05T08:30:00.000000Z"]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", "7"]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", 7.0]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", True]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", 0]),
        write(["list_posts", "2026-11-05T08:30:00.000000Z", 2**63]),
        write(["list_posts", None, None]),
        base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("="),
        base64.urlsafe_b64encode(b"\xff\xff").decode().rstrip("="),
    ],
)
def test_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(PydanticCustomError, match="Take the cursor from a page"):
        POSTS_CURSOR.check(cursor)


def test_position_of_a_todo_has_32_bits() -> None:
    with pytest.raises(PydanticCustomError):
        TODOS_CURSOR.check(write(["list_todos", 2**31, 1]))
