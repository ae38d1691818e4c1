"""Whose pages may open a socket, and under which names the server answers."""

import pytest

from quintet_conformance.live.helpers import expect_next
from quintet_conformance.live.sockets import Live
from quintet_conformance.second_server import FRIENDLY_ORIGIN, SETTINGS
from quintet_conformance.site import Member, Site

PUBLIC_URL = SETTINGS["PUBLIC_URL"]
PUBLIC_HOST = PUBLIC_URL.partition("//")[2]
# With {host} and {port} of the server under test.
STRANGERS = [
    "http://stranger.example",
    "http://stranger.example:{port}",
    "http://{host}",
    "http://{host}:1",
    "http://localhost:{port}",
    "http://{host}.stranger.example:{port}",
    "http://stranger.example/{host}:{port}",
    "http://{host}:{port}@stranger.example",
    "http://{host}:{port}.stranger.example",
    "http://{host}:99999",
    "http://[{host}",
    "http://stranger.example#{host}:{port}",
    "file://",
    "null",
    "*",
]
STRANGERS_OF_THE_SECOND = [
    "null",
    "https://stranger.example",
    f"{PUBLIC_URL}:8443",
    f"{PUBLIC_URL}.stranger.example",
    "https://evilblog.example",
    "https://example",
    "http://blog.example",
    f"{FRIENDLY_ORIGIN}:8443",
    "http://friend.example",
    "https://www.friend.example",
    "https://not-my-friend.example",
]


def address(site: Site) -> str:
    return site.connection.url.netloc.decode("ascii")


@pytest.mark.requirement("LIVE-12")
def test_the_own_origin_and_none_are_taken(
    live: Live, site: Site, commenter: Member, followed: str
) -> None:
    own = f"http://{address(site)}"
    sockets = [live.follow(followed, origin=origin) for origin in (own, None)]
    expect_next(followed, commenter, *sockets)


@pytest.mark.requirement("LIVE-12")
@pytest.mark.parametrize("origin", STRANGERS)
def test_a_foreign_origin_is_refused(
    live: Live, site: Site, followed: str, origin: str
) -> None:
    url = site.connection.url
    foreign = origin.format(host=url.host, port=url.port)
    assert live.refusal(followed, origin=foreign).status_code == 403


@pytest.mark.requirement("LIVE-12")
def test_a_foreign_origin_does_not_learn_what_is_there(
    live: Live, followed: str, hidden: str
) -> None:
    for each in (followed, hidden, "%00"):
        response = live.refusal(each, origin="https://stranger.example")
        assert response.status_code == 403


@pytest.mark.requirement("LIVE-12")
@pytest.mark.parametrize("host", ["", PUBLIC_HOST], ids=["address", "public host"])
@pytest.mark.parametrize("origin", [PUBLIC_URL, FRIENDLY_ORIGIN])
def test_the_origins_of_the_settings_are_taken(
    secure_live: Live, followed: str, host: str, origin: str
) -> None:
    secure_live.follow(followed, host=host, origin=origin).ping()


@pytest.mark.requirement("LIVE-12")
@pytest.mark.parametrize("origin", STRANGERS_OF_THE_SECOND)
def test_what_resembles_the_origins_of_the_settings_is_refused(
    secure_live: Live, followed: str, origin: str
) -> None:
    assert secure_live.refusal(followed, origin=origin).status_code == 403


@pytest.mark.requirement("LIVE-12")
def test_another_address_is_the_own_origin_no_more(
    secure_live: Live, short_lived: Site, followed: str
) -> None:
    own = f"http://{address(short_lived)}"
    secure_live.follow(followed, origin=own).ping()
    refused = secure_live.refusal(followed, host=PUBLIC_HOST, origin=own)
    assert refused.status_code == 403


@pytest.mark.requirement("LIVE-16")
@pytest.mark.parametrize("host", ["", PUBLIC_HOST], ids=["address", "public host"])
def test_a_known_host_is_taken(secure_live: Live, followed: str, host: str) -> None:
    secure_live.follow(followed, host=host).ping()


@pytest.mark.requirement("LIVE-16")
@pytest.mark.parametrize("host", ["stranger.example", f"{PUBLIC_HOST}.example"])
@pytest.mark.parametrize("origin", [None, "http://{host}", PUBLIC_URL])
def test_an_unknown_host_is_refused(
    secure_live: Live, followed: str, host: str, origin: str | None
) -> None:
    """Also to a page of that host: a name may lead anywhere."""
    named = None if origin is None else origin.format(host=host)
    assert secure_live.refusal(followed, host=host, origin=named).status_code == 400
