"""The client's own HTTP: connections that are kept, answers that are framed badly."""

import socket
import threading
from contextlib import contextmanager

import httpx
import pytest

from quintet_conformance.transport import Transport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
HEAD = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b"
CHUNKED = b"Transfer-Encoding: chunked"


class Scripted:
    """A server that gives each connection its answers, and notes what it was sent."""

    def __init__(self, *connections):
        self.script = connections
        self.received = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.url = httpx.URL(f"http://127.0.0.1:{port}")

    def run(self):
        for answers in self.script:
            connection, _ = self.listener.accept()
            with connection:
                for answer in answers:
                    self.received.append(connection.recv(65_536))
                    connection.sendall(answer)


@contextmanager
def transport_to(*connections):
    server = Scripted(*connections)
    thread = threading.Thread(target=server.run)
    thread.start()
    with server.listener, Transport(server.url) as transport:
        yield transport, server
        thread.join(5)


def ask(transport, server, method="GET", path="/a%2Fb", **options):
    url = server.url.copy_with(raw_path=path.encode())
    return transport.request(method, url, **options)


def answer_to(answer, method="GET"):
    with transport_to([answer]) as (transport, server):
        return ask(transport, server, method)


def test_a_request_goes_out_as_it_is_written():
    with transport_to([OK]) as (transport, server):
        headers = [(b"Accept", b"text/html"), (b"X-Odd", b"\xff")]
        response = ask(transport, server, "POST", headers=headers, content=b"{}")
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /a%2Fb HTTP/1.1"
    assert {b"Accept: text/html", b"X-Odd: \xff", b"Content-Length: 2"} <= set(lines)
    assert sum(line.lower().startswith(b"host:") for line in lines) == 1
    assert body == b"{}"
    assert (response.status_code, response.text) == (200, "hi")
    assert response.request.content == b"{}"


def test_a_connection_is_kept():
    with transport_to([OK, OK]) as (transport, server):
        assert [ask(transport, server).text for _ in range(2)] == ["hi", "hi"]


@pytest.mark.parametrize("first", [CLOSED, OK])
def test_a_connection_that_the_server_closed_is_not_used_again(first):
    with transport_to([first], [OK]) as (transport, server):
        assert ask(transport, server).text == "hi"
        threading.Event().wait(0.1)
        assert ask(transport, server).text == "hi"


@pytest.mark.parametrize(
    ("fields", "sent", "body"),
    [
        (b"Content-Length: 2", b"hi", b"hi"),
        (b"Content-Length: 0", b"", b""),
        (CHUNKED, b"2\r\nhi\r\n3;a=b\r\n ho\r\n0\r\nX: y\r\n\r\n", b"hi ho"),
        (b"X: y", b"until the end", b"until the end"),
    ],
)
def test_a_body_ends_where_its_framing_says(fields, sent, body):
    response = answer_to(HEAD % (fields, sent))
    assert response.content == body
    assert "Content-Length" in response.headers or b"Content-Length" not in fields


def test_what_comes_before_the_answer_is_passed_over():
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    assert answer_to(hints + OK).text == "hi"


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status):
    response = answer_to(b"HTTP/1.1 %d No\r\nContent-Length: 5\r\n\r\n" % status)
    assert response.content == b""


def test_an_answer_to_head_has_the_length_of_what_it_leaves_out():
    response = answer_to(HEAD % (b"Content-Length: 5", b""), "HEAD")
    assert (response.content, response.headers["Content-Length"]) == (b"", "5")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        HEAD % (b"Content-Length: 5", b"hi"),
        HEAD % (b"Content-Length: 1", b"hi"),
        HEAD % (b"Content-Length: 2\r\nContent-Length: 2", b"hi"),
        HEAD % (b"Content-Length: -1", b""),
        HEAD % (b"Content-Length: 2\r\n" + CHUNKED, b"0\r\n\r\n"),
        HEAD % (b"Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"),
        HEAD % (CHUNKED, b"2\r\nhi"),
        HEAD % (CHUNKED, b"2\r\nhis\r\n0\r\n\r\n"),
        HEAD % (CHUNKED, b"x\r\n\r\n"),
        HEAD % (b"No colon", b""),
        HEAD % (b"A space : x", b""),
        HEAD % (b"Folded: x\r\n y", b""),
        HEAD % (b"Control: a\x00b", b""),
        b"HTTP/1.1 204 No Content\r\n\r\nhi",
    ],
)
def test_an_answer_that_is_framed_badly_is_not_taken(answer):
    with pytest.raises(httpx.RemoteProtocolError):
        answer_to(answer)


def test_a_body_after_an_answer_to_head_is_not_taken():
    with pytest.raises(httpx.RemoteProtocolError):
        answer_to(OK, "HEAD")


def test_a_server_that_does_not_answer_at_all_is_told_apart():
    server = Scripted()
    server.listener.close()
    with Transport(server.url) as transport, pytest.raises(httpx.ConnectError):
        ask(transport, server)
