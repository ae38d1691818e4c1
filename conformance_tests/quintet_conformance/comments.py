"""Writing and reading the comments of a post."""

from typing import Any

from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client

Json = Any


def comment_on(slug: str, client: Client, body: str = "A comment.") -> Json:
    return expect(client.create_comment(slug, body=body), 201)


def comments_of(slug: str, reader: Client) -> list[Json]:
    found: list[Json] = expect(reader.list_comments(slug), 200)["items"]
    return found


def count_of(slug: str, reader: Client) -> int:
    return int(expect(reader.get_post(slug), 200)["comments_count"])
