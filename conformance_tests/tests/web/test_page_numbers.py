"""Lists are paged by numbers: which are taken, and where they lead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Site
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.helpers import expect_advice, titles, todos
from quintet_conformance.web.people import Blog, SignedIn

pytestmark = pytest.mark.requirement("WEB-02")

Json = Any

POSTS, TODOS = 11, 51
LISTS = ("search", "tag", "author", "drafts", "feed", "todos")
WRONG = {
    "zero": "0",
    "leading-zero": "01",
    "negative": "-1",
    "signed": "%2B1",
    "word": "abc",
    "empty": "",
    "space": "1%20",
    "fraction": "1.0",
    "exponent": "1e0",
    "hexadecimal": "0x1",
    "other-digits": "%D9%A1",
    "ten-digits": "1000000000",
    "forty-digits": "1" * 40,
    "nul": "1%00",
    "underscore": "1_0",
}


@dataclass(frozen=True)
class Shelf:
    """One list of each kind with one page and one item."""

    browser: SignedIn
    paths: dict[str, str]
    empty: dict[str, str]

    def page(self, name: str, number: str) -> Answer:
        path = self.paths[name]
        mark = "&" if "?" in path else "?"
        return self.browser.get(f"{path}{mark}page={number}")


@pytest.fixture(scope="module")
def shelf(site: Site, blog: Blog) -> Shelf:
    owner, word, tag = site.new_member(), names.word(), names.tag()
    fan = blog.sign_in(site.new_member())
    for number in range(POSTS):
        site.new_post(owner, title=f"{word} {number}", tags=[tag])
        site.new_post(fan.member, title=f"{word} {number}", status="draft")
    expect(fan.member.follow(owner.username), 204)
    for number in range(TODOS):
        expect(fan.member.create_todo(title=f"{word} {number}"), 201)
    author = f"/authors/{owner.username}"
    paths = {"search": f"/?q={word}", "tag": f"/tags/{tag}", "author": author}
    paths |= {name: f"/{name}" for name in ("drafts", "feed", "todos")}
    nobody = {"search": f"/?q={names.word()}", "author": f"/authors/{fan.username}"}
    return Shelf(fan, paths, {**nobody, "todos": "/todos?show=completed"})


@pytest.fixture(scope="module")
def nothing(blog: Blog, site: Site) -> SignedIn:
    """Somebody who has nothing."""
    return blog.sign_in(site.new_member())


def listed(answer: Answer, name: str) -> list[Any]:
    return list(todos(answer) if name == "todos" else titles(answer))


def shown(answer: Answer, name: str) -> int:
    return len(listed(answer, name))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_links_from_page_to_page(shelf: Shelf, name: str) -> None:
    first = shelf.page(name, "1")
    assert shown(first, name) == (TODOS if name == "todos" else POSTS) - 1
    assert not first.select("nav.pages a[rel=prev]")
    second = shelf.browser.open(*first.links("nav.pages a[rel=next]"))
    assert shown(second, name) == 1
    assert not second.select("nav.pages a[rel=next]")
    back = shelf.browser.open(*second.links("nav.pages a[rel=prev]"))
    assert listed(back, name) == listed(first, name)


def test_a_list_with_a_refused_form_leads_to_its_own_further_pages(
    shelf: Shelf,
) -> None:
    path = "/todos?show=active"
    (first, *_) = todos(shelf.browser.open(path))
    refused = shelf.browser.fill(path, f"/todos/{first}", title="")
    assert refused.status == 422
    assert refused.links("nav.pages a[rel=next]") == [f"{path}&page=2"]


@pytest.mark.parametrize("name", LISTS)
def test_without_a_number_it_is_the_first_page(shelf: Shelf, name: str) -> None:
    plain = shelf.browser.open(shelf.paths[name])
    assert listed(plain, name) == listed(shelf.page(name, "1"), name)


@pytest.mark.parametrize("name", LISTS)
def test_past_the_end_is_nothing(shelf: Shelf, name: str) -> None:
    for number in ("3", "999999999"):
        expect_advice(shelf.page(name, number), 404)


@pytest.mark.parametrize("name", LISTS)
def test_what_is_no_number_is_nothing(shelf: Shelf, name: str) -> None:
    found = {each: shelf.page(name, WRONG[each]).status for each in WRONG}
    assert found == dict.fromkeys(WRONG, 404)


@pytest.mark.parametrize("name", ["search", "author", "todos"])
def test_the_first_page_of_nothing_is_there(shelf: Shelf, name: str) -> None:
    page = shelf.browser.open(shelf.empty[name])
    assert shown(page, name) == 0
    assert not page.select("nav.pages a[rel=prev], nav.pages a[rel=next]")
    mark = "&" if "?" in shelf.empty[name] else "?"
    expect_advice(shelf.browser.get(f"{shelf.empty[name]}{mark}page=2"), 404)


@pytest.mark.parametrize("path", ["/drafts", "/feed", "/todos"])
def test_the_first_page_of_nobodys_things_is_there(
    nothing: SignedIn, path: str
) -> None:
    nothing.open(path)
    expect_advice(nothing.get(f"{path}?page=2"), 404)


def test_an_exactly_full_page_is_the_last(
    author: SignedIn, new_post: Callable[..., Json]
) -> None:
    word = names.word()
    for number in range(POSTS - 1):
        new_post(author.member, title=f"{word} {number}")
    page = author.open("/", q=word)
    assert len(titles(page)) == POSTS - 1
    assert not page.select("nav.pages a[rel=next]")
    expect_advice(author.get("/", q=word, page="2"), 404)
