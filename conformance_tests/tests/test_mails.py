"""The mails: what they say, to whom they go, and that nobody waits for them."""

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.second_server import SETTINGS
from quintet_conformance.site import Member, Site

Json = Any

OTHER_PASSWORD = "another quiet walk home"
URL = re.compile(r"[a-z]+://\S+", re.IGNORECASE)
RESET_PATH = re.compile(r"/password-reset/[A-Za-z0-9_-]{43}")
EVIL = "evil.example"
# The mail server of the slow addresses says nothing for 3 seconds.
AT_ONCE = 2.0


def text_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content


def urls_of(message: EmailMessage) -> list[str]:
    return URL.findall(text_of(message))


def reset_mail(member: Member, mailbox: Mailbox) -> EmailMessage:
    """Ask for a reset and give its mail, the first to that address."""
    expect(member.without_token().request_password_reset(email=member.email), 202)
    return mailbox.wait_for(member.email)[0]


def settle(site: Site, mailbox: Mailbox) -> None:
    """Wait for a mail that was asked for now: those asked for before have gone out."""
    reset_mail(site.new_member(), mailbox)


def seconds_of(call: Callable[[], httpx.Response], status: int) -> float:
    start = time.monotonic()
    expect(call(), status)
    return time.monotonic() - start


@pytest.mark.requirement("MAIL-01")
def test_the_mail_of_a_reset_is_one_plain_text(
    member: Member, mailbox: Mailbox
) -> None:
    message = reset_mail(member, mailbox)
    assert message.get_content_type() == "text/plain"


@pytest.mark.requirement("MAIL-01")
def test_the_only_url_stands_alone_on_a_line(member: Member, mailbox: Mailbox) -> None:
    message = reset_mail(member, mailbox)
    urls = urls_of(message)
    assert len(urls) == 1
    assert urls[0] in text_of(message).splitlines()


@pytest.mark.requirement("MAIL-01")
def test_the_url_is_the_public_one_with_the_token(
    short_lived: Site, mailbox: Mailbox
) -> None:
    message = reset_mail(short_lived.new_member(), mailbox)
    (url,) = urls_of(message)
    public, path = (
        url[: len(SETTINGS["PUBLIC_URL"])],
        url[len(SETTINGS["PUBLIC_URL"]) :],
    )
    assert public == SETTINGS["PUBLIC_URL"]
    assert RESET_PATH.fullmatch(path)


@pytest.mark.requirement("MAIL-01")
def test_each_mail_has_a_token_of_its_own(member: Member, mailbox: Mailbox) -> None:
    reset_mail(member, mailbox)
    expect(member.request_password_reset(email=member.email), 202)
    mailbox.wait_for(member.email, count=2)
    assert len(set(mailbox.reset_tokens(member.email))) == 2


@pytest.mark.requirement("MAIL-01", "AUTH-06")
def test_the_address_is_found_in_any_case(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    expect(anonymous.request_password_reset(email=member.email.upper()), 202)
    assert mailbox.wait_for_reset_token(member.email)


@pytest.mark.requirement("MAIL-02")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": EVIL},
        {"X-Forwarded-Host": EVIL},
        {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"},
        {"X-Forwarded-Server": EVIL, "X-Host": EVIL, "X-Original-Host": EVIL},
        {"Forwarded": f"for=192.0.2.1;host={EVIL};proto=https"},
        {"Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"},
    ],
    ids="-".join,
)
def test_the_host_never_comes_from_the_request(
    site: Site, member: Member, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    request = site.anonymous().with_headers(headers)
    answer = request.request_password_reset(email=member.email)
    # A server that allows its own host alone refuses the other with 400.
    assert answer.status_code in ({202, 400} if "Host" in headers else {202})
    expect(site.anonymous().request_password_reset(email=member.email), 202)
    count = 2 if answer.status_code == 202 else 1
    messages = mailbox.wait_for(member.email, count=count)
    assert not [each for each in messages if EVIL in str(each)]
    bases = {
        url.partition("/password-reset/")[0] for m in messages for url in urls_of(m)
    }
    assert len(bases) == 1


@pytest.mark.requirement("MAIL-03")
def test_a_changed_password_is_told(member: Member, mailbox: Mailbox) -> None:
    passwords = {"current_password": member.password, "new_password": OTHER_PASSWORD}
    expect(member.change_password(**passwords), 200)
    (message,) = mailbox.wait_for(member.email)
    assert_tells_no_secret(message, member)


@pytest.mark.requirement("MAIL-03")
def test_a_password_set_by_a_reset_is_told(member: Member, mailbox: Mailbox) -> None:
    reset_mail(member, mailbox)
    token = mailbox.wait_for_reset_token(member.email)
    confirmation = {"token": token, "new_password": OTHER_PASSWORD}
    expect(member.confirm_password_reset(**confirmation), 204)
    notice = mailbox.wait_for(member.email, count=2)[-1]
    assert token not in str(notice)
    assert_tells_no_secret(notice, member)


def assert_tells_no_secret(message: EmailMessage, member: Member) -> None:
    assert message.get_content_type() == "text/plain"
    secrets = [member.password, OTHER_PASSWORD, member.access_token, "/password-reset/"]
    assert not [secret for secret in secrets if secret in text_of(message)]


@pytest.mark.requirement("MAIL-03")
def test_a_refused_password_is_not_told(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    wrong = {"current_password": "not the password", "new_password": OTHER_PASSWORD}
    assert member.change_password(**wrong).status_code == 422
    settle(site, mailbox)
    assert mailbox.messages(member.email) == []


@pytest.mark.requirement("MAIL-04")
def test_a_changed_address_is_told_to_the_old_one(
    member: Member, mailbox: Mailbox
) -> None:
    changes = {"email": names.email(), "current_password": member.password}
    expect(member.update_account(**changes), 200)
    (message,) = mailbox.wait_for(member.email)
    assert_tells_no_secret(message, member)


@pytest.mark.requirement("MAIL-04")
def test_an_address_that_stays_is_not_told(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    expect(member.update_account(email=member.email, bio="A bio."), 200)
    settle(site, mailbox)
    assert mailbox.messages(member.email) == []


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_an_unknown_address(
    site: Site, anonymous: Client, mailbox: Mailbox
) -> None:
    unknown = names.email()
    expect(anonymous.request_password_reset(email=unknown), 202)
    settle(site, mailbox)
    assert mailbox.messages(unknown) == []


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_an_inactive_account(
    site: Site, anonymous: Client, member: Member, admin: Member, mailbox: Mailbox
) -> None:
    expect(admin.update_user(member.username, is_active=False), 200)
    expect(anonymous.request_password_reset(email=member.email), 202)
    settle(site, mailbox)
    assert mailbox.messages(member.email) == []


@pytest.mark.requirement("MAIL-05")
def test_no_reset_goes_to_the_address_of_before(
    site: Site, anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    changes = {"email": names.email(), "current_password": member.password}
    expect(member.update_account(**changes), 200)
    expect(anonymous.request_password_reset(email=member.email), 202)
    settle(site, mailbox)
    assert mailbox.reset_tokens(member.email) == []


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_a_deleted_account(
    site: Site, anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    expect(member.delete_account(current_password=member.password), 204)
    expect(anonymous.request_password_reset(email=member.email), 202)
    settle(site, mailbox)
    assert mailbox.messages(member.email) == []


@pytest.mark.requirement("MAIL-06", "AUTH-19")
def test_nobody_waits_for_a_slow_mail_server(
    site: Site, new_member: Callable[..., Member], mailbox: Mailbox
) -> None:
    member = new_member(email=mailbox.slow_address())
    ask = site.anonymous().request_password_reset
    passwords = {"current_password": member.password, "new_password": OTHER_PASSWORD}
    durations = {
        "known address": seconds_of(lambda: ask(email=member.email), 202),
        "unknown address": seconds_of(lambda: ask(email=names.email()), 202),
        "another request": seconds_of(site.anonymous().list_tags, 200),
        "changed password": seconds_of(
            lambda: member.change_password(**passwords), 200
        ),
        "one more request": seconds_of(site.anonymous().list_tags, 200),
    }
    assert [what for what in durations if durations[what] > AT_ONCE] == []
