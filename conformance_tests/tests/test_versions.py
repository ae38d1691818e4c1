"""Changes that meet: the version of a post, with and without parallel writers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
Together = Callable[..., list[Any]]

WRITERS = 20


def expect_stale(response: httpx.Response, current_version: int) -> None:
    __tracebackhide__ = True
    problem = expect_problem(response, 409, "stale_version")
    assert problem["current_version"] == current_version


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.mark.requirement("POST-17")
def test_the_current_version_lets_a_change_through(
    author: Member, new_post: NewPost
) -> None:
    slug = new_post(author)["slug"]
    for version in (1, 2, 3):
        response = author.update_post(slug, body=f"Text {version}.", version=version)
        assert expect(response, 200)["version"] == version + 1


@pytest.mark.requirement("POST-17", "HTTP-24")
@pytest.mark.parametrize("version", [1, 2, 4, 5, 2**31 - 1])
def test_another_version_is_stale(
    author: Member, new_post: NewPost, version: int
) -> None:
    slug = new_post(author)["slug"]
    expect(author.update_post(slug, title="Second"), 200)
    before = expect(author.update_post(slug, title="Third"), 200)
    response = author.update_post(
        slug, title="Late", body="Late", tags=["late"], status="draft", version=version
    )
    expect_stale(response, 3)
    assert expect(author.get_post(slug), 200) == before


@pytest.mark.requirement("POST-17", "HTTP-24")
@pytest.mark.parametrize("changes", [{}, {"title": "Second"}], ids=["none", "the same"])
def test_a_stale_version_is_refused_even_if_nothing_would_change(
    author: Member, new_post: NewPost, changes: Json
) -> None:
    slug = new_post(author)["slug"]
    before = expect(author.update_post(slug, title="Second"), 200)
    expect_stale(author.update_post(slug, json={**changes, "version": 1}), 2)
    assert expect(author.get_post(slug), 200) == before


@pytest.mark.requirement("POST-17")
def test_the_version_told_is_good_for_another_try(
    author: Member, new_post: NewPost
) -> None:
    slug = new_post(author)["slug"]
    expect(author.update_post(slug, title="Second"), 200)
    problem = expect_problem(
        author.update_post(slug, body="Mine.", version=1), 409, "stale_version"
    )
    version = problem["current_version"]
    changed = expect(author.update_post(slug, body="Mine.", version=version), 200)
    assert (changed["title"], changed["body"], changed["version"]) == (
        "Second",
        "Mine.",
        3,
    )


@pytest.mark.requirement("POST-17", "POST-14")
def test_an_editor_has_to_know_the_version_too(
    author: Member, editor: Member, new_post: NewPost
) -> None:
    slug = new_post(author)["slug"]
    expect(author.update_post(slug, title="Second"), 200)
    expect_stale(editor.update_post(slug, title="Edited", version=1), 2)
    changed = expect(editor.update_post(slug, title="Edited", version=2), 200)
    assert changed["version"] == 3


@pytest.mark.requirement("POST-18", "POST-17")
@pytest.mark.parametrize("version", [1, 3])
def test_of_parallel_changes_with_one_version_one_gets_through(
    author: Member, new_post: NewPost, together: Together, version: int
) -> None:
    slug = new_post(author)["slug"]
    for number in range(1, version):
        expect(author.update_post(slug, body=f"Text {number}."), 200)
    responses = together(
        WRITERS,
        lambda number: author.update_post(
            slug, title=f"Title {number}", tags=[f"t{number}"], version=version
        ),
    )
    [winner] = [each.json() for each in responses if each.status_code == 200]
    for response in responses:
        if response.status_code != 200:
            expect_stale(response, version + 1)
    assert winner["version"] == version + 1
    assert expect(author.get_post(slug), 200) == winner


@pytest.mark.requirement("POST-18")
def test_parallel_editors_do_not_overwrite_each_other(
    author: Member, editor: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author)["slug"]
    writers = (author, editor)
    responses = together(
        10,
        lambda number: writers[number % 2].update_post(
            slug, body=f"Text {number}.", version=1
        ),
    )
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200] + [409] * 9


@pytest.mark.requirement("POST-19", "POST-16")
def test_without_a_version_all_parallel_changes_are_made_and_counted(
    author: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author)["slug"]
    responses = together(
        WRITERS,
        lambda number: author.update_post(
            slug, title=f"Title {number}", body=f"*Body* {number}"
        ),
    )
    posts = [expect(response, 200) for response in responses]
    versions = sorted(post["version"] for post in posts)
    assert versions == list(range(2, WRITERS + 2))
    last = max(posts, key=lambda post: post["version"])
    assert expect(author.get_post(slug), 200) == last


@pytest.mark.requirement("POST-15", "POST-19")
def test_parallel_changes_of_different_members_all_stay(
    author: Member, new_post: NewPost, together: Together
) -> None:
    tags = names.tag(), names.tag()
    slug = new_post(author, title="Old", body="Old", tags=["old"])["slug"]
    changes = (
        {"title": "New"},
        {"body": "New"},
        {"tags": [*tags]},
    )
    for _ in range(3):
        expect(author.update_post(slug, title="Old", body="Old", tags=["old"]), 200)
        responses = together(
            12, lambda number: author.update_post(slug, json=changes[number % 3])
        )
        assert {response.status_code for response in responses} == {200}
        seen = expect(author.get_post(slug), 200)
        assert (seen["title"], seen["body"], seen["excerpt"], seen["tags"]) == (
            "New",
            "New",
            "New",
            sorted(tags),
        )


@pytest.mark.requirement("POST-16", "POST-19")
def test_the_same_change_made_in_parallel_counts_once(
    author: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author, tags=["old"])["slug"]
    changes = {"title": "New", "tags": ["a", "b", "c"]}
    responses = together(WRITERS, lambda _: author.update_post(slug, json=changes))
    posts = [expect(response, 200) for response in responses]
    assert {post["version"] for post in posts} == {2}
    seen = expect(author.get_post(slug), 200)
    assert all(post == seen for post in posts)


@pytest.mark.requirement("POST-19", "POST-15")
def test_parallel_changes_of_tags_leave_one_of_the_sets(
    author: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author, tags=["old"])["slug"]
    common, sets = names.tag(), [[names.tag(), names.tag()] for _ in range(10)]
    responses = together(
        10, lambda number: author.update_post(slug, tags=[common, *sets[number]])
    )
    answered = [expect(response, 200)["tags"] for response in responses]
    assert answered == [sorted([common, *each]) for each in sets]
    assert expect(author.get_post(slug), 200)["tags"] in answered
