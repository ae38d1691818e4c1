"""Registration: what an account begins as, and whose name and address it may take."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_conflict,
    expect_errors,
    expect_problem,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any
Respell = Callable[[str], str]

CROWD = 25
CLOCK_TOLERANCE = timedelta(minutes=5)
BOTH = ("username", "email")


def registration(**members: Json) -> dict[str, Json]:
    """Write a body that is taken, but for the members given."""
    return {
        "username": names.username(),
        "email": names.email(),
        "password": names.PASSWORD,
        **members,
    }


@pytest.fixture(scope="module")
def registered(site: Site) -> Member:
    return site.new_member()


@pytest.mark.requirement("AUTH-01")
def test_a_new_account_is_an_active_member_without_a_bio(anonymous: Client) -> None:
    details = registration()
    account = expect(anonymous.register(**details), 201)
    assert account == {
        "id": account["id"],
        "username": details["username"],
        "email": details["email"],
        "bio": "",
        "role": "member",
        "is_active": True,
        "created_at": account["created_at"],
    }


@pytest.mark.requirement("AUTH-01")
def test_a_new_account_keeps_the_spelling_it_was_given(anonymous: Client) -> None:
    spelled = {
        "username": f"Ada_{names.word(10).upper()}",
        "email": f"Ada.{names.word()}@Example.COM",
    }
    account = expect(anonymous.register(**registration(**spelled)), 201)
    assert {field: account[field] for field in BOTH} == spelled


@pytest.mark.requirement("AUTH-01")
def test_a_new_account_was_created_now(registered: Member) -> None:
    created_at = datetime.fromisoformat(registered.account["created_at"])
    assert abs(datetime.now(UTC) - created_at) < CLOCK_TOLERANCE


@pytest.mark.requirement("AUTH-01", "HTTP-22")
def test_location_is_the_path_of_the_new_profile(anonymous: Client) -> None:
    details = registration()
    location = anonymous.register(**details).headers["Location"]
    assert location == f"/api/v1/users/{details['username']}"
    profile = expect(anonymous.request("GET", location), 200)
    assert profile["username"] == details["username"]


@pytest.mark.requirement("AUTH-01")
def test_the_account_of_its_owner_is_the_one_that_registration_answered(
    registered: Member,
) -> None:
    assert expect(registered.get_account(), 200) == registered.account


@pytest.mark.requirement("AUTH-02")
@pytest.mark.parametrize("field", BOTH)
@pytest.mark.parametrize("respell", [str, str.upper, str.title, str.swapcase])
def test_what_is_taken_is_refused_in_any_case(
    anonymous: Client, registered: Member, field: str, respell: Respell
) -> None:
    taken = {field: respell(registered.account[field])}
    response = anonymous.register(**registration(**taken))
    expect_conflict(response, {field: "taken"})


@pytest.mark.requirement("AUTH-02")
def test_both_are_named_when_both_are_taken(
    anonymous: Client, registered: Member
) -> None:
    taken = {field: registered.account[field] for field in BOTH}
    response = anonymous.register(**registration(**taken))
    expect_conflict(response, {"username": "taken", "email": "taken"})


@pytest.mark.requirement("AUTH-02")
def test_both_are_named_when_they_are_taken_by_two_accounts(
    anonymous: Client, registered: Member, other_member: Member
) -> None:
    taken = {"username": registered.username, "email": other_member.email}
    response = anonymous.register(**registration(**taken))
    expect_conflict(response, {"username": "taken", "email": "taken"})


@pytest.mark.requirement("AUTH-02")
def test_what_an_inactive_account_has_stays_taken(
    anonymous: Client, member: Member, admin: Member
) -> None:
    expect(admin.update_user(member.username, is_active=False), 200)
    taken = {field: member.account[field] for field in BOTH}
    response = anonymous.register(**registration(**taken))
    expect_conflict(response, {"username": "taken", "email": "taken"})


@pytest.mark.requirement("AUTH-02", "HTTP-24")
@pytest.mark.parametrize("field", BOTH)
def test_a_conflict_keeps_the_other_value_free(
    anonymous: Client, registered: Member, field: str
) -> None:
    details = registration(**{field: registered.account[field]})
    expect_conflict(anonymous.register(**details), {field: "taken"})
    expect(anonymous.register(**{**details, field: registration()[field]}), 201)


@pytest.mark.requirement("AUTH-02")
def test_a_conflict_leaves_the_first_account_as_it_was(
    anonymous: Client, registered: Member
) -> None:
    details = registration(username=registered.username, password="quite another one")
    expect_conflict(anonymous.register(**details), {"username": "taken"})
    login = {"username": registered.username, "password": details["password"]}
    expect_problem(anonymous.login(**login), 401, "invalid_credentials")
    expect(anonymous.login(**{**login, "password": registered.password}), 200)


@pytest.mark.requirement("AUTH-03")
@pytest.mark.parametrize(
    ("shared", "count"),
    [(("username",), 10), (("email",), 10), (BOTH, CROWD)],
    ids=["name", "address", "both"],
)
def test_of_parallel_registrations_one_wins(
    site: Site, shared: tuple[str, ...], count: int
) -> None:
    wanted = {field: registration()[field] for field in shared}

    def register(number: int) -> Any:
        respell = str.upper if number % 2 else str.lower
        respelled = {field: respell(value) for field, value in wanted.items()}
        return site.anonymous().register(**registration(**respelled))

    answers = together(count, register)
    assert sorted(each.status_code for each in answers) == [201] + [409] * (count - 1)
    for refused in (each for each in answers if each.status_code == 409):
        expect_conflict(refused, dict.fromkeys(shared, "taken"))


@pytest.mark.requirement("AUTH-04", "TEXT-10")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("role", "admin"),
        ("role", "member"),
        ("is_active", True),
        ("is_admin", True),
        ("is_staff", True),
        ("is_superuser", True),
        ("id", 1),
        ("bio", "A bio."),
        ("created_at", "2020-01-01T00:00:00.000000Z"),
        ("token_version", 7),
        ("Username", "another_name"),
        ("", "nothing"),
    ],
)
def test_nobody_gives_themselves_more(
    anonymous: Client, member: str, value: Json
) -> None:
    details = registration()
    response = anonymous.register(**{**details, member: value})
    expect_errors(response, {member: "unknown"})
    expect_problem(anonymous.get_profile(details["username"]), 404, "not_found")


@pytest.mark.requirement("TEXT-11", "PROB-05")
def test_all_that_is_missing_is_named(anonymous: Client) -> None:
    missing = dict.fromkeys(("username", "email", "password"), "required")
    expect_errors(anonymous.register(), missing)


@pytest.mark.requirement("PROB-05", "PROB-07", "HTTP-24")
def test_all_faults_come_together(anonymous: Client) -> None:
    faulty = {
        "username": "a!",
        "email": "nowhere",
        "password": "short",
        "role": "admin",
    }
    expect_errors(
        anonymous.register(**faulty),
        {
            "username": "too_short",
            "email": "format",
            "password": "too_short",
            "role": "unknown",
        },
    )
