"""Sockets say what came instead of what was expected, and wait for nothing in vain."""

import json
import socket
import threading
from contextlib import contextmanager

import httpx
import pytest
from live_server import serving

from quintet_conformance.client import Connection
from quintet_conformance.live.handshake import LiveError
from quintet_conformance.live.sockets import Live, path_of
from quintet_conformance.recorder import Recorder

SOON = 0.05
PONG = {"type": "pong"}


@contextmanager
def live_at(handler, contract):
    with serving(handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        connection = Connection(f"http://127.0.0.1:{port}", contract, Recorder())
        with Live(connection) as live:
            yield live
        server.shutdown()
        thread.join()


@pytest.fixture
def live_of(contract):
    """Give the live comments of a server that treats each socket like this."""
    return lambda handler: live_at(handler, contract)


def says(*messages, code=None):
    """Say these; then end with a code, or listen until the other side ends."""

    def handler(connection):
        for message in messages:
            connection.send(message)
        if code is None:
            for _ in connection:
                pass
        else:
            connection.close(code)

    return handler


def echo(connection):
    for message in connection:
        connection.send(message)


def fault_of(call, *arguments):
    with pytest.raises(LiveError) as caught:
        call(*arguments)
    return str(caught.value)


def test_frames_are_taken_one_by_one(live_of):
    with live_of(says('{"type":"pong"}', ' {"type" : "pong"} ', "[1]")) as live:
        socket = live.follow("known")
        socket.expect(PONG)
        assert [socket.take(), socket.take()] == [PONG, [1]]


def test_what_was_expected_is_told_with_what_came(live_of):
    with live_of(says('{"type":"ping"}')) as live:
        socket = live.follow("known")
        told = fault_of(socket.expect, PONG)
        assert told == 'expected {"type": "pong"}, got {"type": "ping"}'
        told = fault_of(socket.expect, PONG, SOON)
        assert told == (
            'expected {"type": "pong"}: '
            "nothing came within 0.05 s, and the socket is open"
        )


def test_a_frame_is_json_text(live_of):
    with live_of(says(b"{}", "{")) as live:
        socket = live.follow("known")
        assert fault_of(socket.take) == "expected text, got 2 bytes"
        assert fault_of(socket.take) == "expected JSON, got '{'"


def test_the_end_has_a_code(live_of):
    with live_of(says(code=4404)) as live:
        socket = live.follow("known")
        socket.expect_closed(4404)
        assert socket.code == 4404
        told = fault_of(socket.expect_closed, 1009)
        assert told == "expected the end with 1009: the socket was ended with 4404"
        assert fault_of(socket.take) == "the socket was ended with 4404"


def test_what_comes_before_the_end_is_not_the_end(live_of):
    with live_of(says('{"type":"post.gone"}', code=4404)) as live:
        told = fault_of(live.follow("known").expect_closed, 4404)
        assert told == """expected the end with 4404, got '{"type":"post.gone"}'"""


def test_no_end_is_told_too(live_of):
    with live_of(says()) as live:
        socket = live.follow("known")
        told = fault_of(socket.expect_closed, 4404, SOON)
        assert told.endswith("nothing came within 0.05 s, and the socket is open")
        assert socket.code is None


def test_an_end_without_a_word_is_abnormal(live_of):
    with live_of(lambda connection: connection.socket.close()) as live:
        told = fault_of(live.follow("known").expect_closed, 4404)
        assert told.endswith("the socket was ended with 1006")


@pytest.mark.parametrize("message", ["word", b"bytes", ["in ", "parts"]])
def test_messages_go_out_whole_or_in_parts(live_of, message):
    with live_of(echo) as live:
        socket = live.follow("known")
        socket.send(message)
        whole = "".join(message) if isinstance(message, list) else message
        assert socket.connection.recv(1) == whole


def test_what_is_sent_to_who_has_gone_is_lost(live_of):
    with live_of(says(code=1009)) as live:
        socket = live.follow("known")
        socket.expect_closed(1009)
        socket.send("word")
        socket.send(["in", "parts"])


def test_a_handshake_is_noted(live_of):
    with live_of(echo) as live:
        live.follow("known")
        noted = live.server.recorder.last
        assert (noted.status, noted.request.url.path) == (101, path_of("known"))


def test_a_refusal_is_an_answer(live_of):
    with live_of(echo) as live:
        response = live.refusal("403")
        assert (response.status_code, response.text) == (403, "Never")
        assert live.server.recorder.last.status == 403
        assert fault_of(live.follow, "403") == "the handshake was refused with 403"
        told = fault_of(live.refusal, "known")
        assert told == "expected a refusal, the handshake was taken"


@pytest.mark.parametrize("options", [{}, {"is_slow": True}, {"compression": None}])
def test_a_handshake_says_what_it_is_told_to(live_of, options):
    def tell(connection):
        fields = connection.request.headers
        names = ("Host", "Origin", "Cookie", "Sec-WebSocket-Extensions")
        connection.send(json.dumps({name: fields.get_all(name) for name in names}))

    with live_of(tell) as live:
        headers = {"Cookie": "a=b"}
        socket = live.follow(
            "known", host="a.example", origin="null", headers=headers, **options
        )
        told = socket.take()
    packed = told.pop("Sec-WebSocket-Extensions")
    assert told == {"Host": ["a.example"], "Origin": ["null"], "Cookie": ["a=b"]}
    assert bool(packed) is socket.is_packed is ("compression" not in options)


def test_who_is_slow_takes_nothing_until_it_reads(live_of):
    frames = 40
    sent = []

    def pour(connection):
        # Else the system may well hold all of them for the reader.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10_000)
        for number in range(frames):
            connection.send(json.dumps([number] * 1_000))
            sent.append(number)

    with live_of(pour) as live:
        reader = live.follow("known", compression=None, is_slow=True)
        threading.Event().wait(0.3)
        assert len(sent) < frames
        assert [reader.take()[0] for _ in range(frames)] == list(range(frames))


def test_a_server_that_does_not_answer_at_all_is_told_apart(contract):
    nowhere = Connection("http://127.0.0.1:1", contract, Recorder())
    with Live(nowhere) as live, pytest.raises(httpx.ConnectError):
        live.follow("known")
