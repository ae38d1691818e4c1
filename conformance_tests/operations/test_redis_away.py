"""Redis is stopped while people read and write, and started again."""

import json
import time
from contextlib import suppress

import pytest

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.live.handshake import LiveError
from quintet_conformance.live.helpers import created, expect_next
from quintet_conformance.live.sockets import Live, LiveSocket
from quintet_conformance.runner import services
from quintet_conformance.site import Member

SOME = 10
SECONDS = 5.0


@pytest.fixture
def redis():
    """A server that the test may stop when it starts it again."""
    with services.own_redis() as server:
        yield server


def test_redis_goes_and_comes(launch, site_of, sqlite_url, redis):
    server = launch(sqlite_url, REDIS_URL=redis.connection_url)
    site = site_of(server)
    member = site.new_member()
    slug = site.new_post(member)["slug"]
    with Live(site.connection) as live:
        socket = live.follow(slug)
        expect_next(slug, member, socket)
        redis.stop()
        try:
            began = time.monotonic()
            written = [comment_on(slug, member) for _ in range(SOME)]
            assert time.monotonic() - began < SECONDS
            signed_in = member.login(username=member.username, password=member.password)
            expect_problem(signed_in, 503, "unavailable")
            assert member.request("GET", "/healthz").status_code == 200
            assert member.request("GET", "/readyz").status_code == 503
        finally:
            redis.start()
        server.wait_until_ready()
        wait_for_events(slug, member, socket)
        expect_next(slug, member, socket)
    assert site.sign_in(member.account, member.password).id == member.id
    for comment in written:
        assert expect(member.get_comment(slug, comment["id"]), 200) == comment
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    warnings = [line for line in lines if line["level"].lower() == "warning"]
    assert len([line for line in warnings if "redis" in line["message"].lower()]) == 1


def wait_for_events(slug: str, member: Member, socket: LiveSocket) -> None:
    """Comment until that is told: what is written while nobody listens is lost."""
    for _ in range(SOME):
        event = created(comment_on(slug, member))
        with suppress(LiveError):
            while socket.take() != event:
                pass
            return
    pytest.fail("no events come any more")
