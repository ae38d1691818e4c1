"""Comments come and go while somebody reads, and none is missed."""

import pytest
from playwright.sync_api import expect

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect as expect_status
from quintet_conformance.live.helpers import delete
from quintet_conformance.web.markup import parse
from quintet_conformance.web.outline import outline

# They write; the looks are at the demo data alone.
pytestmark = [pytest.mark.requirement("LIVE-21"), pytest.mark.last]

# Counts the sockets of the page and how they are, where a test can wait for it.
WATCH = """
const count = (name) => {
  const told = document.documentElement.dataset;
  told[name] = Number(told[name] ?? 0) + 1;
};
const sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(address) {
    super(address);
    sockets.push(this);
    count("made");
    this.addEventListener("open", () => count("opened"));
    this.addEventListener("message", () => count("told"));
    this.addEventListener("close", () => count("closed"));
  }
};
window.loseConnection = () => sockets.at(-1).close(4000);
"""
HOUR = 3_600_000
TEXT = 'One.\n  Two, <b>not bold</b> &amp; "quoted".\n\n🎻'


@pytest.fixture
def author(new_member):
    return new_member()


@pytest.fixture
def slug(new_post, author):
    return new_post(author)["slug"]


@pytest.fixture
def path(slug):
    return f"/posts/{slug}"


@pytest.fixture
def read(new_window, path):
    """Open the post in a window, signed in or not, and wait until it is connected."""

    def read_as(member=None):
        window = new_window()
        window.page.add_init_script(WATCH)
        if member:
            window.open("/login")
            account = {"username": member.username, "password": member.password}
            window.fill_in("/login", **account)
        window.open(path)
        expect_count(window, "opened", 1)
        return window

    return read_as


@pytest.fixture
def people(author, bystanders):
    """Who may look at a comment; one of them wrote it."""
    writer, another = bystanders(2)
    return {"author": author, "writer": writer, "another": another, "nobody": None}


def stand_still(window):
    """Stop the clock: nothing is tried again until it is moved."""
    window.page.clock.install()
    window.page.clock.pause_at(window.page.evaluate("Date.now() / 1000 + 1"))


def expect_count(window, what, number):
    expect(window.page.locator("html")).to_have_attribute(f"data-{what}", str(number))


def article(window, comment):
    return window.page.locator(f"#comment-{comment['id']}")


def expect_shown(window, *comments):
    """Expect exactly these, each once, in this order, and their number."""
    articles = window.page.locator("#comments article.comment")
    expect(articles).to_have_count(len(comments))
    for place, comment in enumerate(comments):
        expect(articles.nth(place)).to_have_id(f"comment-{comment['id']}")
    window.sees(".comments-count", f"{len(comments)} comment")


def look_of(locator):
    return outline(parse(f"<html>{locator.evaluate('each => each.outerHTML')}"))


def test_comments_of_others_come_and_go(read, bystanders, author, slug):
    window, (other,) = read(), bystanders(1)
    first, second = comment_on(slug, other), comment_on(slug, author)
    expect_shown(window, first, second)
    delete(slug, author, first)
    expect_shown(window, second)
    third = comment_on(slug, other)
    expect_shown(window, second, third)
    expect(window.page.locator("#comments .none")).to_have_count(0)
    expect_count(window, "made", 1)


@pytest.mark.parametrize(
    ("who", "buttons"), [("author", 1), ("writer", 1), ("another", 0), ("nobody", 0)]
)
def test_a_comment_looks_as_after_a_reload(read, people, slug, who, buttons):
    window, comment = read(people[who]), comment_on(slug, people["writer"], TEXT)
    came = article(window, comment)
    expect(came).to_be_visible()
    expect(came.get_by_role("button", name="Delete")).to_have_count(buttons)
    assert came.locator(".text").inner_text() == TEXT
    before = look_of(came)
    window.open(window.path)
    assert look_of(came) == before


def test_ones_own_comment_is_shown_once(read, author, slug, path):
    here, there = read(author), read(author)
    here.fill_in(f"{path}/comments", body="Quite so.")
    (comment,) = author.list_comments(slug).json()["items"]
    assert here.path == f"{path}#comment-{comment['id']}"
    for window in (here, there):
        expect_shown(window, comment)
    next_one = comment_on(slug, author)
    for window in (here, there):
        expect_shown(window, comment, next_one)


def test_the_author_of_the_post_deletes_what_came(read, bystanders, author, slug, path):
    window, reader, (other,) = read(author), read(), bystanders(1)
    kept, gone = comment_on(slug, other), comment_on(slug, other)
    expect_shown(window, kept, gone)
    button = article(window, gone).get_by_role("button", name="Delete")
    expect(button).to_have_accessible_name(f"Delete the comment of {other.username}")
    window.fill_in(f"{path}/comments/{gone['id']}/delete")
    window.succeeds(f"{path}#comments")
    assert other.get_comment(slug, gone["id"]).status_code == 404
    for each in (window, reader):
        expect_shown(each, kept)


def test_what_was_missed_is_fetched(read, bystanders, slug):
    (other,) = bystanders(1)
    window, kept, gone = read(), *(comment_on(slug, other) for _ in range(2))
    expect_shown(window, kept, gone)
    stand_still(window)
    window.page.evaluate("loseConnection()")
    expect_count(window, "closed", 1)
    delete(slug, other, gone)
    missed = comment_on(slug, other, TEXT)
    expect_shown(window, kept, gone)
    window.page.clock.run_for(HOUR)
    expect_count(window, "opened", 2)
    expect_shown(window, kept, missed)
    newest = comment_on(slug, other)
    expect_shown(window, kept, missed, newest)


def test_what_came_before_the_first_connection_is_fetched(
    new_window, bystanders, slug, path
):
    (other,), window = bystanders(1), new_window()
    early = []

    def comment_first(route):
        early.append(comment_on(slug, other))
        route.continue_()

    window.page.route("**/blog*.js*", comment_first)
    window.open(path)
    (comment,) = early
    expect_shown(window, comment)
    newest = comment_on(slug, other)
    expect_shown(window, comment, newest)


def test_the_number_counts_those_that_are_not_shown(read, bystanders, slug):
    (other,) = bystanders(1)
    oldest, *_ = (comment_on(slug, other) for _ in range(51))
    window = read()
    window.sees(".comments-count", "51 comments")
    stand_still(window)
    window.page.evaluate("loseConnection()")
    expect_count(window, "closed", 1)
    delete(slug, other, oldest)
    window.page.clock.run_for(HOUR)
    window.sees(".comments-count", "50 comments")


def test_what_was_missed_is_fetched_beside_a_refused_comment(
    read, bystanders, author, slug, path
):
    (other,), window = bystanders(1), read(author)
    window.fill_in(f"{path}/comments")
    window.sees("[role=alert]", "look at this again")
    expect_count(window, "opened", 1)
    stand_still(window)
    window.page.evaluate("loseConnection()")
    expect_count(window, "closed", 1)
    missed = comment_on(slug, other)
    window.page.clock.run_for(HOUR)
    expect_shown(window, missed)
    window.sees("[role=alert]", "look at this again")


def test_what_comes_while_the_page_is_fetched_is_kept(read, bystanders, slug, path):
    (other,), window = bystanders(1), read()
    kept, gone = comment_on(slug, other), comment_on(slug, other)
    expect_shown(window, kept, gone)
    late = []

    def answer_late(route):
        page = route.fetch()
        delete(slug, other, gone)
        late.append(comment_on(slug, other))
        expect_count(window, "told", 4)
        route.fulfill(response=page)

    window.page.route(f"**{path}", answer_late)
    window.page.evaluate("loseConnection()")
    expect_count(window, "opened", 2)
    expect_shown(window, kept, *late)


def test_the_comment_that_the_address_names_keeps_its_mark(read, author, slug, path):
    window = read(author)
    window.fill_in(f"{path}/comments", body="Quite so.")
    (comment,) = author.list_comments(slug).json()["items"]
    article(window, comment).get_by_role("button", name="Delete").focus()
    with window.page.expect_response(f"**{path}"):
        window.page.evaluate("loseConnection()")
    newest = comment_on(slug, author)
    expect_shown(window, comment, newest)
    expect(window.page.locator("article:target")).to_have_id(f"comment-{comment['id']}")
    expect(article(window, comment).get_by_role("button")).to_be_focused()


@pytest.mark.parametrize("end", ["taken back", "deleted"])
def test_nothing_is_tried_again_after_the_post_is_gone(read, author, slug, end):
    window = read()
    stand_still(window)
    if end == "deleted":
        expect_status(author.delete_post(slug), 204)
    else:
        expect_status(author.update_post(slug, status="draft"), 200)
    expect_count(window, "closed", 1)
    window.page.clock.run_for(HOUR)
    expect_count(window, "made", 1)
    window.sees("h1", "Notes on")


def test_who_looks_at_older_comments_is_not_disturbed(
    new_window, bystanders, slug, path
):
    (other,), window = bystanders(1), new_window()
    oldest, second, *_ = (comment_on(slug, other) for _ in range(51))
    window.page.add_init_script(WATCH)
    window.open(f"{path}?before={second['id']}")
    expect(article(window, oldest)).to_be_visible()
    assert window.page.locator("html").get_attribute("data-made") is None
