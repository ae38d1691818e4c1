"""A balancer: one address before several servers, each request to the next of them.

It changes no byte, answers nothing itself and hands everything on as it comes: bodies
before they are whole, the end of one direction, resets. It works on sockets: a stream
of asyncio that fails to send forgets what has arrived, and with it the answer of a
server that refused a body before it had read it.
"""

import asyncio
import itertools
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Self

from quintet_conformance.runner.messages import Answer, Request

HOST = "127.0.0.1"
AT_ONCE = 65_536
# What kernels keep between two programs is bounded, or who does not read would be
# noticed megabytes later than without a balancer. By the size of segments a kernel
# decides how much it keeps for whoever sends.
BUFFER, SEGMENT = 16_384, 536
BACKLOG = 1_024
LINGER = 2.0
RESET = struct.pack("ii", 1, 0)


class Side:
    """One side of an exchange: its socket, and what came before its turn."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self.held = b""
        self.is_reset = False

    async def receive(self) -> bytes:
        """Give what comes next, nothing at the end; who is cancelled loses nothing."""
        await self._readable()
        try:
            return self._connection.recv(AT_ONCE)
        except ConnectionError:
            self.is_reset = True
            raise

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._connection, data)

    def end(self) -> None:
        """Say that nothing more will be sent."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        if self.is_reset:
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._connection.close()

    async def _readable(self) -> None:
        ready = self._loop.create_future()
        self._loop.add_reader(self._connection, _settle, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(self._connection)


class Exchange:
    """One request and its answer, or whatever else two sides have to say."""

    def __init__(self, client: Side, server: Side) -> None:
        self.client = client
        self.server = server
        self.request = Request()
        self.answer = Answer(self.request)
        self._is_over = asyncio.Event()
        self._is_switched = asyncio.Event()

    async def run(self) -> bool:
        """Carry both ways; tell whether another request may follow."""
        async with asyncio.TaskGroup() as group:
            up = group.create_task(self._carry_request())
            down = group.create_task(self._carry_answer())
            await self._is_over.wait()
            if not (may_follow := self._is_through):
                await self._hand_the_end_on(up)
            up.cancel()
            down.cancel()
        return may_follow

    @property
    def _is_through(self) -> bool:
        return self.request.is_whole and self.answer.is_whole

    async def _carry_request(self) -> None:
        try:
            while data := self.client.held or await self.client.receive():
                count = self.request.feed(data)
                self.client.held = data[count:]
                await self.server.send(data[:count])
                self._look()
                if self.client.held:  # has to wait, but for a tunnel
                    await self._is_switched.wait()
            self.server.end()
        except ConnectionError:
            # A server that takes no more may have answered: that is read to its end.
            if self.client.is_reset:
                self._is_over.set()

    async def _carry_answer(self) -> None:
        with suppress(ConnectionError):
            while data := await self.server.receive():
                self.answer.feed(data)
                await self.client.send(data)
                self._look()
        self._is_over.set()

    def _look(self) -> None:
        if self._is_through:
            self._is_over.set()
        if self.request.is_endless:
            self._is_switched.set()

    async def _hand_the_end_on(self, up: asyncio.Task[None]) -> None:
        if self.client.is_reset or self.server.is_reset:
            self.client.is_reset = self.server.is_reset = True
        else:
            self.client.end()
            await asyncio.wait([up], timeout=LINGER)


class Balancer:
    """Listens on a free port, in a thread of its own."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._listener = socket.create_server((HOST, 0), backlog=BACKLOG)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._listener.settimeout(0)
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self.requests = 0
        self._loop = asyncio.new_event_loop()
        self._serving = self._loop.create_task(self._serve())
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join()
        if not self._serving.cancelled():
            self._serving.result()

    def _run(self) -> None:
        with self._listener, closing(self._loop) as loop:
            loop.run_until_complete(asyncio.wait([self._serving]))

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                client, _ = await self._loop.sock_accept(self._listener)
                group.create_task(self._attend(Side(client)))

    async def _attend(self, client: Side) -> None:
        """Exchange one after the other until a side ends the connection."""
        try:
            while client.held or await self._has_more(client):
                if not await self._exchange(client):
                    break
        except ConnectionError:  # of a client between requests, or no server listens
            client.is_reset = True
        finally:
            client.close()

    async def _has_more(self, client: Side) -> bool:
        client.held = await client.receive()
        return bool(client.held)

    async def _exchange(self, client: Side) -> bool:
        """Begin at the first byte: what never becomes a request is answered as well."""
        self.requests += 1
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        server = Side(connection)
        try:
            await self._loop.sock_connect(connection, (HOST, next(self._ports)))
            return await Exchange(client, server).run()
        finally:
            server.close()


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
