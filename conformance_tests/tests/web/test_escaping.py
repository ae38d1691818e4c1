"""What users typed is text wherever it is shown."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import titles
from quintet_conformance.web.markup import words
from quintet_conformance.web.people import SignedIn

pytestmark = pytest.mark.requirement("WEB-12")

Json = Any
NewPost = Callable[..., Json]

PROBES = {
    "script": "<script>alert('{0}')</script>",
    "picture": "<img id={0} src=x onerror=alert(1)>",
    "attribute": '" id="{0}" onfocus="alert(1)" autofocus x=\'',
    "single-quote": "' id='{0}' onfocus='alert(1)' '",
    "end-of-title": "</title><b id={0}>",
    "end-of-textarea": "</textarea><b id={0}>",
    "end-of-everything": "--></style></script></template></select><b id={0}>",
    "entity": "&lt;b id={0}&gt; &amp;amp; &#60;b&#62; &quot; &notit;",
    "template": "{{{{ 7*7 }}}} {{% raw %}} ${{7*7}} <%= 7*7 %> #{{7*7}} {0}",
    "link": "[a](javascript:alert('{0}')) `{0}`",
    "svg": "<svg/onload=alert(1) id={0}>",
    "right-to-left": "\u202e{0}\u2066 a\u0301\u200d\U0001f9d1\u200d\U0001f4bb",
}


@pytest.fixture(params=PROBES)
def probe(request: pytest.FixtureRequest) -> str:
    return PROBES[request.param].format(names.word())


def expect_text(page: Answer, probe: str, selector: str) -> None:
    """Expect the probe as text of one element, and nothing made of it."""
    shown = [words(each) for each in page.select(selector)]
    assert any(" ".join(probe.split()) in each for each in shown), shown
    word = max((part for part in probe.split("'")), key=len)
    assert word
    assert not page.select("[onerror], [onfocus], [onload], main script")


def test_a_title_is_text(
    author: SignedIn, visitor: Browser, new_post: NewPost, probe: str
) -> None:
    tag = names.tag()
    post = new_post(author.member, title=probe, tags=[tag])
    path = f"/posts/{post['slug']}"
    page = visitor.open(path)
    assert page.heading == " ".join(post["title"].split())
    assert " ".join(post["title"].split()) in page.title
    for listed in (visitor.open(f"/tags/{tag}"), author.open(f"/tags/{tag}")):
        assert titles(listed) == [" ".join(post["title"].split())]
    form = author.open(f"{path}/edit").form(f"{path}/edit")
    assert form.value("title") == post["title"]


def test_a_body_is_text_in_its_form_and_excerpt(
    author: SignedIn, visitor: Browser, new_post: NewPost, probe: str
) -> None:
    tag = names.tag()
    post = new_post(author.member, body=probe, tags=[tag])
    path = f"/posts/{post['slug']}"
    assert post["body_html"].strip() in visitor.open(path).text
    entry = visitor.open(f"/tags/{tag}").one("article")
    assert " ".join(post["excerpt"].split()) in words(entry)
    form = author.open(f"{path}/edit").form(f"{path}/edit")
    assert form.value("body") == post["body"]


def test_a_comment_is_text(
    author: SignedIn, visitor: Browser, permanent_post: Json, probe: str
) -> None:
    slug = permanent_post["slug"]
    comment = expect(author.member.create_comment(slug, body=probe), 201)
    page = visitor.open(f"/posts/{slug}")
    expect_text(page, comment["body"], f"#comment-{comment['id']} .text")
    expect(author.member.delete_comment(slug, comment["id"]), 204)


@pytest.fixture(scope="module")
def talker(site: Any, blog: Any) -> SignedIn:
    """Somebody whose bio the tests change."""
    signed_in: SignedIn = blog.sign_in(site.new_member())
    return signed_in


def test_a_bio_is_text(talker: SignedIn, visitor: Browser, probe: str) -> None:
    expect(talker.member.update_account(bio=probe), 200)
    page = visitor.open(f"/authors/{talker.username}")
    expect_text(page, probe.strip(), "main")
    form = talker.open("/account").form("/account")
    assert form.value("bio") == probe.strip()


def test_a_todo_is_text(talker: SignedIn, probe: str) -> None:
    made = talker.member.create_todo(title=probe, notes=probe)
    todo = expect(made, 201)
    page = talker.open("/todos")
    expect_text(page, todo["title"], f"#todo-{todo['id']} .title")
    form = page.form(f"/todos/{todo['id']}")
    assert (form.value("title"), form.value("notes")) == (todo["title"], todo["notes"])
    expect(talker.member.delete_todo(todo["id"]), 204)


def test_a_mistaken_form_shows_what_was_typed_as_text(
    talker: SignedIn, visitor: Browser, probe: str
) -> None:
    answer = talker.fill("/new", title=probe, body="", tags=probe)
    form = answer.form("/new")
    assert answer.status == 422
    assert (form.value("title"), form.value("tags")) == (probe, probe)
    typed = {"username": probe, "email": probe, "password": ""}
    form = visitor.fill("/register", **typed).form("/register")
    assert (form.value("username"), form.value("email")) == (probe, probe)
    form = visitor.fill("/login", username=probe).form("/login")
    assert form.value("username") == probe


def test_a_place_to_go_to_is_text(visitor: Browser, probe: str) -> None:
    page = visitor.open("/login", next=f"/{probe}")
    assert page.form("/login").hidden.get("next", "") in {f"/{probe}", "", "/"}
    assert not page.select("main script, [onfocus], [onerror]")


def test_an_address_with_quotes_is_text(member: Member, sign_in: Any) -> None:
    word = names.word()
    email = f"o'{word}&x=|{{1}}@example.com"
    changed = member.update_account(email=email, current_password=member.password)
    expect(changed, 200)
    browser = sign_in(member)
    assert browser.open("/account").form("/account").value("email") == email
