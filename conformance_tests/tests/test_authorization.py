"""The header field `Authorization`: what counts as one good token, and where."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Write = Callable[[Json], str]

ME, OPEN = "/api/v1/me", "/api/v1/tags"
SIGNED_IN, ANONYMOUS = "user", "anonymous"
BAD = ["Bearer", "Basic YTpi", "nonsense"]


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    """A user whose tokens no test of this module ends."""
    return site.new_member()


@pytest.fixture(scope="module")
def paths(site: Site, holder: Member) -> dict[str, str]:
    """What everybody may read."""
    post = site.new_post(holder, tags=[names.tag()])
    path = f"/api/v1/posts/{post['slug']}"
    comment = expect(holder.create_comment(post["slug"], body="Well said."), 201)
    return {
        "list_posts": "/api/v1/posts",
        "list_tags": OPEN,
        "get_profile": f"/api/v1/users/{holder.username}",
        "get_post": path,
        "list_comments": f"{path}/comments",
        "get_comment": f"{path}/comments/{comment['id']}",
        "get_tag": f"/api/v1/tags/{post['tags'][0]}",
    }


def ask(client: Client, path: str, authorizations: list[str]) -> httpx.Response:
    """Read something with these header lines, sent exactly as written."""
    lines = [("Authorization", value) for value in authorizations]
    response = client.raw_request("GET", path, headers=lines, server_may_refuse=False)
    assert response is not None
    return response


def lines_of(case: Json, written: Write, token: str) -> list[str]:
    if "parts" in case:
        values = [written(case["parts"])]
    elif "authorizations" in case:
        values = case["authorizations"]
    else:
        values = [] if case["authorization"] is None else [case["authorization"]]
    return [value.replace("{token}", token) for value in values]


@pytest.mark.requirement("TOKEN-01", "TOKEN-02")
@pytest.mark.parametrize("case", cases("tokens"))
def test_whom_the_server_sees_where_a_user_is_needed(
    anonymous: Client, holder: Member, written: Write, case: Json
) -> None:
    lines = lines_of(case, written, holder.access_token)
    response = ask(anonymous, ME, lines)
    if case["caller"] == SIGNED_IN:
        assert expect(response, 200) == holder.account
    elif case["caller"] == ANONYMOUS:
        expect_unauthorized(response, "not_authenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    else:
        expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("TOKEN-01", "TOKEN-02", "TOKEN-03")
@pytest.mark.parametrize("case", cases("tokens"))
def test_whom_the_server_sees_where_none_is_needed(
    anonymous: Client, holder: Member, written: Write, case: Json
) -> None:
    response = ask(anonymous, OPEN, lines_of(case, written, holder.access_token))
    if case["caller"] in {SIGNED_IN, ANONYMOUS}:
        expect(response, 200)
    else:
        expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize(
    "value",
    [
        "Bearer {token};",
        "Bearer:{token}",
        "Bearer\u00a0{token}",
        "Bearer \udcff\udcfe",
        "Bearer 日本.日本.日本",
        "Bearer {{token}}",
        "Bearer {token}\tx",
    ],
    ids=ascii,
)
def test_nor_is_anything_else_a_good_token(
    anonymous: Client, holder: Member, value: str
) -> None:
    lines = [value.replace("{token}", holder.access_token)]
    expect_unauthorized(ask(anonymous, ME, lines), "invalid_token")


@pytest.mark.requirement("TOKEN-02")
def test_a_refresh_token_is_no_access_token(anonymous: Client, holder: Member) -> None:
    caller = anonymous.with_token(holder.refresh_token)
    expect_unauthorized(caller.get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-01")
def test_an_empty_field_is_anonymous_where_no_user_is_needed(
    anonymous: Client, paths: dict[str, str]
) -> None:
    caller = anonymous.with_headers({"Authorization": ""})
    answers = {name: caller.request("GET", path) for name, path in paths.items()}
    assert {name for name in paths if answers[name].status_code != 200} == set()


@pytest.mark.requirement("TOKEN-03")
@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize(
    "operation",
    [
        "list_posts",
        "list_tags",
        "get_profile",
        "get_post",
        "list_comments",
        "get_comment",
        "get_tag",
    ],
)
def test_a_bad_field_is_refused_where_no_user_is_needed(
    anonymous: Client, paths: dict[str, str], operation: str, value: str
) -> None:
    caller = anonymous.with_headers({"Authorization": value})
    response = caller.request("GET", paths[operation])
    expect_unauthorized(response, "invalid_token")
