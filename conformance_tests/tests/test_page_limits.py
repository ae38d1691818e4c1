"""How many items a page holds; which limits are refused, the cases of queries say."""

from typing import Any

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.site import Member

Json = Any

MOST = 100
USUAL = 20


def numbers_of(page: Json) -> list[int]:
    return [todo["position"] for todo in page["items"]]


@pytest.mark.requirement("PAGE-01", "PAGE-02", "PAGE-04", "TODO-02")
def test_a_page_has_twenty_items_unless_said_and_a_hundred_at_most(
    member: Member,
) -> None:
    for _ in range(MOST + 1):
        expect(member.create_todo(title="A quiet walk"), 201)
    usual = expect(member.list_todos(), 200)
    assert numbers_of(usual) == list(range(USUAL))
    rest = expect(member.list_todos(limit=MOST, cursor=usual["next_cursor"]), 200)
    assert numbers_of(rest) == list(range(USUAL, MOST + 1))
    assert rest["next_cursor"] is None
    most = expect(member.list_todos(limit=MOST), 200)
    assert numbers_of(most) == list(range(MOST))
    last = expect(member.list_todos(limit=MOST, cursor=most["next_cursor"]), 200)
    assert (numbers_of(last), last["next_cursor"]) == ([MOST], None)
