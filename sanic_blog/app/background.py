"""Work that goes on although nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
LAST_SECONDS = 3


class Background:
    # Idiom: `app.add_task` holds a task only if it has a name, and then for ever, and
    # when the server stops it cancels all that it holds.
    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def close(self) -> None:
        """Gives what still goes on a moment, and then ends it."""
        if not self.tasks:
            return
        _done, late = await asyncio.wait(self.tasks, timeout=LAST_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
