"""What is under way: requests without an answer, mails not sent yet, open sockets."""

import asyncio


class Pending:
    def __init__(self) -> None:
        self._things: set[object] = set()
        self._nothing = asyncio.Event()
        self._nothing.set()

    def add(self, thing: object) -> None:
        self._things.add(thing)
        self._nothing.clear()

    def discard(self, thing: object) -> None:
        self._things.discard(thing)
        if not self._things:
            self._nothing.set()

    async def wait_for_nothing(self) -> None:
        await self._nothing.wait()
