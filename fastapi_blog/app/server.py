"""The server: `python -m app.server`, for development and for production alike."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.config import InvalidSettings, Settings, load_settings
from app.logs import logging_config

APP = "app.main:create_app"
GRACEFUL_SECONDS = 5
IDLE_CONNECTION_SECONDS = 65  # longer than a proxy keeps its connections
MESSAGE_BYTES = 4096
PING_SECONDS = 20  # Proxies give up a connection on which nothing moves for a minute.
START_SECONDS = 60  # A busy machine may need long to import everything four times.


def main() -> None:
    options = _read_options()
    try:
        settings = load_settings()
    except InvalidSettings as error:
        sys.exit(str(error))
    workers = _possible_workers(options.workers, settings)
    # Idiom: having finished its work, uvicorn sends itself the signal once more.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serving: dict[str, Any] = {
        "factory": True,
        "host": options.host,
        "port": options.port,
        "log_config": logging_config(settings),
        # The application logs requests and looks through proxies itself.
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "ws_max_size": MESSAGE_BYTES,
        "ws_ping_interval": PING_SECONDS,
        "timeout_keep_alive": IDLE_CONNECTION_SECONDS,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        "timeout_worker_healthcheck": START_SECONDS,
    }
    if workers == 1:
        uvicorn.run(APP, reload=options.reload, **serving)
        return
    with _shared_metrics():
        config = uvicorn.Config(APP, workers=workers, **serving)
        Workers(config, sockets=[config.bind_socket()]).run()


class Workers(Multiprocess):
    # Idiom: uvicorn listens until its last worker has ended, and whoever calls
    # meanwhile waits for an answer that nobody gives.
    def terminate_all(self) -> None:
        for listener in self.sockets:
            listener.close()
        super().terminate_all()


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Workers count into files of one folder, so that each can tell all of it."""
    with tempfile.TemporaryDirectory(prefix="metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8003)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
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
    main()
