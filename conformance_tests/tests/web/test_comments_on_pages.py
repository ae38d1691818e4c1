"""Comments on a post's page: which are shown, how they are added and deleted."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Site
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_mistakes,
    expect_success,
    number,
)
from quintet_conformance.web.markup import attribute
from quintet_conformance.web.people import SignedIn

Json = Any

SHOWN = 50
COMMENT = '#comments [id^="comment-"]'


def ids(page: Answer) -> list[int]:
    return [
        int(attribute(each, "id").removeprefix("comment-"))
        for each in page.select(COMMENT)
        if attribute(each, "id").removeprefix("comment-").isdigit()
    ]


def comment(person: SignedIn, slug: str, text: str = "Well said.") -> int:
    created = expect(person.member.create_comment(slug, body=text), 201)
    return int(created["id"])


@pytest.fixture(scope="module")
def discussion(site: Site, author: SignedIn) -> Json:
    """A post with two comments more than two pages hold."""
    post = site.new_post(author.member)
    made = [comment(author, post["slug"], f"No. {n}") for n in range(2 * SHOWN + 2)]
    return {"path": f"/posts/{post['slug']}", "ids": made}


@pytest.mark.requirement("WEB-06")
def test_the_newest_fifty_are_shown_oldest_first(
    visitor: Browser, discussion: Json
) -> None:
    page = visitor.open(discussion["path"])
    assert ids(page) == discussion["ids"][-SHOWN:]
    assert number(page, "article.post .comments-count") == 2 * SHOWN + 2


@pytest.mark.requirement("WEB-06")
def test_every_comment_can_be_reached(visitor: Browser, discussion: Json) -> None:
    found: list[int] = []
    page = visitor.open(discussion["path"])
    for _ in range(3):
        found = ids(page) + found
        older = page.links("#comments a[rel=prev]")
        if not older:
            break
        assert len(ids(page)) == SHOWN
        page = visitor.open(older[0].partition("#")[0])
    assert not page.select("#comments a[rel=prev]")
    assert found == discussion["ids"]


@pytest.mark.requirement("WEB-06")
def test_all_that_are_shown_stand_in_one_thread(
    visitor: Browser, reader: SignedIn, discussion: Json, permanent_post: Json
) -> None:
    for browser in (visitor, reader):
        page = browser.open(discussion["path"])
        thread = page.one("#comments .thread")
        assert attribute(thread, "role") == "log"
        assert len(thread.select('[id^="comment-"]')) == len(ids(page)) == SHOWN
    empty = visitor.open(f"/posts/{permanent_post['slug']}")
    assert attribute(empty.one("#comments .thread"), "role") == "log"


@pytest.mark.requirement("WEB-06")
@pytest.mark.parametrize(
    "before", ["", "0", "-1", "01", "x", "1.0", "%D9%A1", "9223372036854775808", "%00"]
)
def test_before_what_is_no_id_is_nothing(
    visitor: Browser, permanent_post: Json, before: str
) -> None:
    path = f"/posts/{permanent_post['slug']}"
    expect_advice(visitor.get(f"{path}?before={before}"), 404)


@pytest.mark.requirement("WEB-06")
def test_exactly_fifty_need_no_link(
    visitor: Browser, author: SignedIn, post: Json
) -> None:
    made = [comment(author, post["slug"]) for _ in range(SHOWN)]
    page = visitor.open(f"/posts/{post['slug']}")
    assert ids(page) == made
    assert not page.select("#comments a[rel=prev]")


@pytest.mark.requirement("FORM-17", "FORM-05")
def test_a_new_comment_leads_to_its_place(
    reader: SignedIn, author: SignedIn, post: Json
) -> None:
    path = f"/posts/{post['slug']}"
    answer = reader.fill(path, f"{path}/comments", body="Quite so.")
    (stored,) = expect(author.member.list_comments(post["slug"]), 200)["items"]
    page = expect_success(reader, answer, f"{path}#comment-{stored['id']}")
    assert page.shown(f"#comment-{stored['id']} .text") == "Quite so."
    assert stored["author"]["username"] == reader.username
    assert page.form(f"{path}/comments").value("body") == ""


@pytest.mark.requirement("FORM-02", "FORM-03", "FORM-01")
def test_a_comment_with_a_mistake_is_the_posts_page_again(
    reader: SignedIn, author: SignedIn, post: Json
) -> None:
    path = f"/posts/{post['slug']}"
    text = "x" * 5001
    answer = reader.fill(path, f"{path}/comments", body=text)
    form = expect_mistakes(answer, f"{path}/comments", "body")
    assert form.value("body") == text
    assert answer.heading == post["title"]
    assert not expect(author.member.list_comments(post["slug"]), 200)["items"]


@pytest.mark.requirement("FORM-17", "FORM-05", "WEB-10")
@pytest.mark.parametrize("who", ["author", "reader", "editor_browser", "admin_browser"])
def test_deleting_a_comment_leads_to_the_others(
    request: pytest.FixtureRequest, reader: SignedIn, post: Json, who: str
) -> None:
    browser: SignedIn = request.getfixturevalue(who)
    kept, gone = (comment(reader, post["slug"]) for _ in range(2))
    path = f"/posts/{post['slug']}"
    answer = browser.fill(path, f"{path}/comments/{gone}/delete")
    page = expect_success(browser, answer, f"{path}#comments")
    assert ids(page) == [kept]


@pytest.mark.requirement("WEB-10", "FORM-01")
def test_others_are_not_offered_the_deletion_and_refused(
    visitor: Browser, author: SignedIn, reader: SignedIn, writer: SignedIn, post: Json
) -> None:
    own, others = comment(reader, post["slug"]), comment(author, post["slug"])
    path = f"/posts/{post['slug']}"

    def offers(browser: Browser) -> set[int]:
        page = browser.open(path)
        actions = {each: f"{path}/comments/{each}/delete" for each in (own, others)}
        return {each for each, action in actions.items() if page.find_form(action)}

    assert offers(author) == {own, others}
    assert offers(reader) == {own}
    assert offers(writer) == offers(visitor) == set()
    answer = writer.post(f"{path}/comments/{own}/delete", writer.proof())
    expect_advice(answer, 403)
    expect(author.member.get_comment(post["slug"], own), 200)


@pytest.mark.requirement("FORM-01", "WEB-16")
def test_a_comment_of_another_post_or_none_is_nothing(
    author: SignedIn, post: Json, permanent_post: Json
) -> None:
    own = comment(author, post["slug"])
    proof = author.proof()
    for path in (
        f"/posts/{permanent_post['slug']}/comments/{own}/delete",
        f"/posts/{post['slug']}/comments/9223372036854775807/delete",
        f"/posts/{post['slug']}/comments/99999999999999999999/delete",
        f"/posts/{post['slug']}/comments/x/delete",
        f"/posts/{names.word()}/comments/{own}/delete",
    ):
        expect_advice(author.post(path, proof), 404)
    expect(author.member.get_comment(post["slug"], own), 200)


@pytest.mark.requirement("FORM-01", "WEB-10", "WEB-17")
@pytest.mark.parametrize("form", ["like", "comments"])
def test_a_draft_is_neither_liked_nor_commented_on(
    author: SignedIn, draft: Json, form: str
) -> None:
    fields = [*author.proof(), ("body", "To myself.")]
    answer = author.post(f"/posts/{draft['slug']}/{form}", fields)
    expect_advice(answer, 409)
    now = expect(author.member.get_post(draft["slug"]), 200)
    assert (now["likes_count"], now["comments_count"]) == (0, 0)
