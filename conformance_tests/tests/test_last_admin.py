"""At least one active admin remains, whatever admins do at the same time.

The admin of the run, those of the demo blog and those that other tests made step back
while these tests run and are put back by whoever is left. Where further admins are
active, nobody can be the last, and nothing is touched.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.administrator import Administrator
from quintet_conformance.fixtures import Run
from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.not_run import not_run
from quintet_conformance.site import Member, Site, together

pytestmark = pytest.mark.last

Json = Any

CROWD = 5


def delete(member: Member) -> httpx.Response:
    return member.delete_account(current_password=member.password)


def is_admin(member: Member) -> bool:
    response = member.get_account()
    return response.status_code == 200 and response.json()["role"] == "admin"


def active_admins(admin: Member) -> set[str]:
    accounts = items(admin.list_users, role="admin", limit=100)
    return {account["username"] for account in accounts if account["is_active"]}


@pytest.fixture
def known(run: Run, administrator: Administrator) -> set[str]:
    """Admins who may lose their role for a moment."""
    demo = json.loads((run.settings.spec / "demo_data.json").read_text("utf-8"))
    admins = {user["username"] for user in demo["users"] if user["role"] == "admin"}
    return {administrator.username, *admins}


@pytest.fixture
def only_admins(
    site: Site, administrator: Administrator, known: set[str]
) -> Iterator[Callable[[int], list[Member]]]:
    """Make admins who are the only active ones until the test is over."""
    admins: list[Member] = []
    retired: set[str] = set()

    def make(count: int) -> list[Member]:
        for _ in range(count):
            admins.append(site.new_member())
            administrator.set_role(admins[-1].username, "admin")
        others = active_admins(admins[0]) - {admin.username for admin in admins}
        if any(name not in known and not names.is_own(name) for name in others):
            not_run("needs a database without other active admins")
        for name in others:
            retired.add(name)
            expect(admins[0].update_user(name, role="member"), 200)
        return admins

    yield make
    survivor = next(filter(is_admin, admins))
    for name in retired:
        expect(survivor.update_user(name, role="admin"), 200)
    for admin in admins:
        administrator.set_role(admin.username, "member")


@pytest.mark.requirement("ACCT-09", "HTTP-24")
def test_the_only_admin_cannot_delete_the_account(only_admins: Any, site: Site) -> None:
    [admin] = only_admins(1)
    before = expect(admin.get_account(), 200)
    slug = site.new_post(admin)["slug"]
    expect_problem(delete(admin), 409, "conflict")
    assert expect(admin.get_account(), 200) == before
    assert active_admins(admin) == {admin.username}
    expect(site.anonymous().get_post(slug), 200)
    site.sign_in(admin.account, admin.password)


@pytest.mark.requirement("ACCT-09")
def test_inactive_admins_and_editors_do_not_count(
    only_admins: Any, other_member: Member
) -> None:
    first, second = only_admins(2)
    expect(first.update_user(other_member.username, role="editor"), 200)
    expect(first.update_user(second.username, is_active=False), 200)
    expect_problem(delete(first), 409, "conflict")
    assert active_admins(first) == {first.username}
    expect(first.update_user(other_member.username, role="member"), 200)


@pytest.mark.requirement("ACCT-09")
def test_the_last_but_one_admin_can_go(only_admins: Any) -> None:
    first, second = only_admins(2)
    expect(delete(first), 204)
    assert active_admins(second) == {second.username}
    expect_problem(delete(second), 409, "conflict")
    assert active_admins(second) == {second.username}


@pytest.mark.requirement("ACCT-09")
def test_of_admins_who_delete_their_accounts_at_once_one_stays(
    only_admins: Any,
) -> None:
    admins: list[Member] = only_admins(CROWD)
    answers = together(25, lambda number: delete(admins[number % CROWD]))
    statuses = [answer.status_code for answer in answers]
    left = [admin for admin in admins if is_admin(admin)]
    assert len(left) == 1
    assert set(statuses) <= {204, 401, 409}
    assert {
        statuses[number] for number in range(25) if admins[number % CROWD] in left
    } == {409}
    assert active_admins(left[0]) == {left[0].username}


@pytest.mark.requirement("ADMIN-08")
def test_of_admins_who_demote_each_other_at_once_one_stays(only_admins: Any) -> None:
    admins: list[Member] = only_admins(CROWD)

    def act(number: int) -> int:
        caller, other = divmod(number, CROWD)
        response = admins[caller].update_user(admins[other].username, role="member")
        return response.status_code

    statuses = together(25, act)
    left = [admin for admin in admins if is_admin(admin)]
    assert left
    assert set(statuses) <= {200, 401, 403, 409}
    assert active_admins(left[0]) == {admin.username for admin in left}


@pytest.mark.requirement("ADMIN-08", "ACCT-09")
def test_of_admins_who_go_and_remove_each_other_at_once_one_stays(
    only_admins: Any,
) -> None:
    admins: list[Member] = only_admins(CROWD)

    def act(number: int) -> int:
        caller, other = divmod(number, CROWD)
        if caller == other:
            return delete(admins[caller]).status_code
        change = {"role": "member"} if number % 2 else {"is_active": False}
        response = admins[caller].update_user(admins[other].username, json=change)
        return response.status_code

    statuses = together(25, act)
    left = [admin for admin in admins if is_admin(admin)]
    assert left
    assert set(statuses) <= {200, 204, 401, 403, 404, 409}
    assert active_admins(left[0]) == {admin.username for admin in left}
