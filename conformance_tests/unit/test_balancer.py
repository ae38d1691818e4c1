"""The balancer changes no byte, sends each request to the next, hands every end on."""

import socket
import struct
import threading
from contextlib import ExitStack, suppress

import pytest

from quintet_conformance.runner.balancer import LINGER, Balancer

PATIENCE = 10.0
OK = b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\nX-Odd:  \xff \r\n\r\nhi"
THREE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
POST = b"POST / HTTP/1.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET /a%2Fb?c HTTP/1.1\r\nhOST:  x\r\nX-Forwarded-For: 100.64.0.1\r\n\r\n"


class Upstream:
    """A server whose connections the test plays itself."""

    def __init__(self, stack):
        self.listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.stack = stack

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(PATIENCE)
        return self.stack.enter_context(connection)


class Around:
    """Two servers, the balancer before them, and clients of it."""

    def __init__(self, stack):
        self.stack = stack
        self.first, self.second = Upstream(stack), Upstream(stack)
        ports = [self.first.port, self.second.port]
        self.balancer = stack.enter_context(Balancer(ports))
        self.port = int(self.balancer.url.rpartition(":")[2])

    def client(self):
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        return self.stack.enter_context(connection)


@pytest.fixture
def around():
    with ExitStack() as stack:
        yield Around(stack)


def read(connection, count):
    """Read so many bytes, or to the end."""
    found = b""
    while len(found) < count and (part := connection.recv(count - len(found))):
        found += part
    return found


def passed(sender, receiver, data):
    sender.sendall(data)
    return read(receiver, len(data)) == data


def reset(connection):
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def is_silent(connection):
    connection.settimeout(0.2)
    try:
        return not connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(PATIENCE)


def test_requests_of_one_connection_go_to_one_server_after_the_other(around):
    client = around.client()
    for upstream in (around.first, around.second, around.first):
        client.sendall(GET)
        server = upstream.accept()
        assert read(server, len(GET)) == GET
        assert passed(server, client, OK)
        assert read(server, 1) == b"", "the balancer keeps connections to servers"
    assert around.balancer.requests == 3


FRAMED = {
    "without body": GET,
    "length": POST + b"Content-Length: 5\r\n\r\n\x00\r\n\r\n",
    "chunks": POST + b"Transfer-Encoding: Chunked\r\n\r\n"
    b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: a\r\n\r\n",
}
ANSWERS = {
    "length": OK,
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"1\r\na\r\n0\r\n\r\n",
    "not final first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
}


@pytest.mark.parametrize("request_bytes", FRAMED.values(), ids=FRAMED)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_messages_end_where_they_say(around, request_bytes, answer):
    """The next request arrives at the next server, whole and alone."""
    client = around.client()
    client.sendall(request_bytes + GET)
    server = around.first.accept()
    assert read(server, len(request_bytes)) == request_bytes
    assert is_silent(server), "the second request went to the first server"
    assert passed(server, client, answer)
    assert read(around.second.accept(), len(GET)) == GET


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("message", [*FRAMED.values()], ids=FRAMED)
def test_messages_may_come_in_pieces(around, message, size):
    client = around.client()
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    client.sendall(pieces[0])
    server = around.first.accept()
    assert read(server, len(pieces[0])) == pieces[0]
    for piece in pieces[1:]:
        assert passed(client, server, piece), "a piece was held back"
    assert passed(server, client, OK)
    client.sendall(GET)
    assert read(around.second.accept(), len(GET)) == GET


def test_an_answer_to_head_has_no_body(around):
    client = around.client()
    request = GET.replace(b"GET", b"HEAD")
    client.sendall(request + GET)
    server = around.first.accept()
    assert read(server, len(request)) == request
    assert passed(server, client, OK.removesuffix(b"hi"))
    assert read(around.second.accept(), len(GET)) == GET


def test_who_waits_for_leave_to_send_gets_it(around):
    client = around.client()
    head = b"PUT / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    client.sendall(head)
    server = around.first.accept()
    assert read(server, len(head)) == head
    assert passed(server, client, b"HTTP/1.1 100 Continue\r\n\r\n")
    assert passed(client, server, b"body")
    assert passed(server, client, OK)
    client.sendall(GET)
    assert read(around.second.accept(), len(GET)) == GET


UNCLEAR = {
    "words": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "empty lines": b"\r\n\r\n" + GET,
    "line feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "HTTP/1.0": GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "its last": GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    "no field": GET.replace(b"\r\n\r\n", b"\r\nnonsense\r\n\r\n"),
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
    "both": POST + b"Content-Length: 2\r\n" + CHUNKED,
    "a plus": POST + b"Content-Length: +2\r\n\r\n",
    "many digits": POST + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "coding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "no chunk": POST + CHUNKED + b"zz\r\n",
    "long chunk": POST + CHUNKED + b"1\r\nabc\r\n0\r\n\r\n",
    "no end": b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000,
}


@pytest.mark.parametrize("written", UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_unclear_or_the_last_is_the_servers_to_answer(around, written):
    """All goes to one server from there on, until that one ends the connection."""
    client = around.client()
    client.sendall(written)
    server = around.first.accept()
    assert read(server, len(written)) == written
    assert passed(server, client, OK)
    assert passed(client, server, GET)
    server.close()
    assert read(client, 1) == b""


LAST = {
    "says so": OK.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive, Close\r\n\r\n"),
    "has no length": b"HTTP/1.1 200 OK\r\n\r\nall of it",
    "is older": OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "is no HTTP": b"+OK\r\n",
}


@pytest.mark.parametrize("answer", LAST.values(), ids=LAST)
def test_after_the_last_answer_the_connection_ends_as_the_server_ends_it(
    around, answer
):
    client = around.client()
    client.sendall(GET)
    server = around.first.accept()
    assert read(server, len(GET)) == GET
    assert passed(server, client, answer)
    assert is_silent(client)
    server.close()
    client.settimeout(LINGER / 2)
    assert read(client, 1) == b""


def test_an_early_refusal_arrives_although_the_server_reads_no_further(around):
    """The server closes with bytes unread, so that the rest cannot be sent to it."""
    client = around.client()
    head = POST + b"Content-Length: 50000000\r\n\r\n"
    sending = threading.Thread(target=_send_all, args=(client, head, b"a" * 50_000_000))
    sending.start()
    server = around.first.accept()
    assert read(server, len(head)) == head
    server.sendall(OK)
    server.close()
    assert read(client, len(OK)) == OK
    sending.join(PATIENCE)
    assert not sending.is_alive()


def _send_all(connection, *parts):
    with suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)


def test_an_early_answer_does_not_keep_the_rest_of_the_request_back(around):
    client = around.client()
    head = POST + b"Content-Length: 4\r\n\r\n"
    client.sendall(head)
    server = around.first.accept()
    assert read(server, len(head)) == head
    assert passed(server, client, OK)
    assert passed(client, server, b"body")
    client.sendall(GET)
    assert read(around.second.accept(), len(GET)) == GET


UPGRADE = b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


def asked_to_switch(around, and_more=b""):
    """Both ends of a connection on which the client asks for something else."""
    client = around.client()
    client.sendall(UPGRADE + and_more)
    server = around.first.accept()
    assert read(server, len(UPGRADE)) == UPGRADE
    return client, server


@pytest.fixture
def tunnel(around):
    """Both ends of a connection that has become something else."""
    client, server = asked_to_switch(around)
    assert passed(server, client, SWITCHED)
    return client, server


def test_a_tunnel_carries_both_ways(tunnel):
    client, server = tunnel
    for sender, receiver in (tunnel, (server, client), tunnel):
        assert passed(sender, receiver, GET + OK)


def test_what_was_sent_before_the_switch_goes_through_the_tunnel(around):
    client, server = asked_to_switch(around, and_more=b"\x81\x00")
    assert passed(server, client, SWITCHED)
    assert read(server, 2) == b"\x81\x00"


def test_a_refused_upgrade_is_an_answer_as_any(around):
    client, server = asked_to_switch(around)
    assert passed(server, client, OK)
    client.sendall(GET)
    assert read(around.second.accept(), len(GET)) == GET


@pytest.mark.parametrize("order", [1, -1], ids=["client", "server"])
def test_the_end_of_a_tunnel_is_handed_on(tunnel, order):
    one, other = tunnel[::order]
    one.sendall(b"bye")
    one.shutdown(socket.SHUT_WR)
    assert read(other, 4) == b"bye"
    assert passed(other, one, b"farewell") or order == -1
    other.close()
    assert read(one, 1) == b""


def test_the_end_of_what_the_client_sends_is_handed_on(around):
    client = around.client()
    client.sendall(GET)
    client.shutdown(socket.SHUT_WR)
    server = around.first.accept()
    assert read(server, len(GET) + 1) == GET
    assert passed(server, client, OK)
    assert read(client, 1) == b""


def test_the_end_in_the_middle_is_handed_on(around):
    client = around.client()
    half = GET[: len(GET) // 2]
    client.sendall(half)
    client.shutdown(socket.SHUT_WR)
    assert read(around.first.accept(), len(GET)) == half


@pytest.mark.parametrize("order", [1, -1], ids=["client", "server"])
def test_a_reset_is_handed_on(tunnel, order):
    one, other = tunnel[::order]
    reset(one)
    with pytest.raises(ConnectionResetError):
        read(other, 1)


def test_who_does_not_read_holds_the_sender_up(tunnel):
    """What is kept on the way has an end, and nothing of it is lost."""
    client, server = tunnel
    server.settimeout(0)
    sent, block = 0, bytes(range(256)) * 256
    with suppress(BlockingIOError):
        while sent < 64_000_000:
            sent += server.send(block[sent % 256 :])
    assert sent < 4_000_000, "the balancer takes in what nobody reads"
    received = bytearray()
    while len(received) < sent:
        received += client.recv(1_000_000)
    assert received == (bytes(range(256)) * (sent // 256 + 1))[:sent]


def test_nobody_waits_for_who_does_not_read(around, tunnel):
    _, server = tunnel
    server.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            server.send(b"a" * 65_536)
    client = around.client()
    client.sendall(GET)
    assert passed(around.second.accept(), client, OK)


def test_without_a_server_the_connection_ends(around):
    around.first.listener.close()
    client = around.client()
    client.sendall(GET)
    with pytest.raises(ConnectionResetError):
        read(client, 1)


def test_many_at_once(around):
    """Each gets the answer to its own request, from the servers in turn."""
    count = 40
    clients = [around.client() for _ in range(count)]
    for number, client in enumerate(clients):
        client.sendall(GET.replace(b"/a%2Fb", b"/%02d" % number))
    counts = []
    for upstream in (around.first, around.second):
        for _ in range(count // 2):
            server = upstream.accept()
            number = int(read(server, len(b"GET /00")).removeprefix(b"GET /"))
            server.sendall(THREE + b"%03d" % number)
            counts.append(number)
    assert sorted(counts) == list(range(count))
    for number, client in enumerate(clients):
        assert read(client, len(THREE) + 3)[-3:] == b"%03d" % number


def test_leaving_ends_what_is_open():
    with ExitStack() as stack:
        upstream = Upstream(stack)
        with Balancer([upstream.port]) as balancer:
            port = int(balancer.url.rpartition(":")[2])
            client = socket.create_connection(("127.0.0.1", port), PATIENCE)
            stack.enter_context(client).sendall(UPGRADE)
            server = upstream.accept()
            assert read(server, len(UPGRADE)) == UPGRADE
        assert read(server, 1) == b""
        assert read(client, 1) == b""
