"""The server: `python -m app.server`, for development and for production alike."""

import argparse
import asyncio
import logging.config
import os
import sys
from collections.abc import Callable
from signal import SIGINT, SIGTERM
from socket import socket
from typing import IO

import uvloop
from tornado import autoreload
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.util import import_object

from app.config import InvalidSettings, Settings, load_settings
from app.logs import logging_config
from app.workers import start_workers

GRACEFUL_SECONDS = 5
# Longer than a proxy keeps its own, so that it never writes to one that we close.
IDLE_CONNECTION_SECONDS = 75
BODY_SECONDS = 30

logger = logging.getLogger(__name__)


def run() -> None:
    options = _read_options()
    try:
        settings = load_settings()
        sockets = bind_sockets(options.port, options.host)
    except InvalidSettings as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{options.host}:{options.port}: {error.strerror}")
    logging.config.dictConfig(logging_config(settings))
    workers = _possible_workers(options.workers, settings)
    lifeline = None
    if workers > 1:
        port = sockets[0].getsockname()[1]
        for listener in sockets:
            listener.close()
        _ = settings.signing_key  # one for all, also where it is made up
        lifeline = start_workers(workers)
        # Idiom: to bind before the fork is shorter, but of a socket that all share the
        # first to wake up takes most of what waits. Here the kernel deals it out.
        sockets = bind_sockets(port, options.host, reuse_port=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(settings, sockets, lifeline, reload=options.reload))


async def main(
    settings: Settings,
    sockets: list[socket],
    lifeline: IO[bytes] | None,
    *,
    reload: bool,
) -> None:
    """Owns the application with its engine, and the server, from start to end."""
    stop = asyncio.Event()
    _call_at_the_end(stop.set, lifeline)
    host, port = sockets[0].getsockname()[:2]
    # Only now: the counters in it look at the environment once, when it is imported.
    create_app = import_object("app.main.create_app")
    async with create_app(settings, port) as app:
        server = HTTPServer(
            app,
            idle_connection_timeout=IDLE_CONNECTION_SECONDS,
            body_timeout=BODY_SECONDS,
            max_body_size=sys.maxsize,  # see intake.py
        )
        server.add_sockets(sockets)
        if reload:
            app.settings.update(compiled_template_cache=False, static_hash_cache=False)
            autoreload.start()
        logger.info("Process %s runs on http://%s:%s", os.getpid(), host, port)
        await stop.wait()
        server.stop()
        await app.drain(GRACEFUL_SECONDS)
        await server.close_all_connections()


def _call_at_the_end(stop: Callable[[], None], lifeline: IO[bytes] | None) -> None:
    loop = asyncio.get_running_loop()
    for signal in (SIGINT, SIGTERM):
        loop.add_signal_handler(signal, stop)
    if lifeline:
        loop.add_reader(lifeline, stop)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8004)
    one_or_many = parser.add_mutually_exclusive_group()
    one_or_many.add_argument("--workers", type=int, default=1)
    one_or_many.add_argument(
        "--reload", action="store_true", help="restart when code changes"
    )
    return parser.parse_args()


def _possible_workers(wanted: int, settings: Settings) -> int:
    if wanted > 1 and settings.redis_url is None:
        sys.stderr.write(
            "Without REDIS_URL workers share neither counts nor events: starting one.\n"
        )
        return 1
    return wanted


if __name__ == "__main__":
    run()
