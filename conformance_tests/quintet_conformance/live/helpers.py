"""What many tests of live comments write, and what they expect to be told."""

from typing import Any

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.live.sockets import LiveSocket
from quintet_conformance.operations import Client

Json = Any


def created(comment: Json) -> Json:
    return {"type": "comment.created", "comment": comment}


def deleted(comment: Json) -> Json:
    return {"type": "comment.deleted", "id": comment["id"]}


def delete(slug: str, client: Client, comment: Json) -> None:
    __tracebackhide__ = True
    expect(client.delete_comment(slug, comment["id"]), 204)


def expect_next(slug: str, client: Client, *sockets: LiveSocket) -> None:
    """Comment, and expect that to be the next that each of these is told.

    Events come in the order of the changes: nothing was announced before.
    """
    __tracebackhide__ = True
    event = created(comment_on(slug, client, "And the next."))
    for each in sockets:
        each.expect(event)
