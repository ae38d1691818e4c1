"""Walking every list through its cursors, also while others write to it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, items, pages
from quintet_conformance.operations import API, Client
from quintet_conformance.site import Member, Site

Json = Any

COUNT = 6
LIMITS = [1, 2, 3, 4, 5, 6, 7, 100]
POSITIONS = [3, -1, 3, 2, 3, -1]
PATHS = {
    "list_posts": "/posts",
    "list_feed": "/feed",
    "list_drafts": "/me/drafts",
    "list_comments": "/posts/{}/comments",
    "list_todos": "/todos",
    "list_users": "/admin/users",
}


@dataclass(frozen=True)
class Listing:
    """A list that only one test writes to."""

    client: Client
    operation: str
    fill: Callable[[int], list[Json]]  # gives the keys in the order of the list
    add: Callable[[], Json]
    remove: Callable[[Json], None]
    key: str = "id"
    parts: tuple[str, ...] = ()
    query: dict[str, str] = field(default_factory=dict)

    def read(self, **query: Json) -> httpx.Response:
        call = getattr(self.client, self.operation)
        response: httpx.Response = call(*self.parts, **self.query, **query)
        return response

    @property
    def path(self) -> str:
        return API + PATHS[self.operation].format(*self.parts)

    def keys_of(self, page: Json) -> list[Json]:
        return [item[self.key] for item in page["items"]]


@dataclass(frozen=True)
class Cast:
    """Users whose lists do not touch each other's."""

    authors: list[Member]
    reader: Member  # follows the authors
    stranger: Member

    @classmethod
    def of(cls, site: Site) -> "Cast":
        first, second, reader, stranger = [site.new_member() for _ in range(4)]
        for author in (first, second):
            expect(reader.follow(author.username), 204)
        return cls([first, second], reader, stranger)


def list_of_posts(site: Site, cast: Cast) -> Listing:
    query = {"author": cast.reader.username}
    return _published(site, [cast.reader], site.anonymous(), "list_posts", query)


def list_of_the_feed(site: Site, cast: Cast) -> Listing:
    """Hold posts of two authors, among those of one who is not followed."""
    site.new_post(cast.stranger)
    return _published(site, cast.authors, cast.reader, "list_feed", {})


def _published(
    site: Site,
    authors: list[Member],
    reader: Client,
    operation: str,
    query: dict[str, str],
) -> Listing:
    owners: dict[str, Member] = {}

    def draft() -> str:
        author = authors[len(owners) % len(authors)]
        slug = str(site.new_post(author, status="draft")["slug"])
        owners[slug] = author
        return slug

    def publish(slug: str) -> str:
        expect(owners[slug].update_post(slug, status="published"), 200)
        return slug

    def fill(count: int) -> list[Json]:
        """Publish in another order than that of the ids, then touch the oldest."""
        drafts = [draft() for _ in range(count)]
        published = [publish(slug) for slug in drafts[1::2] + drafts[::2]]
        expect(owners[drafts[0]].update_post(drafts[0], body="Changed."), 200)
        return published[::-1]

    def remove(slug: str) -> None:
        expect(owners[slug].delete_post(slug), 204)

    return Listing(
        reader,
        operation,
        fill,
        lambda: publish(draft()),
        remove,
        "slug",
        (),
        query,
    )


def list_of_drafts(site: Site, cast: Cast) -> Listing:
    author = cast.stranger

    def add() -> Json:
        return site.new_post(author, status="draft")["slug"]

    def fill(count: int) -> list[Json]:
        """Have the oldest changed last, and one that was published before."""
        slugs = [add() for _ in range(count)]
        for status in ("published", "draft"):
            expect(author.update_post(slugs[1], status=status), 200)
        expect(author.update_post(slugs[0], title=names.title()), 200)
        return slugs[::-1]

    def remove(slug: str) -> None:
        expect(author.delete_post(slug), 204)

    return Listing(author, "list_drafts", fill, add, remove, "slug")


def list_of_comments(site: Site, cast: Cast) -> Listing:
    author = cast.stranger
    slug = str(site.new_post(author)["slug"])

    def add() -> Json:
        return expect(author.create_comment(slug, body=names.word()), 201)["id"]

    def fill(count: int) -> list[Json]:
        return [add() for _ in range(count)]

    def remove(comment_id: int) -> None:
        expect(author.delete_comment(slug, comment_id), 204)

    client = site.anonymous()
    return Listing(client, "list_comments", fill, add, remove, parts=(slug,))


def list_of_todos(site: Site, cast: Cast) -> Listing:
    owner = cast.stranger

    def make(position: int) -> Json:
        return expect(owner.create_todo(title="A quiet walk", position=position), 201)

    def fill(count: int) -> list[Json]:
        """Have several at one position, in another order than that of the ids."""
        made = [make(POSITIONS[number % len(POSITIONS)]) for number in range(count)]
        return [todo["id"] for todo in sorted(made, key=lambda todo: todo["position"])]

    def remove(todo_id: int) -> None:
        expect(owner.delete_todo(todo_id), 204)

    return Listing(owner, "list_todos", fill, lambda: make(-9)["id"], remove)


def list_of_users(site: Site, admin: Member) -> Listing:
    prefix = names.word()
    made: dict[int, Json] = {}

    def add() -> Json:
        details = {"username": f"{prefix}_{len(made)}", "email": names.email()}
        response = site.anonymous().register(**details, password=names.PASSWORD)
        account = expect(response, 201)
        made[account["id"]] = account
        return account["id"]

    def fill(count: int) -> list[Json]:
        return [add() for _ in range(count)]

    def remove(user_id: int) -> None:
        member = site.sign_in(made[user_id], names.PASSWORD)
        expect(member.delete_account(current_password=names.PASSWORD), 204)

    return Listing(admin, "list_users", fill, add, remove, query={"q": prefix})


LISTS: dict[str, Callable[[Site, Cast], Listing]] = {
    "list_posts": list_of_posts,
    "list_feed": list_of_the_feed,
    "list_drafts": list_of_drafts,
    "list_comments": list_of_comments,
    "list_todos": list_of_todos,
}
for_every_list = pytest.mark.parametrize("operation", PATHS)


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Whose lists are filled once."""
    return Cast.of(site)


@pytest.fixture(scope="module")
def other_cast(site: Site) -> Cast:
    """Whose lists are empty when a test begins."""
    return Cast.of(site)


@pytest.fixture(scope="module")
def shelf() -> dict[str, tuple[Listing, list[Json]]]:
    """The lists that are filled already."""
    return {}


@pytest.fixture
def filled(
    operation: str,
    shelf: dict[str, tuple[Listing, list[Json]]],
    request: pytest.FixtureRequest,
) -> tuple[Listing, list[Json]]:
    """A list that no test changes, and the keys of its items in order."""
    if operation not in shelf:
        listing = make_listing(operation, request, "cast")
        shelf[operation] = listing, listing.fill(COUNT)
    return shelf[operation]


@pytest.fixture
def listing(operation: str, request: pytest.FixtureRequest) -> Iterator[Listing]:
    """An empty list that only this test writes to."""
    made = make_listing(operation, request, "other_cast")
    yield made
    if operation != "list_users":  # each of these lists has a name of its own
        for key in made.keys_of({"items": items(made.read)}):
            made.remove(key)


def make_listing(operation: str, request: pytest.FixtureRequest, cast: str) -> Listing:
    site: Site = request.getfixturevalue("site")
    if operation == "list_users":
        return list_of_users(site, request.getfixturevalue("scene").admin)
    return LISTS[operation](site, request.getfixturevalue(cast))


def target_of(response: httpx.Response) -> str:
    match = re.fullmatch(r'<([^>]+)>; rel="next"', response.headers["Link"])
    assert match, response.headers["Link"]
    return match[1]


@pytest.mark.requirement("PAGE-01", "PAGE-04", "PAGE-08")
@for_every_list
@pytest.mark.parametrize("limit", LIMITS)
def test_a_walk_gives_every_item_once_in_order(
    filled: tuple[Listing, list[Json]], limit: int
) -> None:
    listing, keys = filled
    walk = islice(pages(listing.read, limit=limit), COUNT + 1)  # lest it never ends
    walked = [listing.keys_of(page) for page in walk]
    assert walked == [keys[start : start + limit] for start in range(0, COUNT, limit)]


@pytest.mark.requirement("PAGE-01")
@for_every_list
def test_a_list_of_nothing_is_one_empty_page(listing: Listing) -> None:
    assert expect(listing.read(), 200) == {"items": [], "next_cursor": None}


@pytest.mark.requirement("PAGE-03", "HTTP-22")
@for_every_list
def test_the_link_leads_to_the_next_page(filled: tuple[Listing, list[Json]]) -> None:
    listing, _ = filled
    first = listing.read(limit=2)
    linked = expect(listing.client.request("GET", target_of(first)), 200)
    cursor = first.json()["next_cursor"]
    assert linked == expect(listing.read(limit=2, cursor=cursor), 200)


@pytest.mark.requirement("PAGE-03")
@for_every_list
def test_the_link_keeps_the_other_parameters(
    filled: tuple[Listing, list[Json]],
) -> None:
    listing, _ = filled
    first = expect(listing.read(limit=2), 200)
    second = listing.read(limit=2, cursor=first["next_cursor"])
    path, _, query = target_of(second).partition("?")
    expected = {**listing.query, "limit": "2", "cursor": second.json()["next_cursor"]}
    assert path == listing.path
    assert sorted(parse_qsl(query)) == sorted(expected.items())


@pytest.mark.requirement("PAGE-03")
@for_every_list
def test_the_last_page_has_no_link(filled: tuple[Listing, list[Json]]) -> None:
    listing, _ = filled
    assert "Link" not in listing.read(limit=COUNT).headers
    first = expect(listing.read(limit=COUNT - 1), 200)
    last = listing.read(limit=COUNT - 1, cursor=first["next_cursor"])
    assert "Link" not in last.headers


@pytest.mark.requirement("PAGE-05")
@for_every_list
def test_what_is_added_during_the_walk_neither_repeats_nor_hides(
    listing: Listing,
) -> None:
    keys = listing.fill(5)
    first = expect(listing.read(limit=2), 200)
    added = [listing.add(), listing.add()]
    rest = items(listing.read, limit=2, cursor=first["next_cursor"])
    found = listing.keys_of({"items": rest})
    assert [key for key in found if key not in added] == keys[2:]
    assert len(found) == len(set(found))


@pytest.mark.requirement("PAGE-05")
@for_every_list
def test_what_is_removed_during_the_walk_hides_no_other(listing: Listing) -> None:
    """Not even when it is the item that the cursor points at."""
    keys = listing.fill(5)
    first = expect(listing.read(limit=2), 200)
    for gone in (keys[0], keys[1], keys[2]):
        listing.remove(gone)
    rest = items(listing.read, limit=1, cursor=first["next_cursor"])
    assert listing.keys_of({"items": rest}) == keys[3:]


@pytest.mark.requirement("PAGE-01", "PAGE-05")
@for_every_list
def test_a_cursor_before_nothing_gives_an_empty_page(listing: Listing) -> None:
    keys = listing.fill(2)
    first = expect(listing.read(limit=1), 200)
    for key in keys:
        listing.remove(key)
    page = expect(listing.read(cursor=first["next_cursor"]), 200)
    assert page == {"items": [], "next_cursor": None}


@pytest.mark.requirement("PAGE-08", "TAG-01")
def test_tags_are_ordered_by_count_then_name(
    member: Member, site: Site, anonymous: Client
) -> None:
    """Compare names of one form only: databases may collate hyphens differently."""
    first, second = sorted([names.tag(), names.tag()])
    for tags in ([second], [first, second], [first], [first, second]):
        site.new_post(member, tags=tags)
    tags = expect(anonymous.list_tags(), 200)["items"]
    counts = [tag["posts_count"] for tag in tags]
    assert counts == sorted(counts, reverse=True)
    alike = [tag for tag in tags if re.fullmatch(r"t-[a-z]{14}", tag["name"])]
    assert alike == sorted(alike, key=lambda tag: (-tag["posts_count"], tag["name"]))
