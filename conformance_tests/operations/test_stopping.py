"""The end of a server that is told to stop."""

import http.client
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from hurry import Hurry, todo_request
from websockets.exceptions import ConnectionClosed

from quintet_conformance import names
from quintet_conformance.helpers import items
from quintet_conformance.live.sockets import Live

SOME = 40
PATIENCE = 10.0
ENDS = {1001, 1012}  # going away, and being started anew


@pytest.fixture(params=[1, 3])
def server(request, launch, database_url):
    """Workers as in production, with Redis where there are several."""
    settings = {"ENVIRONMENT": "production"}
    if request.param > 1:
        settings["REDIS_URL"] = request.getfixturevalue("redis_url")
    return launch(database_url, request.param, **settings)


def test_what_is_begun_is_answered(server, launch, site_of, database_url):
    member = site_of(server).new_member()
    with ExitStack() as stack:
        slow = stack.enter_context(connected(server))
        whole = todo_request(member, {"title": names.title()})
        slow.sendall(whole[:-5])
        hurry = stack.enter_context(Hurry(member))
        hurry.wait_for(SOME)
        told = time.monotonic()
        stopping = stack.enter_context(ThreadPoolExecutor()).submit(server.stop)
        hurry.wait_until_refused()
        slow.sendall(whole[-5:])
        last = answer_on(slow)
        stopping.result()
    assert last == 201
    assert server.process.returncode == 0
    answers = [call.answer for call in hurry.calls if call.answer is not None]
    assert {answer.status_code for answer in answers} == {201}
    lost = [call for call in hurry.calls if call.answer is None]
    assert [told - call.sent for call in lost if call.sent < told] == []
    again = site_of(launch(database_url)).sign_in(member.account, member.password)
    stored = {todo["id"] for todo in items(again.list_todos, limit=100)}
    assert stored >= {answer.json()["id"] for answer in answers}


def test_nobody_holds_the_end_up(server, site_of):
    site = site_of(server)
    member = site.new_member()
    slug = site.new_post(member)["slug"]
    with (
        Live(site.connection) as live,
        httpx.Client(base_url=server.url, trust_env=False) as idle,
        connected(server),
        connected(server) as slow,
    ):
        readers = [live.follow(slug) for _ in range(5)]
        live.follow(slug, is_slow=True)
        assert idle.get("/healthz").status_code == 200
        slow.sendall(todo_request(member, {"title": names.title()})[:-5])
        server.stop()
        codes = {end_of(reader) for reader in readers}
    assert server.process.returncode == 0
    assert codes <= ENDS


def connected(server) -> socket.socket:
    url = httpx.URL(server.url)
    return socket.create_connection((url.host, url.port or 80), timeout=PATIENCE)


def answer_on(connection):
    answer = http.client.HTTPResponse(connection, method="POST")
    answer.begin()
    answer.read()
    return answer.status


def end_of(reader):
    """Read until the server closes, and give the code."""
    with pytest.raises(ConnectionClosed):
        reader.connection.recv(PATIENCE)
    return reader.code
