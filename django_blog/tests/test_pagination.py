"""Cursors: what they are made of, and which are refused."""

import base64
import json
from datetime import UTC, datetime

import pytest

from blog.api import LatestPublishedFirst
from todos.api import ByPosition

MOMENT = "2026-11-05T08:30:00.000001Z"


def encode(document: object) -> str:
    text = json.dumps(document, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_cursor_is_the_base64_of_compact_json() -> None:
    keys = LatestPublishedFirst().decode(
        encode(["list_posts", MOMENT, 7]), "list_posts"
    )
    assert keys == [datetime(2026, 11, 5, 8, 30, 0, 1, UTC), 7]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "é",
        encode("list_posts"),
        encode({"list_posts": 1}),
        encode(["list_feed", MOMENT, 7]),
        encode(["list_posts", MOMENT]),
        encode(["list_posts", MOMENT, 7, 7]),
        encode(["list_posts", 7, MOMENT]),
        encode(["list_posts", MOMENT, 0]),
        encode(["list_posts", MOMENT, 2**63]),
        encode(["list_posts", MOMENT, True]),
        encode(["list_posts", MOMENT, 7.0]),
        encode(["list_posts", "2026-02-30T00:00:00.000000Z", 7]),
        encode(["list_posts", "2026-11-05", 7]),
        base64.urlsafe_b64encode(b"[" * 90_000).decode(),
    ],
)
def test_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each is refused for another reason
        LatestPublishedFirst().decode(cursor, "list_posts")


@pytest.mark.parametrize(("position", "fits"), [(-(2**31), True), (2**31, False)])
def test_position_of_a_todo_has_32_bits(position: int, fits: bool) -> None:
    cursor = encode(["list_todos", position, 1])
    if fits:
        assert ByPosition().decode(cursor, "list_todos") == [position, 1]
    else:
        with pytest.raises(ValueError, match="2147483648"):
            ByPosition().decode(cursor, "list_todos")
