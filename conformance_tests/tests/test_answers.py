"""How an answer of JSON is written, and how moments stand in it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
Send = Callable[..., httpx.Response]

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
TEXTS = {
    "accents": "é ü ñ",
    "Japanese": "日本語",
    "right to left": "\u202bمرحبا עולם\u202c",
    "combining": "e\u0301",
    "emoji": "😀 👩‍👩‍👧",
    "markup": "<b> & \"quotes\" 'and' /slashes/ \\back",
    "line separators": "a\u2028b\u2029c",
    "unassigned": "\U000e0fff \ufdd0",
}


def compact(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def moments(value: Json) -> list[str]:
    """Find all timestamps in an answer by the names of their members."""
    if isinstance(value, list):
        return [found for item in value for found in moments(item)]
    if not isinstance(value, dict):
        return []
    own = [each for name, each in value.items() if name.endswith("_at") and each]
    return own + [found for each in value.values() for found in moments(each)]


@pytest.mark.requirement("HTTP-01")
def test_an_answer_is_compact_and_in_the_documented_order(
    send: Send, reading_operation: Operation, scene: Any
) -> None:
    response = send(reading_operation)
    body = json.loads(response.content)
    assert response.content == compact(body)
    document = scene.site.connection.contract.document
    schema = reading_operation.responses[200].media_types["application/json"]
    assert list(body) == [
        each for each in document.property_order(schema) if each in body
    ]


@pytest.mark.requirement("HTTP-01", "TEXT-14")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_characters_stand_for_themselves(scene: Any, text: str) -> None:
    response = scene.author.create_todo(title=text)
    todo = expect(response, 201)
    assert todo["title"] == text
    assert response.content == compact(todo)
    assert scene.author.get_todo(todo["id"]).content == response.content


@pytest.mark.requirement("HTTP-01", "TEXT-14")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_characters_of_a_post_stand_for_themselves(scene: Any, text: str) -> None:
    tag = names.tag()
    post = scene.site.new_post(scene.author, title=text, body=text, tags=[tag])
    assert (post["title"], post["body"]) == (text, text)
    response = scene.author.list_posts(tag=tag)
    assert compact(text) in response.content
    assert response.content == compact(response.json())


@pytest.mark.requirement("HTTP-01")
def test_a_problem_is_written_like_any_answer(scene: Any) -> None:
    response = scene.author.create_todo(title="Walk", Größe=1)
    assert response.status_code == 422
    assert response.content == compact(response.json())
    assert '"Größe"'.encode() in response.content


@pytest.mark.requirement("HTTP-02")
def test_a_moment_is_in_utc_with_six_digits(
    send: Send, reading_operation: Operation
) -> None:
    found = moments(send(reading_operation).json())
    assert [each for each in found if not TIMESTAMP.fullmatch(each)] == []


@pytest.mark.requirement("HTTP-02")
def test_a_moment_is_now_by_the_servers_own_clock(member: Member) -> None:
    response = member.create_todo(title="Walk")
    made = expect(response, 201)["created_at"]
    date = response.headers.get("Date")
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    assert abs(datetime.fromisoformat(made) - now) < timedelta(minutes=2)


@pytest.mark.requirement("HTTP-02")
def test_parts_of_a_second_are_kept(scene: Any) -> None:
    made = [scene.author.create_todo(title="Walk").json() for _ in range(5)]
    assert {todo["created_at"][-7:] for todo in made} != {"000000Z"}
    listed = {todo["id"]: todo for todo in reread(scene.author, made)}
    assert listed == {todo["id"]: todo for todo in made}


def reread(member: Member, made: list[Json]) -> list[Json]:
    return [expect(member.get_todo(todo["id"]), 200) for todo in made]


@pytest.mark.requirement("HTTP-26")
def test_what_never_has_a_body_names_no_media_type(
    anonymous: Client, member: Member, new_post: Callable[..., Json]
) -> None:
    for response in (
        member.like_post(new_post(member)["slug"]),
        anonymous.request_password_reset(email=names.email()),
    ):
        assert response.status_code in {202, 204}
        assert "Content-Type" not in response.headers
