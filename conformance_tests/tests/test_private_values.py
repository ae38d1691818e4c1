"""To-dos, one's account and other accounts at the edges of their rules."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_refused, items
from quintet_conformance.site import Member, Site

Json = Any
BodyWriter = Callable[..., dict[str, Json]]
Stored = Callable[[Json], Json]

TEXTS = (
    "TEXT-01",
    "TEXT-03",
    "TEXT-04",
    "TEXT-05",
    "TEXT-06",
    "TEXT-07",
    "TEXT-08",
    "TEXT-09",
    "TEXT-14",
)
DUE_ON = {"operation": "create_todo", "field": "due_on"}


def of(file: str, operation: str, field: str, *, accepted: bool) -> list[Any]:
    """Choose the cases of one member of one operation."""
    found = [DUE_ON | param.values[0] for param in cases(file)]
    return [
        pytest.param(case, id=case["id"])
        for case in found
        if (case["operation"], case["field"]) == (operation, field)
        and case.get("accepted", False) == accepted
    ]


def of_a_todo(*, accepted: bool) -> list[Any]:
    files = {"title": "strings", "notes": "strings", "position": "numbers"}
    return [
        param
        for field, file in {**files, "due_on": "dates"}.items()
        for param in of(file, "create_todo", field, accepted=accepted)
    ]


def changing_a_todo(*, accepted: bool) -> list[Any]:
    """Take one case of each kind: the rules are those of a new to-do."""
    completed = of("booleans", "update_todo", "completed", accepted=accepted)
    found = [each for each in of_a_todo(accepted=accepted) if is_given(each)]
    kinds = {kind_of(each.values[0]): each for each in found}
    return [*kinds.values(), *completed]


def is_given(param: Any) -> bool:
    """Tell the cases of a missing member apart: a PATCH may lack any."""
    return "missing" not in param.values[0]


def kind_of(case: Json) -> tuple[Json, ...]:
    return case["field"], case.get("error"), "stored" in case, "raw" in case


def of_an_account(*, accepted: bool) -> list[Any]:
    bios = of("strings", "update_account", "bio", accepted=accepted)
    emails = of("strings", "register", "email", accepted=accepted)
    return [*bios, *filter(is_given, emails)]


def of_a_user(*, accepted: bool) -> list[Any]:
    return [
        *of("choices", "update_user", "role", accepted=accepted),
        *of("booleans", "update_user", "is_active", accepted=accepted),
    ]


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Sends what is accepted."""
    return site.new_member()


@pytest.fixture(scope="module")
def refused_owner(site: Site) -> Member:
    """Sends only what is refused, and so never has anything."""
    return site.new_member()


@pytest.fixture(scope="module")
def todo(site: Site) -> tuple[Member, Json]:
    """A to-do that nothing may change, with its owner."""
    owner = site.new_member()
    made = owner.create_todo(title="A quiet walk", notes="Home.", due_on="2026-12-24")
    return owner, expect(made, 201)


@pytest.mark.requirement("TODO-01", "TEXT-12", *TEXTS)
@pytest.mark.parametrize("case", of_a_todo(accepted=True))
def test_a_new_todo_takes_the_value(
    owner: Member, case: Json, body_with: BodyWriter, stored: Stored
) -> None:
    answer = owner.create_todo(**body_with(case, title="A quiet walk"))
    todo = expect(answer, 201)
    assert todo[case["field"]] == stored(case)
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("TEXT-11", "TEXT-12", "HTTP-24", *TEXTS)
@pytest.mark.parametrize("case", of_a_todo(accepted=False))
def test_a_new_todo_refuses_the_value(
    refused_owner: Member, case: Json, body_with: BodyWriter
) -> None:
    answer = refused_owner.create_todo(**body_with(case, title="A quiet walk"))
    expect_refused(answer, case)
    assert items(refused_owner.list_todos) == []


@pytest.mark.requirement("TODO-05", "TEXT-12", *TEXTS)
@pytest.mark.parametrize("case", changing_a_todo(accepted=True))
def test_a_changed_todo_takes_the_value(
    owner: Member, case: Json, body_with: BodyWriter, stored: Stored
) -> None:
    todo = expect(owner.create_todo(title="A quiet walk", due_on="2026-12-24"), 201)
    changed = expect(owner.update_todo(todo["id"], **body_with(case)), 200)
    assert changed[case["field"]] == stored(case)
    assert expect(owner.get_todo(todo["id"]), 200) == changed


@pytest.mark.requirement("TODO-05", "TEXT-12", "HTTP-24", *TEXTS)
@pytest.mark.parametrize("case", changing_a_todo(accepted=False))
def test_a_changed_todo_refuses_the_value(
    todo: tuple[Member, Json], case: Json, body_with: BodyWriter
) -> None:
    owner, before = todo
    body = body_with(case, notes="Changed", completed=True)
    expect_refused(owner.update_todo(before["id"], **body), case)
    assert expect(owner.get_todo(before["id"]), 200) == before


@pytest.mark.requirement("ACCT-02", "ACCT-05", *TEXTS)
@pytest.mark.parametrize("case", of_an_account(accepted=True))
def test_an_account_takes_the_value(
    owner: Member, case: Json, body_with: BodyWriter, stored: Stored
) -> None:
    """Give a password from a new address each time: attempts are rationed."""
    password = {"current_password": owner.password} if case["field"] == "email" else {}
    client = owner.from_address(names.address())
    changed = expect(client.update_account(**body_with(case, **password)), 200)
    assert changed[case["field"]] == stored(case)
    assert expect(owner.get_account(), 200) == changed


@pytest.mark.requirement("ACCT-02", "ACCT-03", "HTTP-24", *TEXTS)
@pytest.mark.parametrize("case", of_an_account(accepted=False))
def test_an_account_refuses_the_value(
    refused_owner: Member, case: Json, body_with: BodyWriter
) -> None:
    password = refused_owner.password
    body = body_with(case, current_password=password, bio="Changed")
    client = refused_owner.from_address(names.address())
    expect_refused(client.update_account(**body), case)
    assert expect(refused_owner.get_account(), 200) == refused_owner.account


@pytest.mark.requirement("ADMIN-02", "ADMIN-03", "TEXT-08")
@pytest.mark.parametrize("case", of_a_user(accepted=True))
def test_another_account_takes_the_value(
    scene: Any, other_member: Member, case: Json, body_with: BodyWriter, stored: Stored
) -> None:
    username = other_member.username
    changed = expect(scene.admin.update_user(username, **body_with(case)), 200)
    assert changed == other_member.account | {case["field"]: stored(case)}
    scene.admin.update_user(username, role="member")


@pytest.mark.requirement("ADMIN-09", "TEXT-08", "TEXT-09", "HTTP-24")
@pytest.mark.parametrize("case", of_a_user(accepted=False))
def test_another_account_refuses_the_value(
    scene: Any, refused_owner: Member, case: Json, body_with: BodyWriter
) -> None:
    body = body_with(case, role="editor", is_active=False)
    expect_refused(scene.admin.update_user(refused_owner.username, **body), case)
    assert expect(refused_owner.get_account(), 200) == refused_owner.account
