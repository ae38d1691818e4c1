"""Titles, bodies, tags, statuses, versions and comments at the edges of their rules."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_refused, items
from quintet_conformance.site import Member, Site

Json = Any
Body = dict[str, Json]
BodyWriter = Callable[..., Body]

FILES = ("strings", "tags", "choices", "numbers")
TAKEN = ("TEXT-01", "TEXT-02", "TEXT-03", "TEXT-06", "TEXT-14")
REFUSED = ("TEXT-04", "TEXT-05", "TEXT-06", "TEXT-07", "TEXT-08", "TEXT-09", "HTTP-24")
OWN_RULES = {
    ("create_post", "body"): ["POST-08"],
    ("create_post", "tags"): ["POST-09"],
    ("update_post", "version"): ["POST-17"],
}


def of(operation: str, *, accepted: bool, missing: bool = True) -> list[Any]:
    """Choose the cases of an operation, each with the rules of its member."""
    found = [param.values[0] for file in FILES for param in cases(file)]
    return [
        pytest.param(
            case,
            id=f"{case['field']}-{case['id']}",
            marks=pytest.mark.requirement(
                *OWN_RULES.get((operation, case["field"]), ())
            ),
        )
        for case in found
        if case["operation"] == operation
        and case.get("accepted", False) == accepted
        and (missing or "missing" not in case)
    ]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def refused_author(site: Site) -> Member:
    """Sends only what is refused, so that nothing may ever be theirs."""
    return site.new_member()


@pytest.fixture(scope="module")
def slug(site: Site, author: Member) -> str:
    """The slug of a post that many tests change."""
    return str(site.new_post(author)["slug"])


@pytest.fixture(scope="module")
def unchanged(site: Site, author: Member) -> Json:
    """A post of which only requests that are refused want something."""
    return site.new_post(author)


@pytest.mark.requirement("POST-01", *TAKEN)
@pytest.mark.parametrize("case", of("create_post", accepted=True))
def test_create_post_takes(
    author: Member, case: Json, body_with: BodyWriter, stored: Callable[[Json], Json]
) -> None:
    body = body_with(case, title=names.title(), body="Text.")
    post = expect(author.create_post(**body), 201)
    assert post[case["field"]] == stored(case)
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-01", "TEXT-11", *REFUSED)
@pytest.mark.parametrize("case", of("create_post", accepted=False))
def test_create_post_refuses(
    refused_author: Member, case: Json, body_with: BodyWriter
) -> None:
    body = body_with(case, title=names.title(), body="Text.")
    expect_refused(refused_author.create_post(**body), case)
    assert items(refused_author.list_drafts) == []


@pytest.mark.requirement("POST-15", *TAKEN)
@pytest.mark.parametrize("case", of("create_post", accepted=True, missing=False))
def test_update_post_takes(
    author: Member,
    slug: str,
    case: Json,
    body_with: BodyWriter,
    stored: Callable[[Json], Json],
) -> None:
    post = expect(author.update_post(slug, **body_with(case)), 200)
    assert post[case["field"]] == stored(case)
    assert expect(author.get_post(slug), 200) == post


@pytest.mark.requirement("POST-15", *REFUSED)
@pytest.mark.parametrize("case", of("create_post", accepted=False, missing=False))
def test_update_post_refuses(
    author: Member, unchanged: Json, case: Json, body_with: BodyWriter
) -> None:
    slug = unchanged["slug"]
    expect_refused(author.update_post(slug, **body_with(case)), case)
    assert expect(author.get_post(slug), 200) == unchanged


@pytest.mark.requirement("POST-17")
@pytest.mark.parametrize("case", of("update_post", accepted=True))
def test_update_post_takes_a_version(
    author: Member, site: Site, case: Json, body_with: BodyWriter
) -> None:
    post, title = site.new_post(author), names.title()
    changed = expect(
        author.update_post(post["slug"], **body_with(case, title=title)), 200
    )
    assert (changed["title"], changed["version"]) == (title, 2)


@pytest.mark.requirement("POST-17", "TEXT-08", "TEXT-09", "HTTP-24")
@pytest.mark.parametrize("case", of("update_post", accepted=False))
def test_update_post_refuses_a_version(
    author: Member, unchanged: Json, case: Json, body_with: BodyWriter
) -> None:
    slug, body = unchanged["slug"], body_with(case, title="Changed")
    expect_refused(author.update_post(slug, **body), case)
    assert expect(author.get_post(slug), 200) == unchanged


@pytest.fixture(scope="module")
def commented_slug(site: Site, author: Member) -> str:
    """The slug of a post that stays published."""
    return str(site.new_post(author)["slug"])


@pytest.mark.requirement("COMM-01", *TAKEN)
@pytest.mark.parametrize("case", of("create_comment", accepted=True))
def test_create_comment_takes(
    author: Member,
    commented_slug: str,
    case: Json,
    body_with: BodyWriter,
    stored: Callable[[Json], Json],
) -> None:
    response = author.create_comment(commented_slug, **body_with(case))
    comment = expect(response, 201)
    assert comment["body"] == stored(case)
    read = author.get_comment(commented_slug, comment["id"])
    assert expect(read, 200) == comment


@pytest.mark.requirement("COMM-01", "TEXT-11", *REFUSED)
@pytest.mark.parametrize("case", of("create_comment", accepted=False))
def test_create_comment_refuses(
    author: Member, unchanged: Json, case: Json, body_with: BodyWriter
) -> None:
    slug = unchanged["slug"]
    expect_refused(author.create_comment(slug, **body_with(case)), case)
    assert expect(author.get_post(slug), 200) == unchanged
