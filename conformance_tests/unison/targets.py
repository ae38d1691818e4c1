"""What there is to read: paths of every GET operation, good ones and odd ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quintet_conformance.helpers import expect, items
from quintet_conformance.operations import Client

Json = Any

ODD_PARTS = ("nobody-knows-this", "0", "01", "9223372036854775808", "%00", "%C3%A9")
ODD_PAGES = ("limit=0", "limit=101", "limit=ten", "cursor=x", "limit=0&cursor=x", "a=b")
ENOUGH = 10
WORDS = ("the", "a+the", "%25", "_", "%C3%A9", "%E6%96%87", "%00", "", "no+such+word")


@dataclass(frozen=True)
class Stock:
    """The names and numbers of what a database holds."""

    slugs: list[str]
    comments: list[tuple[str, int]]
    usernames: list[str]
    tags: list[str]
    todos: list[int]


def take_stock(reader: Client, usernames: list[str]) -> Stock:
    """Look through the eyes of one user at what these have written, and take some."""
    posts = [
        post for name in usernames for post in items(reader.list_posts, author=name)
    ]
    discussed = [post["slug"] for post in posts if post["comments_count"]]
    tags = sorted({tag for post in posts for tag in post["tags"]})
    return Stock(
        slugs=discussed[:ENOUGH],
        comments=[
            (slug, comment["id"])
            for slug in discussed[:ENOUGH]
            for comment in expect(reader.list_comments(slug, limit=2), 200)["items"]
        ],
        usernames=usernames,
        tags=tags[:ENOUGH],
        todos=[todo["id"] for todo in items(reader.list_todos)],
    )


def _list(path: str) -> list[str]:
    """A list in pages of several sizes, and asked for wrongly."""
    good = [path, f"{path}?limit=1", f"{path}?limit=3", f"{path}?limit=100"]
    return [*good, *(f"{path}?{query}" for query in ODD_PAGES)]


def _one(path: str, parts: list[str]) -> list[str]:
    """Things by their names, and by names that nothing has."""
    return [f"{path}/{part}" for part in (*parts, *ODD_PARTS)]


def _posts(stock: Stock) -> list[str]:
    people = [*stock.usernames, "nobody", "%00"]
    queries = [f"author={name}" for name in people]
    queries += [f"liked_by={name}&limit=4" for name in people]
    queries += [f"tag={tag}&limit=4" for tag in (*stock.tags, "no-such-tag", "%00", "")]
    queries += [f"q={word}" for word in WORDS]
    return [*_list("/posts"), *(f"/posts?{query}" for query in queries)]


def _comments(stock: Stock) -> list[str]:
    of_posts = [f"{path}/comments" for path in _one("/posts", stock.slugs)]
    return [*of_posts, *_list(of_posts[0])]


def _comment(stock: Stock) -> list[str]:
    found = [f"/posts/{slug}/comments/{number}" for slug, number in stock.comments]
    slug, number = stock.comments[0]
    elsewhere = next(each for each in stock.slugs if each != slug)
    wrong = [f"/posts/{elsewhere}/comments/{number}"]
    return [*found, *wrong, *_one(f"/posts/{slug}/comments", [])]


def _todos(_: Stock) -> list[str]:
    queries = (
        "completed=true",
        "completed=false&limit=2",
        "completed=yes",
        "completed=",
    )
    return [*_list("/todos"), *(f"/todos?{query}" for query in queries)]


def _users(_: Stock) -> list[str]:
    queries = ("q=a&limit=2", "q=%25", "q=", "role=admin", "role=member", "role=king")
    return [*_list("/admin/users"), *(f"/admin/users?{query}" for query in queries)]


TARGETS: dict[str, Callable[[Stock], list[str]]] = {
    "get_account": lambda _: ["/me", "/me?a=b"],
    "get_profile": lambda stock: _one(
        "/users", [*stock.usernames, stock.usernames[0].upper()]
    ),
    "list_posts": _posts,
    "get_post": lambda stock: _one("/posts", stock.slugs),
    "list_comments": _comments,
    "get_comment": _comment,
    "list_feed": lambda _: _list("/feed"),
    "list_drafts": lambda _: _list("/me/drafts"),
    "list_tags": lambda _: ["/tags", "/tags?limit=3"],
    "get_tag": lambda stock: _one("/tags", [*stock.tags, stock.tags[0].upper()]),
    "list_todos": _todos,
    "get_todo": lambda stock: _one("/todos", [str(each) for each in stock.todos]),
    "list_users": _users,
}
