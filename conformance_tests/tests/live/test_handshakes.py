"""Who may open the socket of which post, and what is no handshake at all."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.live.handshake import PATIENCE
from quintet_conformance.live.helpers import expect_next
from quintet_conformance.live.sockets import Live, path_of
from quintet_conformance.operations import Client
from quintet_conformance.site import Member
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.people import SignedIn
from quintet_conformance.wire import head

Json = Any

GONE = 4404
KEY = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
VERSION = ("Sec-WebSocket-Version", "13")
UPGRADE = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
# An encoded slash may divide a path, and what is not UTF-8 need not be taken.
IMPOSSIBLE = [
    case
    for case in cases("path_names")
    if case.id != "encoded-slash" and case.values[0]["status"] == [404]
]


def cookies(browser: Browser) -> Json:
    return {"Cookie": browser.jar.field()}


@pytest.mark.requirement("LIVE-01")
def test_everybody_may_follow_a_published_post(
    live: Live, commenter: Member, followed: str
) -> None:
    token = {"Authorization": f"Bearer {commenter.access_token}"}
    forged = {"Authorization": "Bearer forged"}
    sockets = [live.follow(followed, headers=each) for each in (None, token, forged)]
    expect_next(followed, commenter, *sockets)


@pytest.mark.requirement("LIVE-01")
@pytest.mark.parametrize("compression", [None, "deflate"])
def test_a_browser_may_offer_compression_or_not(
    live: Live, commenter: Member, followed: str, compression: str | None
) -> None:
    expect_next(followed, commenter, live.follow(followed, compression=compression))


@pytest.mark.requirement("LIVE-01", "SESS-09")
def test_a_session_makes_no_difference(
    live: Live, commenter: Member, reader: SignedIn, followed: str
) -> None:
    own = cookies(reader)
    forged = {"Cookie": own["Cookie"][:-4] + "AAAA"}
    sockets = [live.follow(followed, headers=each) for each in (own, forged)]
    expect_next(followed, commenter, *sockets)


@pytest.mark.requirement("LIVE-02")
def test_a_draft_is_nothing_for_everybody(
    live: Live, followed_author: Member, hidden: str
) -> None:
    own = {"Authorization": f"Bearer {followed_author.access_token}"}
    for headers in (None, own):
        live.follow(hidden, headers=headers).expect_closed(GONE, PATIENCE)


@pytest.mark.requirement("LIVE-02", "WEB-05")
@pytest.mark.parametrize("who", ["author", "reader", "editor_browser"])
def test_a_draft_is_nothing_for_the_signed_in(
    request: pytest.FixtureRequest, live: Live, draft: Json, who: str
) -> None:
    headers = cookies(request.getfixturevalue(who))
    live.follow(draft["slug"], headers=headers).expect_closed(GONE, PATIENCE)


@pytest.mark.requirement("LIVE-02")
@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_is_no_slug_is_nothing(
    live: Live, written: Callable[[Json], str], case: Json
) -> None:
    part = written(case["parts"]) if "parts" in case else case["part"]
    live.follow(part).expect_closed(GONE, PATIENCE)


@pytest.mark.requirement("LIVE-02")
@pytest.mark.parametrize(
    "respelt",
    ["{slug}%00", "{slug}%20", "%20{slug}", "{slug}%0A", "{slug}.json", "{slug}-"],
)
def test_a_slug_has_one_spelling(live: Live, followed: str, respelt: str) -> None:
    live.follow(respelt.format(slug=followed)).expect_closed(GONE, PATIENCE)


@pytest.mark.requirement("LIVE-02")
def test_the_socket_of_nothing_hears_of_nothing(
    live: Live, followed_author: Member, commenter: Member, hidden: str
) -> None:
    """Not even when the post is published a moment later."""
    socket = live.follow(hidden)
    assert followed_author.update_post(hidden, status="published").status_code == 200
    assert commenter.create_comment(hidden, body="First.").status_code == 201
    socket.expect_closed(GONE, PATIENCE)
    expect_next(hidden, commenter, live.follow(hidden))


@pytest.mark.requirement("LIVE-15")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_request_without_upgrade_is_refused(
    anonymous: Client, followed: str, hidden: str, method: str
) -> None:
    for slug in (followed, hidden, names.word(), "%00"):
        response = anonymous.request(method, path_of(slug), server_may_refuse=True)
        assert 400 <= response.status_code < 500
        assert b"Traceback" not in response.content


@pytest.mark.requirement("LIVE-15")
@pytest.mark.parametrize(
    "fields",
    [
        [*UPGRADE, VERSION],
        [*UPGRADE, KEY],
        [*UPGRADE, KEY, ("Sec-WebSocket-Version", "12")],
        [("Upgrade", "websocket"), KEY, VERSION],
        [("Connection", "Upgrade"), ("Upgrade", "h2c"), KEY, VERSION],
    ],
    ids=["no key", "no version", "old version", "no connection", "other upgrade"],
)
def test_half_a_handshake_is_refused(
    anonymous: Client, followed: str, fields: list[tuple[str, str]]
) -> None:
    host = ("Host", anonymous.connection.url.netloc.decode("ascii"))
    request = head("GET", path_of(followed), [host, *fields])
    response = anonymous.raw("GET", path_of(followed), [request])
    assert response is not None, "the connection was closed without an answer"
    assert 400 <= response.status_code < 500
    assert b"Traceback" not in response.content
