"""Work that goes on although nobody waits for it any more."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from app.errors import AppError

Result = TypeVar("Result")
LAST_SECONDS = 3

logger = logging.getLogger(__name__)


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

    async def finish(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Waits for the work, which goes on when whoever waits is cancelled."""
        task = self.start(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_tell_the_log)
            raise

    async def close(self) -> None:
        """Gives what still goes on a moment, and then ends it."""
        if not self.tasks:
            return
        _done, late = await asyncio.wait(self.tasks, timeout=LAST_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _tell_the_log(task: asyncio.Task[Any]) -> None:
    """Of a refusal nobody needs to hear any more."""
    error = None if task.cancelled() else task.exception()
    if error and not isinstance(error, AppError):
        logger.error("Unexpected error", exc_info=error)
