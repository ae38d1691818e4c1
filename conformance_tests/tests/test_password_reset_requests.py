"""Asking for a password reset: what it tells, and how many mails it brings."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any
Visible = Callable[[httpx.Response], Json]

LIMIT = 3
CROWD = 25


def ask(site: Site, email: str) -> httpx.Response:
    """Ask from an address that nobody used before."""
    return site.anonymous().request_password_reset(email=email)


def settle(site: Site, mailbox: Mailbox) -> None:
    """Wait for a mail that was asked for now: those asked for before have gone out."""
    email = site.new_member().email
    expect(ask(site, email), 202)
    mailbox.wait_for(email)


@pytest.mark.requirement("AUTH-19")
@pytest.mark.parametrize("respell", [str, str.upper])
def test_a_known_address_is_answered_like_an_unknown_one(
    anonymous: Client, member: Member, respell: Callable[[str], str], visible: Visible
) -> None:
    known = anonymous.request_password_reset(email=respell(member.email))
    unknown = anonymous.request_password_reset(email=names.email())
    expect(unknown, 202)
    assert visible(known) == visible(unknown)


@pytest.mark.requirement("AUTH-19")
def test_an_inactive_account_is_answered_like_an_unknown_address(
    anonymous: Client, member: Member, admin: Member, visible: Visible
) -> None:
    expect(admin.update_user(member.username, is_active=False), 200)
    inactive = anonymous.request_password_reset(email=member.email)
    unknown = anonymous.request_password_reset(email=names.email())
    assert visible(inactive) == visible(unknown)


@pytest.mark.requirement("AUTH-19", "HTTP-24")
def test_asking_for_a_reset_ends_nothing(anonymous: Client, member: Member) -> None:
    expect(anonymous.request_password_reset(email=member.email), 202)
    expect(member.get_account(), 200)
    login = {"username": member.username, "password": member.password}
    expect(anonymous.login(**login), 200)


@pytest.mark.requirement("AUTH-19")
@pytest.mark.parametrize("value", ["nobody", "nobody@localhost", "a@b.c, d@e.f"])
def test_what_is_no_address_is_refused(anonymous: Client, value: str) -> None:
    response = anonymous.request_password_reset(email=value)
    expect_errors(response, {"email": "format"})


@pytest.mark.requirement("AUTH-19")
def test_a_user_name_is_no_address(anonymous: Client, member: Member) -> None:
    response = anonymous.request_password_reset(email=member.username)
    expect_errors(response, {"email": "format"})


@pytest.mark.requirement("AUTH-23", "AUTH-19")
def test_an_account_gets_three_mails_in_an_hour(
    site: Site, member: Member, mailbox: Mailbox, visible: Visible
) -> None:
    unknown = ask(site, names.email())
    for number in range(LIMIT + 3):
        respell = str.upper if number % 2 else str.lower
        assert visible(ask(site, respell(member.email))) == visible(unknown)
    expect_mails(site, mailbox, member, LIMIT)


@pytest.mark.requirement("AUTH-23")
def test_parallel_requests_give_three_mails(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    answers = together(CROWD, lambda _: ask(site, member.email))
    assert {each.status_code for each in answers} == {202}
    expect_mails(site, mailbox, member, LIMIT)


@pytest.mark.requirement("AUTH-23")
def test_the_limit_of_one_account_is_not_anothers(
    site: Site, member: Member, other_member: Member, mailbox: Mailbox
) -> None:
    for _ in range(LIMIT + 1):
        expect(ask(site, member.email), 202)
    expect(ask(site, other_member.email), 202)
    expect_mails(site, mailbox, other_member, 1)


def expect_mails(site: Site, mailbox: Mailbox, member: Member, count: int) -> None:
    """Expect so many mails and, when a later one has come, no more."""
    mailbox.wait_for(member.email, count=count)
    settle(site, mailbox)
    assert len(mailbox.messages(member.email)) == count
