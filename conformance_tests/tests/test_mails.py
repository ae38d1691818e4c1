"""The mails: what they say, to whom they go, and that nobody waits for them."""

import re
import time
from collections.abc import Callable
from email.message import EmailMessage

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.second_server import SETTINGS
from quintet_conformance.site import Member, Site

OTHER_PASSWORD = "another quiet walk home"
URL = re.compile(r"[a-z]+://\S+", re.IGNORECASE)
PATH = "/password-reset/"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
EVIL = "evil.example"
# The mail server of the slow addresses says nothing for 3 seconds.
AT_ONCE = 2.0


def text_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content


def urls_of(message: EmailMessage) -> list[str]:
    return URL.findall(text_of(message))


def new_address(site: Site) -> str:
    """Give the address of a new account."""
    email = names.email()
    details = {"username": names.username(), "password": names.PASSWORD}
    expect(site.anonymous().register(**details, email=email), 201)
    return email


def ask_for_reset(site: Site, email: str) -> None:
    expect(site.anonymous().request_password_reset(email=email), 202)


def reset_mail_of(site: Site, mailbox: Mailbox) -> EmailMessage:
    """Give the mail of a reset, the first one to a new account."""
    email = new_address(site)
    ask_for_reset(site, email)
    return mailbox.wait_for(email)[0]


@pytest.fixture(scope="module")
def reset_mail(site: Site, mailbox: Mailbox) -> EmailMessage:
    return reset_mail_of(site, mailbox)


def expect_no_mail(site: Site, mailbox: Mailbox, address: str) -> None:
    """Expect that nothing has come when a mail asked for later has."""
    reset_mail_of(site, mailbox)
    assert mailbox.messages(address) == []


def expect_notice(message: EmailMessage, member: Member) -> None:
    """Expect a plain text that lets nobody in."""
    assert message.get_content_type() == "text/plain"
    secrets = [member.password, OTHER_PASSWORD, member.access_token, PATH]
    assert not [secret for secret in secrets if secret in text_of(message)]


@pytest.mark.requirement("MAIL-01")
def test_the_mail_of_a_reset_is_one_plain_text(reset_mail: EmailMessage) -> None:
    assert reset_mail.get_content_type() == "text/plain"


@pytest.mark.requirement("MAIL-01")
def test_the_only_url_stands_alone_on_a_line(reset_mail: EmailMessage) -> None:
    (url,) = urls_of(reset_mail)
    assert text_of(reset_mail).splitlines().count(url) == 1


@pytest.mark.requirement("MAIL-01")
def test_the_url_is_the_public_one_with_the_token(
    short_lived: Site, mailbox: Mailbox
) -> None:
    (url,) = urls_of(reset_mail_of(short_lived, mailbox))
    base, path, token = url.partition(PATH)
    assert (base, path) == (SETTINGS["PUBLIC_URL"], PATH)
    assert TOKEN.fullmatch(token)


@pytest.mark.requirement("MAIL-01", "AUTH-21")
def test_each_mail_has_a_token_of_its_own(site: Site, mailbox: Mailbox) -> None:
    email = new_address(site)
    for spelled in (email, email.upper()):
        ask_for_reset(site, spelled)
    mailbox.wait_for(email, count=2)
    assert len(set(mailbox.reset_tokens(email))) == 2


@pytest.mark.requirement("MAIL-02")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": EVIL},
        {"X-Forwarded-Host": EVIL},
        {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"},
        {"X-Forwarded-Server": EVIL, "X-Host": EVIL, "X-Original-Host": EVIL},
        {"X-Forwarded-Prefix": f"//{EVIL}", "X-Original-URL": f"https://{EVIL}/"},
        {"Forwarded": f"for=192.0.2.1;host={EVIL};proto=https"},
        {"Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"},
    ],
    ids="-".join,
)
def test_the_host_never_comes_from_the_request(
    site: Site, mailbox: Mailbox, reset_mail: EmailMessage, headers: dict[str, str]
) -> None:
    email = new_address(site)
    caller = site.anonymous().with_headers(headers)
    is_misled = "Host" in headers
    answer = caller.request_password_reset(email=email, server_may_refuse=is_misled)
    if is_misled and answer.status_code == 400:
        return  # a server that knows its own host refuses another one
    expect(answer, 202)
    (message,) = mailbox.wait_for(email)
    assert EVIL not in str(message)
    (good,), (url,) = urls_of(reset_mail), urls_of(message)
    assert url.partition(PATH)[0] == good.partition(PATH)[0]


@pytest.mark.requirement("MAIL-03")
def test_a_changed_password_is_told(member: Member, mailbox: Mailbox) -> None:
    passwords = {"current_password": member.password, "new_password": OTHER_PASSWORD}
    expect(member.change_password(**passwords), 200)
    (message,) = mailbox.wait_for(member.email)
    expect_notice(message, member)


@pytest.mark.requirement("MAIL-03")
def test_a_password_set_by_a_reset_is_told(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    ask_for_reset(site, member.email)
    token = mailbox.wait_for_reset_token(member.email)
    confirmation = {"token": token, "new_password": OTHER_PASSWORD}
    expect(member.confirm_password_reset(**confirmation), 204)
    notice = mailbox.wait_for(member.email, count=2)[-1]
    assert token not in str(notice)
    expect_notice(notice, member)


@pytest.mark.requirement("MAIL-04")
def test_a_changed_address_is_told_to_the_old_one(
    member: Member, mailbox: Mailbox
) -> None:
    changes = {"email": names.email(), "current_password": member.password}
    expect(member.update_account(**changes), 200)
    (message,) = mailbox.wait_for(member.email)
    expect_notice(message, member)


@pytest.mark.requirement("MAIL-03", "MAIL-04")
def test_what_was_refused_or_stays_is_not_told(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    wrong = {"current_password": "not the password", "new_password": OTHER_PASSWORD}
    expect(member.change_password(**wrong), 422)
    expect(member.update_account(email=member.email, bio="A bio."), 200)
    expect_no_mail(site, mailbox, member.email)


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_an_unknown_address(site: Site, mailbox: Mailbox) -> None:
    unknown = names.email()
    ask_for_reset(site, unknown)
    expect_no_mail(site, mailbox, unknown)


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_an_inactive_account(
    site: Site, member: Member, admin: Member, mailbox: Mailbox
) -> None:
    expect(admin.update_user(member.username, is_active=False), 200)
    ask_for_reset(site, member.email)
    expect_no_mail(site, mailbox, member.email)


@pytest.mark.requirement("MAIL-05")
def test_no_mail_goes_to_a_deleted_account(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    expect(member.delete_account(current_password=member.password), 204)
    ask_for_reset(site, member.email)
    expect_no_mail(site, mailbox, member.email)


@pytest.mark.requirement("MAIL-05")
def test_a_reset_goes_to_the_address_of_now_alone(
    site: Site, member: Member, mailbox: Mailbox
) -> None:
    new = names.email()
    changes = {"email": new, "current_password": member.password}
    expect(member.update_account(**changes), 200)
    for address in (member.email, new):
        ask_for_reset(site, address)
    assert mailbox.wait_for_reset_token(new)
    assert mailbox.reset_tokens(member.email) == []


@pytest.mark.requirement("MAIL-06", "AUTH-19")
def test_nobody_waits_for_a_slow_mail_server(
    anonymous: Client, new_member: Callable[..., Member], mailbox: Mailbox
) -> None:
    member = new_member(email=mailbox.slow_address())
    ask = anonymous.request_password_reset
    passwords = {"current_password": member.password, "new_password": OTHER_PASSWORD}
    seconds = {
        "known address": seconds_of(lambda: ask(email=member.email), 202),
        "unknown address": seconds_of(lambda: ask(email=names.email()), 202),
        "another request": seconds_of(anonymous.list_tags, 200),
        "change": seconds_of(lambda: member.change_password(**passwords), 200),
        "one more request": seconds_of(anonymous.list_tags, 200),
    }
    assert [what for what in seconds if seconds[what] > AT_ONCE] == []


def seconds_of(call: Callable[[], httpx.Response], status: int) -> float:
    start = time.monotonic()
    expect(call(), status)
    return time.monotonic() - start
