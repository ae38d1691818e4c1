"""Cursors, which any server of the quintet can read."""

import base64
import json
from datetime import UTC, datetime

import pytest

from app.blog.queries import POSTS
from app.errors import Invalid
from app.todos.services import TODOS

MOMENT = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)


def write(document: object) -> str:
    text = json.dumps(document, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_cursor_is_the_base64_of_compact_json() -> None:
    cursor = write(["list_posts", "2026-11-05T08:30:00.000000Z", 7])
    assert POSTS.encode([MOMENT, 7]) == cursor
    assert POSTS.decode(cursor) == [MOMENT, 7]
    assert TODOS.decode(write(["list_todos", -(2**31), 2**63 - 1])) == [
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
    with pytest.raises(Invalid) as refusal:
        POSTS.decode(cursor)
    assert [(e.field, e.code) for e in refusal.value.errors] == [("cursor", "invalid")]


def test_position_of_a_todo_has_32_bits() -> None:
    with pytest.raises(Invalid):
        TODOS.decode(write(["list_todos", 2**31, 1]))
