"""Attempts by form and by API are counted together."""

from collections import Counter
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import together
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice, expect_mistakes
from quintet_conformance.web.people import SignedIn

pytestmark = pytest.mark.requirement("FORM-12", "WEB-17", "WEB-22")

Json = Any

WRONG = "not the right password"
LOGIN_LIMIT, LOGIN_WINDOW = 10, 300
AUTH_LIMIT, AUTH_WINDOW = 60, 60


def expect_limited(answer: Answer, window: int) -> None:
    expect_advice(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= window


def beside(browser: Browser, client: Client) -> Client:
    """Give an API client at the address of a browser."""
    return client.from_address(browser.headers["X-Forwarded-For"])


def test_sign_in_by_page_and_api_are_one_count(
    visitor: Browser, anonymous: Client, author: SignedIn
) -> None:
    client, member = beside(visitor, anonymous), author.member
    form = visitor.open("/login").form("/login")
    wrong = {"username": member.username, "password": WRONG}
    for number in range(LOGIN_LIMIT):
        if number % 2:
            expect(client.login(**wrong), 401)
        else:
            expect_mistakes(visitor.submit(form, **wrong), "/login")
    right = {**wrong, "password": member.password}
    expect_limited(visitor.submit(form, **right), LOGIN_WINDOW)
    expect_problem(client.login(**right), 429, "rate_limited")
    assert not visitor.open("/").is_signed_in


def test_of_many_at_once_ten_are_looked_at(visitor: Browser) -> None:
    form = visitor.open("/login").form("/login")
    wrong = {"username": names.username(), "password": WRONG}
    answers = together(15, lambda _: visitor.submit(form, **wrong))
    statuses = Counter(answer.status for answer in answers)
    assert statuses == {422: LOGIN_LIMIT, 429: 5}


def test_a_successful_sign_in_by_page_clears_the_count(
    visitor: Browser, anonymous: Client, author: SignedIn
) -> None:
    client, member = beside(visitor, anonymous), author.member
    wrong = {"username": member.username, "password": WRONG}
    attempts = together(LOGIN_LIMIT - 1, lambda _: client.login(**wrong))
    assert {each.status_code for each in attempts} == {401}
    right = {**wrong, "password": member.password}
    assert visitor.fill("/login", **right).status in {302, 303}
    assert {client.login(**wrong).status_code for _ in range(2)} == {401}


@pytest.mark.parametrize(
    ("action", "further"),
    [
        ("/account", {"email": "new@example.com"}),
        ("/account/password", {"new_password": "another long quiet walk"}),
        ("/account/delete", {}),
    ],
)
def test_every_current_password_counts(
    writer: SignedIn, action: str, further: dict[str, str]
) -> None:
    member = writer.member
    client = beside(writer, member)
    wrong = {"username": member.username, "password": WRONG}
    attempts = together(
        LOGIN_LIMIT - 1, lambda _: client.without_token().login(**wrong)
    )
    assert {each.status_code for each in attempts} == {401}
    form = writer.open("/account").form(action)
    answer = writer.submit(form, current_password=WRONG, **further)
    expect_mistakes(answer, action, "current_password")
    answer = writer.submit(form, current_password=member.password, **further)
    expect_limited(answer, LOGIN_WINDOW)
    assert expect(member.get_account(), 200) == member.account
    login = client.without_token().login(username=member.username, password=WRONG)
    expect_problem(login, 429, "rate_limited")


@pytest.mark.parametrize("action", ["/register", "/password-reset"])
def test_requests_of_one_address_are_counted_with_those_of_the_api(
    visitor: Browser, anonymous: Client, action: str
) -> None:
    client = beside(visitor, anonymous)

    def ask(_: int) -> Any:
        return client.request_password_reset(email=names.email())

    form = visitor.open(action).form(action)
    answers = [each for _ in range(3) for each in together(AUTH_LIMIT // 3, ask)]
    assert {each.status_code for each in answers} == {202}
    typed = {"email": names.email()}
    if action == "/register":
        typed |= {"username": names.username(), "password": names.PASSWORD}
    expect_limited(visitor.submit(form, **typed), AUTH_WINDOW)


def test_requests_by_page_count_for_the_api(
    visitor: Browser, anonymous: Client
) -> None:
    client = beside(visitor, anonymous)
    form = visitor.open("/password-reset").form("/password-reset")

    def send(_: int) -> Answer:
        return visitor.submit(form, email=names.email())

    answers = [each for _ in range(3) for each in together(AUTH_LIMIT // 3, send)]
    assert {each.status for each in answers} <= {302, 303}
    answer = client.request_password_reset(email=names.email())
    expect_problem(answer, 429, "rate_limited")
