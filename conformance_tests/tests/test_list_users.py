"""The accounts as admins see them."""

from dataclasses import dataclass
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

SQL = ["' OR '1'='1", "x' OR 1=1 --", "'; DROP TABLE users; --", "%' OR 1=1 --"]


@dataclass(frozen=True)
class Circle:
    """Accounts whose names and addresses share a word that no other has."""

    word: str
    accounts: dict[str, Json]

    def named(self, accounts: list[Json]) -> list[str]:
        own = {account["id"]: name for name, account in self.accounts.items()}
        return [own[account["id"]] for account in accounts]


@pytest.fixture(scope="module")
def circle(site: Site, scene: Any) -> Circle:
    word = names.word(10)
    given = {
        "plain": (f"{word}_a", f"plain.{word}@example.com"),
        "joined": (f"{word}xa", f"50%{word}@example.com"),
        "capital": (f"{word.upper()}_B", f"UPPER.{word}@Example.COM"),
        "elsewhere": (names.username(), f"{word}+tag@example.org"),
    }
    accounts: dict[str, Json] = {}
    for name, (username, email) in given.items():
        body = {"username": username, "email": email, "password": names.PASSWORD}
        accounts[name] = expect(site.anonymous().register(**body), 201)
    accounts["capital"] = expect(
        scene.admin.update_user(f"{word}_b", role="editor"), 200
    )
    accounts["joined"] = expect(
        scene.admin.update_user(f"{word}xa", is_active=False), 200
    )
    return Circle(word, accounts)


@pytest.mark.requirement("ADMIN-02", "PAGE-08")
def test_accounts_are_listed_whole_in_the_order_of_their_ids(
    scene: Any, circle: Circle
) -> None:
    """Inactive ones among them."""
    accounts = [*circle.accounts.values()]
    assert items(scene.admin.list_users, q=circle.word) == accounts
    assert [account["id"] for account in accounts] == sorted(
        account["id"] for account in accounts
    )


@pytest.mark.requirement("ADMIN-02")
def test_an_account_holds_what_its_owner_sees(scene: Any, member: Member) -> None:
    expect(member.update_account(bio="I weave."), 200)
    found = items(scene.admin.list_users, q=member.username)
    assert found == [expect(member.get_account(), 200)]


@pytest.mark.requirement("ADMIN-02", "PAGE-12")
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        pytest.param("{word}", "plain joined capital elsewhere", id="a word of all"),
        pytest.param("{WORD}", "plain joined capital elsewhere", id="in capitals"),
        pytest.param("{word}_", "plain capital", id="underscore"),
        pytest.param("{word}_A", "plain", id="user name"),
        pytest.param("%{word}", "joined", id="percent"),
        pytest.param("{word}%", "", id="percent last"),
        pytest.param("{word}\\", "", id="backslash"),
        pytest.param("{word}\\_", "", id="backslash before underscore"),
        pytest.param("plain.{word}@example.com", "plain", id="address"),
        pytest.param("upper.{word}@EXAMPLE.com", "capital", id="address without case"),
        pytest.param("{word}@example", "plain joined capital", id="part of an address"),
        pytest.param("{word}+tag", "elsewhere", id="plus"),
        pytest.param("{word} .org", "elsewhere", id="two words of one address"),
        pytest.param(
            "{word}_ upper", "capital", id="a word of the name and of the address"
        ),
        pytest.param(".com {word}_ plain", "plain", id="three words"),
        pytest.param("{word} nobody", "", id="a word that does not occur"),
        pytest.param("{word}_a plain.{word} x", "plain", id="x is in example"),
        pytest.param("{word}_aplain", "", id="across name and address"),
        pytest.param("  {word}_a\u3000", "plain", id="white space around"),
        pytest.param("{word}' OR '1'='1", "", id="SQL"),
    ],
)
def test_accounts_are_found_by_name_and_address(
    scene: Any, circle: Circle, q: str, expected: str
) -> None:
    text = q.format(word=circle.word, WORD=circle.word.upper())
    found = items(scene.admin.list_users, q=text)
    assert circle.named(found) == expected.split()


@pytest.mark.requirement("ADMIN-02")
@pytest.mark.parametrize(
    ("role", "expected"),
    [("member", "plain joined elsewhere"), ("editor", "capital"), ("admin", "")],
)
def test_accounts_are_chosen_by_role(
    scene: Any, circle: Circle, role: str, expected: str
) -> None:
    found = items(scene.admin.list_users, q=circle.word, role=role)
    assert circle.named(found) == expected.split()


@pytest.mark.requirement("ADMIN-02", "PAGE-03", "PAGE-04")
def test_the_choice_holds_on_every_page(scene: Any, circle: Circle) -> None:
    query = {"q": circle.word, "role": "member"}
    found = items(scene.admin.list_users, limit=1, **query)
    assert circle.named(found) == ["plain", "joined", "elsewhere"]


@pytest.mark.requirement("ADMIN-02")
def test_admins_find_themselves(scene: Any) -> None:
    found = items(scene.admin.list_users, role="admin", q=scene.admin.username)
    assert [account["username"] for account in found] == [scene.admin.username]


@pytest.mark.requirement("ADMIN-02", "PAGE-12")
@pytest.mark.parametrize("what", ["bio", "role", "password"])
def test_nothing_but_name_and_address_is_searched(
    scene: Any, member: Member, what: str
) -> None:
    word = names.word()
    expect(member.update_account(bio=f"About {word}."), 200)
    searched = {"bio": word, "role": "member", "password": "argon2"}[what]
    assert items(scene.admin.list_users, q=f"{member.username} {searched}") == []


@pytest.mark.requirement("PAGE-13", "PAGE-09")
@pytest.mark.parametrize("q", SQL)
def test_a_search_shaped_like_sql_finds_nobody(
    scene: Any, circle: Circle, q: str
) -> None:
    page = expect(scene.admin.list_users(q=q), 200)
    assert page == {"items": [], "next_cursor": None}
    assert len(items(scene.admin.list_users, q=circle.word)) == len(circle.accounts)


@pytest.mark.requirement("PAGE-14", "PROB-06")
def test_all_faults_of_a_query_for_users_come_in_one_answer(scene: Any) -> None:
    query = {"role": "owner", "limit": 0, "q": "a" * 101}
    expect_errors(
        scene.admin.list_users(**query),
        {"role": "choice", "limit": "too_small", "q": "too_long"},
    )


@pytest.mark.requirement("ADMIN-01", "TOKEN-01")
def test_accounts_are_not_listed_without_a_token(anonymous: Client) -> None:
    expect_unauthorized(anonymous.list_users())
    expect_unauthorized(anonymous.with_token("x.y.z").list_users(), "invalid_token")


@pytest.mark.requirement("ADMIN-01")
def test_accounts_are_not_listed_for_members(member: Member) -> None:
    expect_problem(member.list_users(), 403, "forbidden")
    expect_problem(member.list_users(q=member.username), 403, "forbidden")


@pytest.mark.requirement("ADMIN-01")
def test_accounts_are_not_listed_for_editors(editor: Member) -> None:
    expect_problem(editor.list_users(), 403, "forbidden")
