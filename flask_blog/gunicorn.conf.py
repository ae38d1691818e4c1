"""The server, for development and production alike: `gunicorn --workers 2`."""

import gc
import os
import shutil
import sys
import tempfile
from typing import Any

# Where workers count what one of them then sums up. prometheus-client looks for it when
# it is imported, which the application does.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")

from gunicorn.workers.gthread import ThreadWorker
from prometheus_client.multiprocess import mark_process_dead

from app.config import InvalidSettings, load_settings
from app.live import MOST_SOCKETS
from app.logs import logging_config


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


class Worker(ThreadWorker):
    """At its end it closes its sockets, which it would otherwise wait for."""

    # Idiom: gunicorn's worker listens until its last request has ended, and whoever
    # calls meanwhile waits for an answer that nobody gives.
    def set_accept_enabled(
        self,
        enabled: bool | None,  # noqa: FBT001 - as gunicorn says it
    ) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        self._close_sockets()

    def handle_quit(self, sig: int, frame: Any) -> None:
        self._close_sockets()
        super().handle_quit(sig, frame)

    def _close_sockets(self) -> None:
        if self.booted:
            app: Any = self.wsgi
            app.extensions["live"].close()


try:
    settings = load_settings()
except InvalidSettings as error:
    on_exit(None)
    sys.exit(str(error))

wsgi_app = "app:create_app()"
# This file imports the application, so its workers would not see new code anyway.
preload_app = True
bind = "127.0.0.1:8002"
worker_class = Worker
threads = 32 + MOST_SOCKETS  # Each open socket holds one for as long as it is open.
keepalive = 65  # longer than a proxy keeps its connections
graceful_timeout = 5
control_socket_disable = True
limit_request_line = 8190
# The application looks through proxies itself, and logs requests itself.
forwarded_allow_ips = ""
logconfig_dict = logging_config(settings)


def on_starting(server: Any) -> None:
    if settings.TOKEN_KEY is None:
        server.log.warning("Without SECRET_KEY all tokens end with this server.")
    if server.num_workers > 1 and settings.REDIS_URL is None:
        server.log.warning(
            "Without REDIS_URL workers share neither counts nor events: starting one."
        )
        server.num_workers = 1
    # What is loaded by now stays: workers share it, and nobody takes half a second at
    # the end to look through it for cycles.
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # not annotated
