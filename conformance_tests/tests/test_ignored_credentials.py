"""Credentials that are not looked at: at another place, or where none are needed."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

ME = "/api/v1/me"
TOO_LITTLE = {"username": "too_short", "email": "format", "password": "too_short"}
BAD = ["Bearer not-a-token", "Basic YTpi", "nonsense"]


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    """A user whose tokens no test of this module ends."""
    return site.new_member()


@pytest.mark.requirement("AUTH-10")
def test_register_does_not_look_at_it(anonymous: Client) -> None:
    caller = anonymous.with_headers({"Authorization": "Bearer not-a-token"})
    details = {"username": names.username(), "email": names.email()}
    expect(caller.register(**details, password=names.PASSWORD), 201)


@pytest.mark.requirement("AUTH-10")
@pytest.mark.parametrize("value", BAD)
def test_register_and_login_refuse_for_their_own_reasons(
    anonymous: Client, value: str
) -> None:
    caller = anonymous.with_headers({"Authorization": value})
    expect_errors(caller.register(username="a", email="b", password="c"), TOO_LITTLE)
    wrong = {"username": names.username(), "password": names.PASSWORD}
    expect_problem(caller.login(**wrong), 401, "invalid_credentials")


@pytest.mark.requirement("AUTH-10")
def test_refresh_tokens_does_not_look_at_it(member: Member) -> None:
    token = member.refresh_token
    for value in BAD:
        caller = member.with_headers({"Authorization": value})
        token = expect(caller.refresh_tokens(refresh_token=token), 200)["refresh_token"]


@pytest.mark.requirement("AUTH-10")
@pytest.mark.parametrize("value", BAD)
def test_the_others_do_not_look_at_it(anonymous: Client, value: str) -> None:
    caller = anonymous.with_headers({"Authorization": value})
    expect(caller.logout(refresh_token=names.word(43)), 204)
    expect(caller.request_password_reset(email=names.email()), 202)
    confirmation = {"token": names.word(43), "new_password": names.PASSWORD}
    response = caller.confirm_password_reset(**confirmation)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-10", "AUTH-11")
def test_an_ended_access_token_does_not_hinder_signing_in(
    anonymous: Client, member: Member
) -> None:
    expect(anonymous.logout(refresh_token=member.refresh_token), 204)
    expect_unauthorized(member.get_account(), "invalid_token")
    login = {"username": member.username, "password": member.password}
    pair = expect(member.login(**login), 200)
    expect(member.refresh_tokens(refresh_token=pair["refresh_token"]), 200)


@pytest.mark.requirement("TOKEN-13")
@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "jwt"])
def test_a_token_in_the_query_is_not_looked_at(
    anonymous: Client, holder: Member, name: str
) -> None:
    query = {name: holder.access_token}
    expect_unauthorized(anonymous.get_account(query=query), "not_authenticated")
    expect(anonymous.list_posts(query={name: "not-a-token"}), 200)
    expect(holder.get_account(query={name: "not-a-token"}), 200)


@pytest.mark.requirement("TOKEN-13", "HTTP-25")
@pytest.mark.parametrize(
    "name", ["access_token", "token", "session", "sessionid", "Authorization"]
)
def test_a_token_in_a_cookie_is_not_looked_at(
    anonymous: Client, holder: Member, name: str
) -> None:
    for prefix in ("", "Bearer "):
        cookie = {"Cookie": f"{name}={prefix}{holder.access_token}"}
        response = anonymous.with_headers(cookie).get_account()
        expect_unauthorized(response, "not_authenticated")
    bad = {"Cookie": f"{name}=not-a-token"}
    expect(holder.with_headers(bad).get_account(), 200)


@pytest.mark.requirement("TOKEN-13")
@pytest.mark.parametrize("name", ["access_token", "token", "refresh_token"])
def test_a_token_in_a_body_is_not_looked_at(
    anonymous: Client, holder: Member, name: str
) -> None:
    response = anonymous.request(
        "DELETE", "/api/v1/todos/1", json={name: holder.access_token}
    )
    expect_unauthorized(response, "not_authenticated")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    content = f"{name}={holder.access_token}".encode("ascii")
    response = anonymous.request("GET", ME, content=content, headers=form)
    expect_unauthorized(response, "not_authenticated")


@pytest.mark.requirement("TOKEN-13")
@pytest.mark.parametrize(
    "name", ["X-Access-Token", "X-Auth-Token", "X-Authorization", "Proxy-Authorization"]
)
def test_a_token_in_another_header_is_not_looked_at(
    anonymous: Client, holder: Member, name: str
) -> None:
    other = {name: f"Bearer {holder.access_token}"}
    response = anonymous.with_headers(other).get_account()
    expect_unauthorized(response, "not_authenticated")
