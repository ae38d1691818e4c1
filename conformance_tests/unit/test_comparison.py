"""Answers of several servers are compared whole, and a difference is told readably."""

import httpx
import pytest

from quintet_conformance.comparison import differences

HEADERS = {"Content-Type": "application/json", "ETag": '"a"', "Vary": "A, B"}
BODY = b'{"slug":"known","title":"Known"}'


def answer(status=200, headers=HEADERS, content=BODY):
    request = httpx.Request("GET", "http://127.0.0.1:9/api/v1/posts?limit=1")
    return httpx.Response(status, headers=headers, content=content, request=request)


def with_field(name, value):
    return answer(headers={**HEADERS, name: value})


def test_equal_answers():
    assert not differences({"One": answer(), "Two": answer(), "Three": answer()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Request-ID", "another"),
        ("Date", "Fri, 20 Nov 2026 14:50:51 GMT"),
        ("Server", "two"),
        ("Vary", "B,A"),
    ],
)
def test_what_belongs_to_the_moment_or_has_no_order(name, value):
    assert not differences({"One": answer(), "Two": with_field(name, value)})


def test_a_difference_of_bytes_is_shown_where_it_begins():
    other = answer(content=b'{"slug":"known","title":"Unknown"}')
    assert differences({"One": answer(), "Two": other, "Three": answer()}) == (
        "GET /api/v1/posts?limit=1\n"
        "  content-length:\n"
        "    One, Three: 32\n"
        "    Two: 34\n"
        "  body from byte 0 on:\n"
        '    One, Three: {"slug":"known","title":"Known"}\n'
        '    Two: {"slug":"known","title":"Unknown"}'
    )


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (answer(status=404), "status:\n    One: 200\n    Two: 404"),
        (with_field("ETag", '"b"'), 'etag:\n    One: "a"\n    Two: "b"'),
        (with_field("Link", "</a>"), "link:\n    One: (none)\n    Two: </a>"),
        (answer(content=BODY + b"\n"), "content-length"),
        (answer(content=BODY.replace(b":", b": ", 1)), "body from byte"),
    ],
)
def test_any_other_difference(other, told):
    assert told in differences({"One": answer(), "Two": other})
