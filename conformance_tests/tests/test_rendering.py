"""What the Markdown of a post becomes: HTML and an excerpt, exactly."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member, Site

Json = Any
Writer = Callable[[list[Json]], str]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


def rendered(author: Member, body: str) -> Json:
    return expect(author.create_post(title=names.title(), body=body), 201)


@pytest.mark.requirement("POST-05", "POST-06", "POST-08")
@pytest.mark.parametrize("case", cases("markdown"))
def test_a_body_is_rendered(author: Member, case: Json) -> None:
    post = rendered(author, case["body"])
    assert post["body_html"] == case["body_html"]
    assert post["body"] == case["body"].replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.requirement("POST-07")
@pytest.mark.parametrize("case", cases("excerpt"))
def test_a_body_gives_an_excerpt(author: Member, case: Json, written: Writer) -> None:
    body = written(case["parts"]) if "parts" in case else case["body"]
    parts = case.get("excerpt_parts")
    excerpt = written(parts) if parts else case["excerpt"]
    assert rendered(author, body)["excerpt"] == excerpt


@pytest.mark.requirement("POST-05", "POST-07")
def test_a_title_and_tags_are_not_rendered(author: Member) -> None:
    title = f"*{names.title()}* <b>"
    post = expect(author.create_post(title=title, body="Text."), 201)
    assert (post["title"], post["excerpt"]) == (title, "Text.")
    assert "<b>" not in post["body_html"]
