"""What a cursor holds, and those that no page gave."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

TIME = "2026-11-05T08:30:00.000000Z"
GOOD_KEYS: dict[str, list[Json]] = {
    "list_posts": [TIME, 1],
    "list_feed": [TIME, 1],
    "list_drafts": [1],
    "list_comments": [1],
    "list_todos": [0, 1],
    "list_users": [1],
}
OPERATIONS = tuple(GOOD_KEYS)
BY_TIME = ("list_posts", "list_feed")
OF_EACH_KIND = ("list_posts", "list_todos", "list_users")
MOST = 2**63 - 1

BAD_IDS: dict[str, str] = {
    "text": '"1"',
    "fraction": "1.5",
    "fraction of nothing": "1.0",
    "exponent": "1e0",
    "true": "true",
    "null": "null",
    "list": "[1]",
    "object": '{"id":1}',
    "0": "0",
    "-1": "-1",
    "2^63": str(2**63),
    "2^64+1": str(2**64 + 1),
    "below -2^63": str(-(2**63) - 1),
    "100 digits": "9" * 100,
    "-100 digits": "-" + "9" * 100,
    "NaN": "NaN",
    "Infinity": "Infinity",
    "1e400": "1e400",
}
BAD_TIMES: dict[str, str] = {
    "empty": '""',
    "number": "1762331400",
    "null": "null",
    "true": "true",
    "list": f'["{TIME}"]',
    "day": '"2026-11-05"',
    "no fraction": '"2026-11-05T08:30:00Z"',
    "three digits": '"2026-11-05T08:30:00.000Z"',
    "nine digits": '"2026-11-05T08:30:00.000000000Z"',
    "no zone": '"2026-11-05T08:30:00.000000"',
    "offset": '"2026-11-05T08:30:00.000000+00:00"',
    "other zone": '"2026-11-05T08:30:00.000000+02:00"',
    "small letters": '"2026-11-05t08:30:00.000000z"',
    "space": '"2026-11-05 08:30:00.000000Z"',
    "space last": '"2026-11-05T08:30:00.000000Z "',
    "line feed last": '"2026-11-05T08:30:00.000000Z\\n"',
    "NUL last": '"2026-11-05T08:30:00.000000Z\\u0000"',
    "year 0": '"0000-01-01T00:00:00.000000Z"',
    "year 10000": '"10000-01-01T00:00:00.000000Z"',
    "month 13": '"2026-13-05T08:30:00.000000Z"',
    "February 30": '"2026-02-30T08:30:00.000000Z"',
    "hour 24": '"2026-11-05T24:30:00.000000Z"',
    "minute 60": '"2026-11-05T08:60:00.000000Z"',
    "Arabic digits": '"٢٠٢٦-11-05T08:30:00.000000Z"',
    "SQL": "\"' OR '1'='1\"",
}
BAD_POSITIONS: dict[str, str] = {
    "text": '"0"',
    "fraction": "0.0",
    "false": "false",
    "null": "null",
    "2^31": str(2**31),
    "below -2^31": str(-(2**31) - 1),
    "100 digits": "9" * 100,
}


def encode(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def cursor_of(operation: str, *keys: Json) -> str:
    return encode(json.dumps([operation, *keys], separators=(",", ":")))


def with_keys(operation: str, *written: str) -> str:
    """Write the keys as given, so that they need not be JSON."""
    return encode(f'["{operation}",{",".join(written)}]')


def good_keys(operation: str) -> list[str]:
    return [json.dumps(key) for key in GOOD_KEYS[operation]]


def decode(cursor: str) -> list[Json]:
    decoded: list[Json] = json.loads(
        urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    )
    return decoded


def shifted(timestamp: str, microseconds: int) -> str:
    moment = datetime.fromisoformat(timestamp) + timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def unreadable(operation: str) -> dict[str, str]:
    """Vary a good cursor so that it is no JSON in base64url any more."""
    keys = GOOD_KEYS[operation]
    good, written = cursor_of(operation, *keys), json.dumps([operation, *keys])
    no_cursors = {
        "empty": "",
        "space": " ",
        "NUL": "\0",
        "one character": "W",
        "emoji": "\U0001f600",
        "no base64": "***",
        "page number": "2",
        "SQL": "' OR 1=1--",
        "space first": f" {good}",
        "line feed last": f"{good}\n",
        "NUL last": f"{good}\0",
        "other characters inside": "*!".join(good),
        "padding": f"{good}=",
        "much padding": f"{good}====",
        "cut off": good[:-2],
        "twice": good * 2,
    }
    no_json: dict[str, str | bytes] = {
        "no JSON": operation,
        "no UTF-8": b'["\xff\xfe",1]',
        "nothing but NUL": "\0",
        "a list and more": f"{written}]",
        "byte order mark": f"\ufeff{written}",
        "UTF-16": written.encode("utf-16"),
        "brackets": "[" * 1000 + "]" * 1000,
        "brackets left open": "[" * 2000,
    }
    return no_cursors | {name: encode(no_json[name]) for name in no_json}


def misshapen(operation: str) -> dict[str, str]:
    """Vary a good cursor so that it is JSON of another shape."""
    keys = GOOD_KEYS[operation]
    values: dict[str, Json] = {
        "null": None,
        "true": True,
        "number": 1,
        "text": operation,
        "empty list": [],
        "object": {operation: keys},
        "list in a list": [[operation, *keys]],
        "keys in a list": [operation, keys],
        "no operation": keys,
        "operation alone": [operation],
        "operation null": [None, *keys],
        "operation in a list": [[operation], *keys],
        "operation in an object": [{operation: 1}, *keys],
        "operation in capitals": [operation.upper(), *keys],
        "operation with a space": [f"{operation} ", *keys],
        "operation with NUL": [f"{operation}\0", *keys],
        "operation with a surrogate": [f"{operation}\ud800", *keys],
        "operation without pages": ["list_tags", *keys],
        "path for operation": ["/api/v1/posts", *keys],
        "a key more": [operation, *keys, 1],
        "a key less": [operation, *keys[:-1]],
        "first key twice": [operation, keys[0], *keys],
    }
    return {name: encode(json.dumps(values[name])) for name in values}


def forgeries() -> list[Any]:
    """Choose what no server reads twice in two ways for one list of each kind only."""
    found = [(operation, misshapen(operation)) for operation in OPERATIONS]
    found += [(operation, unreadable(operation)) for operation in OF_EACH_KIND]
    return [
        pytest.param(operation, cursors[name], id=f"{operation}-{name}")
        for operation, cursors in found
        for name in cursors
    ]


def params_of(keys: dict[str, str]) -> list[Any]:
    return [pytest.param(keys[name], id=name) for name in keys]


@dataclass(frozen=True)
class Place:
    """A list that two items are in, and who may read it."""

    operation: str
    client: Client
    parts: tuple[str, ...]
    query: dict[str, str]

    def read(self, **query: Json) -> httpx.Response:
        call = getattr(self.client, self.operation)
        response: httpx.Response = call(*self.parts, **self.query, **query)
        return response

    def names_after(self, cursor: str) -> list[str]:
        return [
            name_of(item) for item in expect(self.read(cursor=cursor), 200)["items"]
        ]


def name_of(item: Json) -> str:
    return str(item.get("slug") or item["id"])


@pytest.fixture(scope="module")
def writer(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def posts(site: Site, writer: Member) -> list[Json]:
    """Two published posts, the newest first, and two of everything else.

    What is made first is not in the lists, so that an id before theirs is an id.
    """
    todo = expect(writer.create_todo(title="A quiet walk"), 201)
    expect(writer.delete_todo(todo["id"]), 204)
    for number in range(2):
        site.new_post(writer, status="draft")
        expect(writer.create_todo(title="A quiet walk", position=number), 201)
    made = [site.new_post(writer) for _ in range(2)]
    expect(writer.create_comment(made[1]["slug"], body="Well said."), 201)
    for _ in range(2):
        expect(writer.create_comment(made[0]["slug"], body="Well said."), 201)
    return made[::-1]


@pytest.fixture(scope="module")
def follower(site: Site, writer: Member) -> Member:
    member = site.new_member()
    expect(member.follow(writer.username), 204)
    return member


@pytest.fixture(scope="module")
def two_users(site: Site) -> str:
    """What the names of two users begin with."""
    prefix = names.word()
    for number in range(2):
        site.new_member(username=f"{prefix}_{number}")
    return prefix


@pytest.fixture
def place(
    operation: str,
    request: pytest.FixtureRequest,
    writer: Member,
    posts: list[Json],
) -> Place:
    """The list of the operation that the test names."""
    match operation:
        case "list_posts":
            client = writer.without_token()
            return Place(operation, client, (), {"author": writer.username})
        case "list_comments":
            return Place(operation, writer, (posts[1]["slug"],), {})
        case "list_feed":
            return Place(operation, request.getfixturevalue("follower"), (), {})
        case "list_users":
            query = {"q": request.getfixturevalue("two_users")}
            return Place(operation, request.getfixturevalue("scene").admin, (), query)
        case _:
            return Place(operation, writer, (), {})


@pytest.mark.requirement("PAGE-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cursor_is_compact_json_in_base64url(place: Place) -> None:
    cursor = expect(place.read(limit=1), 200)["next_cursor"]
    decoded = decode(cursor)
    assert cursor == cursor_of(*decoded)
    assert decoded[0] == place.operation


@pytest.mark.requirement("PAGE-15")
@pytest.mark.parametrize("operation", ["list_comments", "list_users"])
def test_the_key_is_the_id(place: Place) -> None:
    page = expect(place.read(limit=1), 200)
    assert decode(page["next_cursor"])[1:] == [page["items"][0]["id"]]


@pytest.mark.requirement("PAGE-15")
@pytest.mark.parametrize("operation", ["list_todos"])
def test_the_keys_are_position_and_id(place: Place) -> None:
    page = expect(place.read(limit=1), 200)
    first = page["items"][0]
    assert decode(page["next_cursor"])[1:] == [first["position"], first["id"]]


@pytest.mark.requirement("PAGE-15")
@pytest.mark.parametrize("operation", BY_TIME)
def test_the_keys_are_the_time_as_answered_and_an_id(place: Place) -> None:
    page = expect(place.read(limit=1), 200)
    _, time, post_id = decode(page["next_cursor"])
    assert time == page["items"][0]["published_at"]
    assert (type(post_id), post_id > 0) == (int, True)


@pytest.mark.requirement("PAGE-15")
@pytest.mark.parametrize("operation", ["list_drafts"])
def test_the_key_of_a_draft_is_an_id(place: Place) -> None:
    _, post_id = decode(expect(place.read(limit=1), 200)["next_cursor"])
    assert (type(post_id), post_id > 0) == (int, True)


@pytest.mark.requirement("PAGE-04", "PAGE-08")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_page_begins_right_after_the_last_key(place: Place) -> None:
    """With the id next to its own, before it, an item comes after the cursor."""
    page = expect(place.read(limit=1), 200)
    first, second = [name_of(item) for item in expect(place.read(), 200)["items"]]
    *before, last = decode(page["next_cursor"])
    descending = place.operation in {*BY_TIME, "list_drafts"}
    neighbour = last + 1 if descending else last - 1
    assert place.names_after(cursor_of(*before, last)) == [second]
    assert place.names_after(cursor_of(*before, neighbour)) == [first, second]


@pytest.mark.requirement("PAGE-08")
@pytest.mark.parametrize("operation", BY_TIME)
def test_the_time_counts_before_the_id(place: Place) -> None:
    newest, *_ = expect(place.read(limit=1), 200)["items"]
    first, second = [name_of(item) for item in expect(place.read(), 200)["items"]]
    later, earlier = (
        shifted(newest["published_at"], 1),
        shifted(newest["published_at"], -1),
    )
    assert place.names_after(cursor_of(place.operation, later, 1)) == [first, second]
    assert place.names_after(cursor_of(place.operation, earlier, MOST)) == [second]


@pytest.mark.requirement("PAGE-06", "PAGE-15")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cursor_before_all_gives_all(place: Place) -> None:
    least: dict[str, list[Json]] = {"list_drafts": [MOST], "list_todos": [-(2**31), 1]}
    if place.operation in BY_TIME:
        least[place.operation] = ["9999-12-31T23:59:59.999999Z", MOST]
    cursor = cursor_of(place.operation, *least.get(place.operation, [1]))
    assert len(place.names_after(cursor)) == 2


@pytest.mark.requirement("PAGE-06", "PAGE-15")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cursor_after_all_gives_nothing(place: Place) -> None:
    most: dict[str, list[Json]] = {"list_drafts": [1], "list_todos": [2**31 - 1, MOST]}
    if place.operation in BY_TIME:
        most[place.operation] = ["0001-01-01T00:00:00.000000Z", 1]
    cursor = cursor_of(place.operation, *most.get(place.operation, [MOST]))
    assert expect(place.read(cursor=cursor), 200) == {"items": [], "next_cursor": None}


@pytest.mark.requirement("PAGE-05")
def test_a_cursor_belongs_to_no_filter_and_no_caller(
    site: Site, writer: Member, posts: list[Json], follower: Member
) -> None:
    """A cursor is a place in the order of all posts."""
    later = site.new_post(follower)
    cursor = cursor_of("list_posts", later["published_at"], MOST)
    for client in (writer, follower, site.anonymous()):
        page = expect(client.list_posts(author=writer.username, cursor=cursor), 200)
        assert [post["slug"] for post in page["items"]] == [p["slug"] for p in posts]


@pytest.mark.requirement("PAGE-07")
@pytest.mark.parametrize(("operation", "cursor"), forgeries())
def test_a_forged_cursor_is_invalid(place: Place, cursor: str) -> None:
    expect_errors(place.read(cursor=cursor), {"cursor": "invalid"})


@pytest.mark.requirement("PAGE-07")
@pytest.mark.parametrize(
    ("operation", "other"),
    [(one, other) for one in OPERATIONS for other in OPERATIONS if one != other],
)
def test_a_cursor_of_another_operation_is_invalid(place: Place, other: str) -> None:
    for keys in (GOOD_KEYS[other], GOOD_KEYS[place.operation]):
        response = place.read(cursor=cursor_of(other, *keys))
        expect_errors(response, {"cursor": "invalid"})


@pytest.mark.requirement("PAGE-07", "PAGE-15")
@pytest.mark.parametrize("key", params_of(BAD_IDS))
@pytest.mark.parametrize("operation", OF_EACH_KIND)
def test_a_cursor_with_a_bad_id_is_invalid(place: Place, key: str) -> None:
    keys = [*good_keys(place.operation)[:-1], key]
    response = place.read(cursor=with_keys(place.operation, *keys))
    expect_errors(response, {"cursor": "invalid"})


@pytest.mark.requirement("PAGE-07", "PAGE-15")
@pytest.mark.parametrize("key", params_of(BAD_TIMES))
@pytest.mark.parametrize("operation", ["list_posts"])
def test_a_cursor_with_a_bad_time_is_invalid(place: Place, key: str) -> None:
    response = place.read(cursor=with_keys(place.operation, key, "1"))
    expect_errors(response, {"cursor": "invalid"})


@pytest.mark.requirement("PAGE-07", "PAGE-15")
@pytest.mark.parametrize("key", params_of(BAD_POSITIONS))
@pytest.mark.parametrize("operation", ["list_todos"])
def test_a_cursor_with_a_bad_position_is_invalid(place: Place, key: str) -> None:
    response = place.read(cursor=with_keys(place.operation, key, "1"))
    expect_errors(response, {"cursor": "invalid"})


@pytest.mark.requirement("PAGE-07", "HTTP-15")
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("cursor=%FF", id="no UTF-8"),
        pytest.param("cursor=%ED%A0%80", id="surrogate"),
        pytest.param("cursor=%ZZ", id="bad escape"),
        pytest.param("cursor", id="no value"),
    ],
)
@pytest.mark.parametrize("operation", ["list_drafts", "list_todos"])
def test_a_cursor_that_cannot_be_read_is_refused(place: Place, query: str) -> None:
    path = {"list_drafts": "/me/drafts", "list_todos": "/todos"}[place.operation]
    response = place.client.request("GET", f"/api/v1{path}", query=query)
    assert response.status_code in {400, 422}


@pytest.mark.requirement("PAGE-07", "HTTP-15")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_id_of_five_thousand_digits_is_refused(place: Place) -> None:
    """A server may find the target too long before it finds the cursor invalid."""
    keys = [*good_keys(place.operation)[:-1], "9" * 5000]
    cursor = with_keys(place.operation, *keys)
    response = place.read(cursor=cursor, server_may_refuse=True)
    assert response.status_code in {400, 414, 422}
