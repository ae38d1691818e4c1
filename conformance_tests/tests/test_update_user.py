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
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any

NEW_PASSWORD = "another long quiet walk"


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


def set_active(admin: Member, member: Member, *, is_active: bool) -> Json:
    return expect(admin.update_user(member.username, is_active=is_active), 200)


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


@pytest.mark.requirement("ADMIN-04", "TOKEN-11")
def test_deactivation_ends_every_token_at_once(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    other_family = site.sign_in(member.account, member.password)
    set_active(scene.admin, member, is_active=False)
    for client in (member, other_family):
        expect_unauthorized(client.get_account(), "invalid_token")
        expect_unauthorized(client.list_posts(), "invalid_token")
        answer = anonymous.refresh_tokens(refresh_token=client.refresh_token)
        expect_unauthorized(answer, "invalid_token")


@pytest.mark.requirement("ADMIN-04", "TOKEN-10")
def test_tokens_stay_refused_after_reactivation(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    """Also those that were not used in between."""
    set_active(scene.admin, member, is_active=False)
    assert set_active(scene.admin, member, is_active=True) == member.account
    expect_unauthorized(member.get_account(), "invalid_token")
    answer = anonymous.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(answer, "invalid_token")
    back = site.sign_in(member.account, member.password)
    expect_unchanged(back)
    expect_unauthorized(member.get_account(), "invalid_token")


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


@pytest.mark.requirement("ADMIN-05")
def test_an_inactive_account_cannot_sign_in(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    """The answer is the one for a wrong password."""
    set_active(scene.admin, member, is_active=False)
    answers = [
        anonymous.login(username=name, password=password)
        for name in (member.username, member.email)
        for password in (member.password, "not the right password")
    ]
    for answer in answers:
        expect_problem(answer, 401, "invalid_credentials")
    assert len({answer.content for answer in answers}) == 1
    set_active(scene.admin, member, is_active=True)
    site.sign_in(member.account, member.password)


@pytest.mark.requirement("ADMIN-05", "MAIL-05")
def test_an_inactive_account_cannot_reset_its_password(
    scene: Any, member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    set_active(scene.admin, member, is_active=False)
    body = {"token": token, "new_password": NEW_PASSWORD}
    expect_errors(anonymous.confirm_password_reset(**body), {"token": "invalid"})
    expect(anonymous.request_password_reset(email=member.email), 202)
    set_active(scene.admin, member, is_active=True)
    login = anonymous.login(username=member.username, password=NEW_PASSWORD)
    expect_problem(login, 401, "invalid_credentials")
    expect(anonymous.login(username=member.username, password=member.password), 200)


@pytest.mark.requirement("ADMIN-05", "MAIL-05")
def test_an_account_that_is_active_again_can_reset_its_password(
    scene: Any, member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    """The one mail is the one asked for last: an inactive account got none."""
    set_active(scene.admin, member, is_active=False)
    expect(anonymous.request_password_reset(email=member.email), 202)
    set_active(scene.admin, member, is_active=True)
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    body = {"token": token, "new_password": NEW_PASSWORD}
    expect(anonymous.confirm_password_reset(**body), 204)
    expect(anonymous.login(username=member.username, password=NEW_PASSWORD), 200)
    assert len(mailbox.reset_tokens(member.email)) == 1


@pytest.mark.requirement("ADMIN-05")
def test_the_name_of_an_inactive_account_stays_taken(
    scene: Any, member: Member, anonymous: Client
) -> None:
    set_active(scene.admin, member, is_active=False)
    response = anonymous.register(
        username=member.username, email=member.email, password=names.PASSWORD
    )
    expect_conflict(response, {"username": "taken", "email": "taken"})


@pytest.mark.requirement("ADMIN-06", "HTTP-24")
@pytest.mark.parametrize("change_name", [str, str.upper, str.title])
@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param({"role": "member"}, {"role": "self"}, id="role"),
        pytest.param({"role": "editor"}, {"role": "self"}, id="editor"),
        pytest.param({"is_active": False}, {"is_active": "self"}, id="activity"),
        pytest.param(
            {"role": "member", "is_active": False},
            {"role": "self", "is_active": "self"},
            id="both",
        ),
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
    for name in (names.username(), settled.email, settled.id, f"{settled.username}%"):
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


@pytest.mark.requirement("ADMIN-08", "ADMIN-04")
def test_an_admin_who_is_not_the_last_is_deactivated(scene: Any, admin: Member) -> None:
    changed = set_active(scene.admin, admin, is_active=False)
    assert (changed["role"], changed["is_active"]) == ("admin", False)
    expect_unauthorized(admin.list_users(), "invalid_token")


@pytest.mark.requirement("ADMIN-04", "ADMIN-03")
def test_parallel_changes_of_one_account_all_succeed(
    scene: Any, site: Site, member: Member
) -> None:
    changes = ({"role": "editor"}, {"is_active": False}, {"is_active": True})
    answers = together(
        24,
        lambda number: scene.admin.update_user(member.username, **changes[number % 3]),
    )
    assert [answer.status_code for answer in answers] == [200] * 24
    last = set_active(scene.admin, member, is_active=True)
    assert last == member.account | {"role": "editor"}
    expect_unauthorized(member.get_account(), "invalid_token")
    assert (
        expect(site.sign_in(member.account, member.password).get_account(), 200) == last
    )
