"""The header field `Authorization`: what counts as one good token, and where."""

from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_unauthorized,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

ME = "/api/v1/me"
BAD = ["Bearer not-a-token", "Bearer", "Basic YTpi", "nonsense"]


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    """A user whose tokens no test of this module ends."""
    return site.new_member()


@pytest.fixture(scope="module")
def paths(site: Site, holder: Member) -> list[str]:
    """What everybody may read."""
    post = site.new_post(holder, tags=[names.tag()])
    comments = f"/api/v1/posts/{post['slug']}/comments"
    comment = expect(holder.create_comment(post["slug"], body="Well said."), 201)
    return [
        "/api/v1/posts",
        "/api/v1/tags",
        f"/api/v1/users/{holder.username}",
        f"/api/v1/posts/{post['slug']}",
        comments,
        f"{comments}/{comment['id']}",
        f"/api/v1/tags/{post['tags'][0]}",
    ]


def ask(client: Client, *authorizations: str) -> httpx.Response:
    """Read one's account with these header lines, sent exactly as written."""
    lines = [("Authorization", value) for value in authorizations]
    response = client.raw_request("GET", ME, headers=lines)
    assert response is not None
    return response


@pytest.mark.requirement("TOKEN-01")
@pytest.mark.parametrize("lines", [[], [""], ["   "]], ids=["none", "empty", "spaces"])
def test_nobody_is_signed_in_without_a_token(
    anonymous: Client, lines: list[str]
) -> None:
    response = ask(anonymous, *lines)
    expect_unauthorized(response, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.requirement("TOKEN-01")
def test_an_empty_authorization_is_anonymous_where_no_user_is_needed(
    anonymous: Client, paths: list[str]
) -> None:
    caller = anonymous.with_headers({"Authorization": ""})
    assert {caller.request("GET", path).status_code for path in paths} == {200}


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEARER"])
def test_the_scheme_is_compared_without_case(
    anonymous: Client, holder: Member, scheme: str
) -> None:
    response = ask(anonymous, f"{scheme} {holder.access_token}")
    assert expect(response, 200) == holder.account


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "{token}",
        "Bearer{token}",
        "Bearer  {token}",
        "Bearer\t{token}",
        "Bearer:{token}",
        "Bearer: {token}",
        "Bearer={token}",
        'Bearer "{token}"',
        "Bearer {token} {token}",
        "Bearer {token},",
        "Bearer {token}, Bearer {token}",
        "Bearer {token};",
        "Bearer Bearer {token}",
        "Bearer token={token}",
        "Basic {token}",
        "Token {token}",
        "JWT {token}",
        "Digest {token}",
        "Bearerx {token}",
        "Bearer not-a-token",
        "Bearer .",
        "Bearer ..",
        "Bearer a.b.c",
        "Bearer {token}.",
        "Bearer .{token}",
        "Bearer null",
        "Bearer {{}}",
        "Bearer é",
        "Bearer 日本.日本.日本",
        "Bearer \udcff\udcfe",
        "Bëarer {token}",
        "Bearer\u00a0{token}",
    ],
    ids=ascii,
)
def test_anything_else_is_no_good_token(
    anonymous: Client, holder: Member, value: str
) -> None:
    response = ask(anonymous, value.format(token=holder.access_token))
    expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize("length", [500, 4000])
def test_a_long_token_is_refused(anonymous: Client, length: int) -> None:
    expect_unauthorized(ask(anonymous, f"Bearer {'a' * length}"), "invalid_token")


@pytest.mark.requirement("TOKEN-02")
def test_a_refresh_token_is_no_access_token(anonymous: Client, holder: Member) -> None:
    response = ask(anonymous, f"Bearer {holder.refresh_token}")
    expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize(
    "second", ["Bearer {token}", "Bearer not-a-token", "Basic YTpi"]
)
@pytest.mark.parametrize("order", [1, -1], ids=["good first", "good last"])
def test_two_lines_are_refused(
    anonymous: Client, holder: Member, second: str, order: int
) -> None:
    good = f"Bearer {holder.access_token}"
    lines = [good, second.format(token=holder.access_token)][::order]
    expect_unauthorized(ask(anonymous, *lines), "invalid_token")


@pytest.mark.requirement("TOKEN-03")
@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("number", range(7))
def test_a_bad_token_is_refused_where_none_is_needed(
    anonymous: Client, paths: list[str], number: int, value: str
) -> None:
    caller = anonymous.with_headers({"Authorization": value})
    response = caller.request("GET", paths[number])
    expect_unauthorized(response, "invalid_token")
