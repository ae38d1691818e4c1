"""What admins do with accounts."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_conflict,
    expect_errors,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any


@pytest.fixture(scope="module")
def settled(site: Site) -> Member:
    """Whose account no test changes."""
    return site.new_member()


@pytest.fixture(scope="module")
def post_of_another(site: Site, settled: Member) -> str:
    return str(site.new_post(settled)["slug"])


def expect_unchanged(member: Member) -> None:
    __tracebackhide__ = True
    assert expect(member.get_account(), 200) == member.account


@pytest.mark.requirement("ADMIN-01", "HTTP-24")
@pytest.mark.parametrize("role", ["member", "editor"])
def test_only_admins_change_accounts(
    request: pytest.FixtureRequest, settled: Member, role: str
) -> None:
    """Whether the account is their own, another one or none is not told."""
    caller: Member = request.getfixturevalue(role)
    before = expect(caller.get_account(), 200)
    for name in (settled.username, caller.username, names.username()):
        for change in ({"role": "admin"}, {"is_active": False}, {}):
            response = caller.update_user(name, json=change)
            expect_problem(response, 403, "forbidden")
    expect_unchanged(settled)
    assert expect(caller.get_account(), 200) == before


@pytest.mark.requirement("ADMIN-01", "HTTP-24")
def test_nobody_changes_accounts_without_a_token(
    anonymous: Client, settled: Member
) -> None:
    expect_unauthorized(anonymous.update_user(settled.username, role="admin"))
    bad = anonymous.with_token("x.y.z")
    response = bad.update_user(settled.username, is_active=False)
    expect_unauthorized(response, "invalid_token")
    expect_unchanged(settled)


@pytest.mark.requirement("ADMIN-03")
@pytest.mark.parametrize("role", ["editor", "admin", "member"])
def test_a_changed_role_is_answered_with_the_account(
    scene: Any, member: Member, role: str
) -> None:
    changed = expect(scene.admin.update_user(member.username, role=role), 200)
    assert changed == member.account | {"role": role}
    assert expect(member.get_account(), 200) == changed
    expect(scene.admin.update_user(member.username, role="member"), 200)


@pytest.mark.requirement("ADMIN-03")
def test_a_role_holds_from_the_next_request(
    scene: Any, member: Member, post_of_another: str
) -> None:
    """With the token that the user has already."""

    def statuses() -> list[int]:
        edited = member.update_post(post_of_another, json={})
        return [edited.status_code, member.list_users(limit=1).status_code]

    assert statuses() == [403, 403]
    expect(scene.admin.update_user(member.username, role="editor"), 200)
    assert statuses() == [200, 403]
    expect(scene.admin.update_user(member.username, role="admin"), 200)
    assert statuses() == [200, 200]
    expect(scene.admin.update_user(member.username, role="member"), 200)
    assert statuses() == [403, 403]


@pytest.mark.requirement("ADMIN-03")
def test_a_changed_role_ends_no_token(
    scene: Any, member: Member, anonymous: Client
) -> None:
    expect(scene.admin.update_user(member.username, role="editor"), 200)
    expect(anonymous.refresh_tokens(refresh_token=member.refresh_token), 200)
    expect(member.get_account(), 200)


@pytest.mark.requirement("ADMIN-03", "ADMIN-07")
def test_an_account_is_found_without_case(scene: Any, member: Member) -> None:
    name = member.username.upper()
    changed = expect(scene.admin.update_user(name, role="editor"), 200)
    assert changed == member.account | {"role": "editor"}


@pytest.mark.requirement("ADMIN-03", "ADMIN-04")
def test_role_and_activity_change_together(scene: Any, member: Member) -> None:
    changes = {"role": "editor", "is_active": False}
    changed = expect(scene.admin.update_user(member.username, **changes), 200)
    assert changed == member.account | changes
    assert items(scene.admin.list_users, q=member.username) == [changed]


@pytest.mark.requirement("ADMIN-04", "ADMIN-06")
@pytest.mark.parametrize(
    "change", [{"is_active": True}, {"role": "member"}, {}], ids=repr
)
def test_values_that_are_the_same_change_nothing(
    scene: Any, member: Member, anonymous: Client, change: Json
) -> None:
    response = scene.admin.update_user(member.username, json=change)
    assert expect(response, 200) == member.account
    expect_unchanged(member)
    expect(anonymous.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.mark.requirement("ADMIN-06", "HTTP-24")
@pytest.mark.parametrize("change_name", [str, str.upper, str.title])
@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param({"role": "member"}, {"role": "self"}, id="role"),
        pytest.param({"role": "editor"}, {"role": "self"}, id="editor"),
        pytest.param({"is_active": False}, {"is_active": "self"}, id="activity"),
        pytest.param(
            {"role": "member", "is_active": True}, {"role": "self"}, id="role of both"
        ),
        pytest.param(
            {"role": "admin", "is_active": False},
            {"is_active": "self"},
            id="activity of both",
        ),
    ],
)
def test_nobody_changes_their_own_role_or_activity(
    scene: Any, change_name: Any, change: Json, errors: dict[str, str]
) -> None:
    admin = scene.admin
    before = expect(admin.get_account(), 200)
    response = admin.update_user(change_name(admin.username), **change)
    expect_conflict(response, errors)
    assert expect(admin.get_account(), 200) == before


@pytest.mark.requirement("ADMIN-06", "HTTP-24")
def test_nobody_changes_both_of_their_own(scene: Any) -> None:
    """The second field may come in a second answer."""
    before = expect(scene.admin.get_account(), 200)
    changes = {"role": "member", "is_active": False}
    response = scene.admin.update_user(scene.admin.username, **changes)
    errors = expect_problem(response, 409, "conflict")["errors"]
    found = {(error["field"], error["code"]) for error in errors}
    assert found <= {("role", "self"), ("is_active", "self")}
    assert expect(scene.admin.get_account(), 200) == before


@pytest.mark.requirement("ADMIN-06")
@pytest.mark.parametrize(
    "same",
    [{}, {"role": "admin"}, {"is_active": True}, {"role": "admin", "is_active": True}],
    ids=repr,
)
def test_ones_own_values_may_be_sent_unchanged(scene: Any, same: Json) -> None:
    before = expect(scene.admin.get_account(), 200)
    response = scene.admin.update_user(scene.admin.username, json=same)
    assert expect(response, 200) == before
    assert expect(scene.admin.get_account(), 200) == before


@pytest.mark.requirement("ADMIN-07")
@pytest.mark.parametrize(
    "change", [{"role": "editor"}, {"is_active": False}, {}], ids=repr
)
def test_an_unknown_name_is_not_found(
    scene: Any, settled: Member, change: Json
) -> None:
    for name in (names.username(), settled.email, f"{settled.username}%"):
        response = scene.admin.update_user(name, json=change)
        expect_problem(response, 404, "not_found")
    expect_unchanged(settled)


@pytest.mark.requirement("ADMIN-09", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize(
    "name",
    ["username", "email", "bio", "password", "id", "created_at", "Role", "", "😀"],
)
def test_a_change_takes_no_other_member(scene: Any, settled: Member, name: str) -> None:
    body = {"role": "editor", name: "changed"}
    expect_errors(
        scene.admin.update_user(settled.username, json=body), {name: "unknown"}
    )
    expect_unchanged(settled)


@pytest.mark.requirement("ADMIN-09", "PROB-05", "HTTP-24")
def test_all_faults_of_a_change_come_in_one_answer(scene: Any, settled: Member) -> None:
    body = {"role": "owner", "is_active": "no", "bio": "Changed"}
    expect_errors(
        scene.admin.update_user(settled.username, json=body),
        {"role": "choice", "is_active": "type", "bio": "unknown"},
    )
    expect_unchanged(settled)


@pytest.mark.requirement("ADMIN-08", "ADMIN-03")
def test_an_admin_who_is_not_the_last_is_demoted(scene: Any, admin: Member) -> None:
    changed = expect(scene.admin.update_user(admin.username, role="member"), 200)
    assert changed["role"] == "member"
    expect_problem(admin.list_users(), 403, "forbidden")
