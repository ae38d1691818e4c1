"""One's own account: reading it and changing its bio and e-mail address."""

from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_conflict,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any

WRONG = "not the right password"
ATTEMPTS = 20


@pytest.fixture(scope="module")
def settled(site: Site) -> Member:
    """Whose account no test changes."""
    return site.new_member()


@pytest.fixture(scope="module")
def resident(site: Site) -> Member:
    """Whose bio and address change, and nothing else."""
    return site.new_member()


@pytest.fixture
def member(resident: Member) -> Member:
    """A user without a bio, whose attempts to give a password come from elsewhere."""
    resident.headers["X-Forwarded-For"] = names.address()
    resident.account = expect(resident.update_account(bio=""), 200)
    resident.email = resident.account["email"]
    return resident


def expect_unchanged(member: Member) -> None:
    __tracebackhide__ = True
    assert expect(member.get_account(), 200) == member.account


def change_email(member: Member, email: str) -> httpx.Response:
    return member.update_account(email=email, current_password=member.password)


@pytest.mark.requirement("ACCT-01")
def test_the_account_is_answered_whole(member: Member) -> None:
    account = expect(member.get_account(), 200)
    assert account == {
        "id": member.id,
        "username": member.username,
        "email": member.email,
        "bio": "",
        "role": "member",
        "is_active": True,
        "created_at": member.account["created_at"],
    }


@pytest.mark.requirement("ACCT-01")
def test_everybody_reads_their_own_account(settled: Member, member: Member) -> None:
    for query in ({}, {"username": settled.username}, {"id": settled.id}):
        assert expect(member.get_account(**query), 200) == member.account
    assert expect(settled.get_account(), 200) == settled.account


@pytest.mark.requirement("ACCT-01", "TOKEN-01")
def test_nobody_has_no_account(anonymous: Client, settled: Member) -> None:
    expect_unauthorized(anonymous.get_account())
    expect_unauthorized(anonymous.update_account(bio="Mine"))
    password = settled.password
    expect_unauthorized(anonymous.delete_account(current_password=password))
    expect_unauthorized(anonymous.with_token("x").get_account(), "invalid_token")
    expect_unchanged(settled)


@pytest.mark.requirement("ACCT-02")
def test_a_changed_bio_is_kept(member: Member) -> None:
    changed = expect(member.update_account(bio="I weave."), 200)
    assert changed == member.account | {"bio": "I weave."}
    assert expect(member.get_account(), 200) == changed


@pytest.mark.requirement("ACCT-02")
def test_an_empty_bio_is_kept_empty(member: Member) -> None:
    expect(member.update_account(bio="I weave."), 200)
    assert expect(member.update_account(bio=""), 200) == member.account
    expect_unchanged(member)


@pytest.mark.requirement("ACCT-02")
def test_a_patch_of_nothing_changes_nothing(member: Member) -> None:
    before = expect(member.update_account(bio="I weave."), 200)
    assert expect(member.update_account(json={}), 200) == before
    assert expect(member.get_account(), 200) == before


@pytest.mark.requirement("ACCT-03", "HTTP-24")
def test_a_new_address_needs_the_password(settled: Member) -> None:
    response = settled.update_account(email=names.email(), bio="Changed")
    expect_errors(response, {"current_password": "required"})
    expect_unchanged(settled)


@pytest.mark.requirement("ACCT-03", "HTTP-24")
@pytest.mark.parametrize(
    "password",
    [WRONG, names.PASSWORD.upper(), f"{names.PASSWORD} ", names.PASSWORD[:-1], "x"],
)
def test_a_new_address_needs_the_right_password(settled: Member, password: str) -> None:
    client = settled.from_address(names.address())
    body = {"email": names.email(), "bio": "Changed", "current_password": password}
    expect_errors(client.update_account(**body), {"current_password": "incorrect"})
    expect_unchanged(settled)


@pytest.mark.requirement("TEXT-08", "TEXT-09", "HTTP-24")
@pytest.mark.parametrize(
    ("password", "code"),
    [
        (None, "type"),
        (5, "type"),
        (True, "type"),
        (["x"], "type"),
        ("", "blank"),
        ("x" * 129, "too_long"),
        ("a\0b", "format"),
    ],
    ids=ascii,
)
def test_a_password_that_could_never_be_is_refused(
    settled: Member, password: Json, code: str
) -> None:
    body = {"email": names.email(), "current_password": password}
    expect_errors(settled.update_account(**body), {"current_password": code})
    deletion = settled.delete_account(current_password=password)
    expect_errors(deletion, {"current_password": code})
    expect_unchanged(settled)


@pytest.mark.requirement("ACCT-03")
def test_the_same_address_again_needs_no_password(member: Member) -> None:
    changed = expect(member.update_account(email=member.email, bio="I weave."), 200)
    assert changed == member.account | {"bio": "I weave."}


@pytest.mark.requirement("ACCT-03", "ACCT-02")
def test_a_new_address_and_a_new_bio_come_together(member: Member) -> None:
    email = names.email()
    body = {"email": email, "bio": "I weave.", "current_password": member.password}
    changed = expect(member.update_account(**body), 200)
    assert changed == member.account | {"email": email, "bio": "I weave."}
    assert expect(member.get_account(), 200) == changed


@pytest.mark.requirement("ACCT-04", "HTTP-24")
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_an_address_that_is_taken_is_a_conflict(
    settled: Member, other_member: Member, change: Any
) -> None:
    body = {"email": change(settled.email), "bio": "Changed"}
    response = other_member.update_account(
        **body, current_password=other_member.password
    )
    expect_conflict(response, {"email": "taken"})
    expect_unchanged(other_member)


@pytest.mark.requirement("ACCT-04")
def test_the_own_address_in_another_case_is_not_taken(member: Member) -> None:
    email = member.email.upper()
    assert expect(change_email(member, email), 200)["email"] == email
    assert expect(member.get_account(), 200)["email"] == email


@pytest.mark.requirement("ACCT-04", "ACCT-05")
def test_an_address_given_up_is_free(member: Member, other_member: Member) -> None:
    expect(change_email(member, names.email()), 200)
    taken_over = expect(change_email(other_member, member.email), 200)
    assert taken_over == other_member.account | {"email": member.email}


@pytest.mark.requirement("ACCT-04")
def test_of_parallel_changes_to_one_address_one_succeeds(site: Site) -> None:
    members = [site.new_member() for _ in range(5)]
    email = names.email()
    answers = together(5, lambda number: change_email(members[number], email))
    won = [answer.status_code for answer in answers].index(200)
    for number, answer in enumerate(answers):
        if number != won:
            expect_conflict(answer, {"email": "taken"})
            expect_unchanged(members[number])
    assert expect(members[won].get_account(), 200)["email"] == email


@pytest.mark.requirement("ACCT-05")
def test_the_new_address_signs_in_and_the_old_does_not(
    member: Member, anonymous: Client
) -> None:
    email = names.email()
    expect(change_email(member, email), 200)
    refused = anonymous.login(username=member.email, password=member.password)
    expect_problem(refused, 401, "invalid_credentials")
    for name in (email, email.upper(), member.username):
        expect(anonymous.login(username=name, password=member.password), 200)


@pytest.mark.requirement("ACCT-05")
def test_a_new_address_ends_no_token(member: Member, anonymous: Client) -> None:
    expect(change_email(member, names.email()), 200)
    expect(member.get_account(), 200)
    expect(anonymous.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.mark.requirement("ACCT-05")
def test_reset_tokens_mailed_to_the_old_address_are_refused(
    member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    expect(change_email(member, names.email()), 200)
    response = anonymous.confirm_password_reset(
        token=token, new_password="another long quiet walk"
    )
    expect_errors(response, {"token": "invalid"})
    login = anonymous.login(username=member.username, password=member.password)
    expect(login, 200)


@pytest.mark.requirement("ACCT-06", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("role", "admin"),
        ("role", "member"),
        ("username", "somebody_else"),
        ("is_active", False),
        ("is_active", True),
        ("id", 1),
        ("created_at", "2026-11-05T08:30:00.000000Z"),
        ("password", "another long quiet walk"),
        ("new_password", "another long quiet walk"),
        ("token_version", 9),
        ("Bio", "Changed"),
        ("", 1),
        ("😀", 1),
    ],
    ids=ascii,
)
def test_an_account_takes_no_other_member(
    settled: Member, name: str, value: Json
) -> None:
    response = settled.update_account(json={"bio": "Changed", name: value})
    expect_errors(response, {name: "unknown"})
    expect_unchanged(settled)


@pytest.mark.requirement("PROB-05", "HTTP-24")
def test_all_faults_of_an_account_come_in_one_answer(settled: Member) -> None:
    response = settled.update_account(
        email="nowhere", bio="x" * 501, current_password=5, role="admin"
    )
    expect_errors(
        response,
        {
            "email": "format",
            "bio": "too_long",
            "current_password": "type",
            "role": "unknown",
        },
    )
    expect_unchanged(settled)


@pytest.mark.requirement("RATE-06", "RATE-02", "HTTP-24")
def test_passwords_cannot_be_tried_for_ever(member: Member) -> None:
    """Changing and deleting an account count together, and the right one comes late."""
    wrong = {"email": names.email(), "current_password": WRONG}
    response = member.update_account(**wrong)
    for _ in range(ATTEMPTS):
        if response.status_code == 429:
            break
        expect_errors(response, {"current_password": "incorrect"})
        response = member.update_account(**wrong)
    expect_problem(response, 429, "rate_limited")
    late = member.delete_account(current_password=member.password)
    expect_problem(late, 429, "rate_limited")
    assert int(late.headers["Retry-After"]) >= 1
    expect_unchanged(member)
