"""How many items a page holds."""

from typing import Any

import pytest

from quintet_conformance.helpers import expect, items
from quintet_conformance.site import Member, Site

Json = Any

MOST = 100
USUAL = 20


@pytest.fixture(scope="module")
def busy_member(site: Site) -> Member:
    """Has one to-do more than a page can hold."""
    member = site.new_member()
    for number in range(MOST + 1):
        expect(member.create_todo(title=f"Task {number}"), 201)
    return member


@pytest.mark.requirement("PAGE-02")
def test_a_page_has_twenty_items_unless_said(busy_member: Member) -> None:
    page = expect(busy_member.list_todos(), 200)
    titles = [todo["title"] for todo in page["items"]]
    assert titles == [f"Task {number}" for number in range(USUAL)]
    assert page["next_cursor"] is not None


@pytest.mark.requirement("PAGE-02", "PAGE-01")
def test_a_page_has_a_hundred_items_at_most(busy_member: Member) -> None:
    page = expect(busy_member.list_todos(limit=MOST), 200)
    assert len(page["items"]) == MOST
    rest = expect(busy_member.list_todos(limit=MOST, cursor=page["next_cursor"]), 200)
    assert [todo["title"] for todo in rest["items"]] == [f"Task {MOST}"]
    assert rest["next_cursor"] is None


@pytest.mark.requirement("PAGE-04")
@pytest.mark.parametrize("limit", [20, 33, 50, 51, 99])
def test_a_long_walk_gives_every_item_once(busy_member: Member, limit: int) -> None:
    titles = [todo["title"] for todo in items(busy_member.list_todos, limit=limit)]
    assert titles == [f"Task {number}" for number in range(MOST + 1)]
