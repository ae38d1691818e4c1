"""What a reader may send: a ping, and nothing that is long."""

from typing import Any

import pytest

from quintet_conformance.live.handshake import PATIENCE
from quintet_conformance.live.helpers import expect_next
from quintet_conformance.live.sockets import Live, LiveSocket
from quintet_conformance.site import Member

Json = Any

PING = '{"type":"ping"}'
PONG = {"type": "pong"}
BAD = {"type": "error", "code": "bad_message"}
LIMIT = 4_096
TOO_BIG = 1009

PINGS = {
    "compact": PING,
    "with spaces": ' { "type" : "ping" } ',
    "on lines": '{\n\t"type": "ping"\n}\r\n',
    "escaped": '{"ty\\u0070e":"pin\\u0067"}',
}
BAD_TEXTS = {
    "nothing": "",
    "a space": " ",
    "a word": "ping",
    "half an object": '{"type":"ping"',
    "two objects": PING * 2,
    "single quotes": "{'type':'ping'}",
    "null": "null",
    "true": "true",
    "a number": "1",
    "no number": "NaN",
    "a huge number": "9" * 4_000,
    "a huge exponent": "1e999999",
    "a string": '"ping"',
    "an array": "[]",
    "an object in an array": f"[{PING}]",
    "an empty object": "{}",
    "no type": '{"kind":"ping"}',
    "another type": '{"type":"pong"}',
    "another case": '{"type":"PING"}',
    "a type of null": '{"type":null}',
    "a type of true": '{"type":true}',
    "a type of 0": '{"type":0}',
    "an array as type": '{"type":["ping"]}',
    "an object as type": '{"type":{"type":"ping"}}',
    "a surrogate": '{"type":"\\ud800"}',
    "a surrogate as name": '{"\\udfff":"ping"}',
    "NUL": "\0",
    "deep arrays": "[" * LIMIT,
    "deep objects": '{"a":' * 800,
    "deep and closed": "[" * 2_000 + "]" * 2_000,
    "other letters": "日本語",
}
BINARIES = {
    "nothing": b"",
    "a ping": PING.encode(),
    "no text": bytes(range(256)),
    "as long as it may be": b"\0" * LIMIT,
}


def padded(length: int) -> str:
    """Write a ping of so many bytes."""
    return PING + " " * (length - len(PING))


def in_parts(message: Any, size: int) -> list[Any]:
    return [message[start : start + size] for start in range(0, len(message), size)]


@pytest.fixture
def socket(live: Live, followed: str) -> LiveSocket:
    return live.follow(followed)


@pytest.mark.requirement("LIVE-10")
@pytest.mark.parametrize("message", PINGS.values(), ids=PINGS)
def test_a_ping_is_answered(socket: LiveSocket, message: str) -> None:
    for _ in range(3):
        socket.send(message)
        socket.expect(PONG, PATIENCE)


@pytest.mark.requirement("LIVE-10")
@pytest.mark.parametrize("message", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_another_text_is_told_apart_and_closes_nothing(
    socket: LiveSocket, commenter: Member, followed: str, message: str
) -> None:
    socket.send(message)
    socket.expect(BAD, PATIENCE)
    socket.ping()
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-10")
@pytest.mark.parametrize("message", BINARIES.values(), ids=BINARIES)
def test_binary_is_told_apart_and_closes_nothing(
    socket: LiveSocket, commenter: Member, followed: str, message: bytes
) -> None:
    socket.send(message)
    socket.expect(BAD, PATIENCE)
    socket.ping()
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-10")
def test_each_message_has_one_answer_in_turn(socket: LiveSocket) -> None:
    messages: list[str | bytes] = [PING, "x", b"x", PING, "", PING, "[]"] * 10
    for message in messages:
        socket.send(message)
    for message in messages:
        socket.expect(PONG if message == PING else BAD, PATIENCE)


@pytest.mark.requirement("LIVE-10")
def test_the_answer_goes_to_who_asked(
    live: Live, socket: LiveSocket, commenter: Member, followed: str
) -> None:
    other = live.follow(followed)
    for message in (PING, "x"):
        socket.send(message)
    socket.expect(PONG, PATIENCE)
    socket.expect(BAD, PATIENCE)
    expect_next(followed, commenter, other)


@pytest.mark.requirement("LIVE-10")
def test_a_message_may_come_in_parts(socket: LiveSocket) -> None:
    socket.send(in_parts(PING, 4))
    socket.expect(PONG, PATIENCE)
    socket.send(in_parts(PING.encode(), 4))
    socket.expect(BAD, PATIENCE)


@pytest.mark.requirement("LIVE-11")
@pytest.mark.parametrize("compression", [None, "deflate"])
def test_a_message_of_the_limit_is_read(
    live: Live, followed: str, compression: str | None
) -> None:
    socket = live.follow(followed, compression=compression)
    socket.send(padded(LIMIT))
    socket.expect(PONG, PATIENCE)
    socket.ping()


@pytest.mark.requirement("LIVE-11")
@pytest.mark.parametrize("size", [64, 1_000, LIMIT - 1])
def test_a_message_of_the_limit_is_read_in_parts(
    live: Live, followed: str, size: int
) -> None:
    socket = live.follow(followed, compression=None)
    socket.send(in_parts(padded(LIMIT), size))
    socket.expect(PONG, PATIENCE)
    socket.send(in_parts(b"x" * LIMIT, size))
    socket.expect(BAD, PATIENCE)


@pytest.mark.requirement("LIVE-11")
@pytest.mark.parametrize(
    ("compression", "length"),
    [
        (None, LIMIT + 1),
        (None, 4 * LIMIT),
        ("deflate", LIMIT + 1),
        ("deflate", 400 * LIMIT),
    ],
)
def test_a_longer_text_closes_the_socket(
    live: Live, followed: str, compression: str | None, length: int
) -> None:
    """What is short while it is packed is as long as it is."""
    socket = live.follow(followed, compression=compression)
    # The end of a connection may overtake its last frame while more is on its way.
    sent = length if socket.is_packed else min(length, 4 * LIMIT)
    socket.send(padded(sent))
    socket.expect_closed(TOO_BIG, PATIENCE)


@pytest.mark.requirement("LIVE-11")
def test_longer_binary_closes_the_socket(socket: LiveSocket) -> None:
    socket.send(b"\0" * (LIMIT + 1))
    socket.expect_closed(TOO_BIG, PATIENCE)


@pytest.mark.requirement("LIVE-11")
@pytest.mark.parametrize("size", [1_000, LIMIT], ids=["small parts", "one byte alone"])
@pytest.mark.parametrize("kind", [str, bytes])
def test_the_parts_of_a_message_count_together(
    socket: LiveSocket, kind: type, size: int
) -> None:
    message = padded(LIMIT + 1)
    whole = message if kind is str else message.encode()
    socket.send(in_parts(whole, size))
    socket.expect_closed(TOO_BIG, PATIENCE)


@pytest.mark.requirement("LIVE-11")
def test_bytes_are_counted_not_characters(live: Live, followed: str) -> None:
    socket = live.follow(followed)
    socket.send("𝄞" * (LIMIT // 4))
    socket.expect(BAD, PATIENCE)
    socket.send("é" * (LIMIT // 2) + "e")
    socket.expect_closed(TOO_BIG, PATIENCE)


@pytest.mark.requirement("LIVE-11")
def test_who_sends_too_much_is_let_go_alone(
    live: Live, commenter: Member, followed: str
) -> None:
    socket, others = live.follow(followed), [live.follow(followed) for _ in range(2)]
    socket.send(padded(LIMIT + 1))
    socket.expect_closed(TOO_BIG, PATIENCE)
    expect_next(followed, commenter, *others)


@pytest.mark.requirement("LIVE-10", "LIVE-11")
def test_many_messages_of_the_limit_are_read_one_by_one(socket: LiveSocket) -> None:
    """The limit is one of each message, not of all together."""
    for message, answer in [(padded(LIMIT), PONG), ("x" * LIMIT, BAD)] * 10:
        socket.send(message)
        socket.expect(answer, PATIENCE)
