"""The server: `python -m config.server`, for development and for production alike."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import ParseException

from config.environment import InvalidSettings

GRACEFUL_SECONDS = 5
KEEP_ALIVE_SECONDS = 75
THREADS = 8
LONGEST_REQUEST_LINE = 8190
LONGEST_READ = 8 * 1_048_576
CHUNK = 65_536
PATIENCE_SECONDS = 5


class Server(BaseApplication):
    """gunicorn, told here what its command line would be told."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        from config.wsgi import application  # noqa: PLC0415 - in the worker, not here

        return application


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    options = _read_options()
    try:
        configuration = _configure(options)
    except InvalidSettings as error:
        sys.exit(str(error))
    Server(**configuration).run()


def _configure(options: argparse.Namespace) -> dict[str, Any]:
    if settings.SECRET_IS_MADE_UP:
        sys.stderr.write("Without SECRET_KEY all tokens end with this server.\n")
    workers = _possible_workers(options.workers)
    return {
        "bind": f"{options.host}:{options.port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "keepalive": KEEP_ALIVE_SECONDS,
        "graceful_timeout": GRACEFUL_SECONDS,
        "limit_request_line": LONGEST_REQUEST_LINE,
        "reload": options.reload,
        "logconfig_dict": settings.LOGGING,
        # The application logs requests and looks through proxies itself.
        "accesslog": None,
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
        "pre_request": _close_after_huge,
        "post_request": _read_rest,
        "on_exit": _share_metrics() if workers > 1 else lambda _server: None,
    }


def _close_after_huge(_worker: Any, request: Any) -> None:
    """Says `Connection: close` where the rest of the body would take too long."""
    if int(dict(request.headers).get("CONTENT-LENGTH", "0")) > LONGEST_READ:
        request.force_close()


def _read_rest(_worker: Any, request: Any, environ: Any, _response: Any) -> None:
    """Reads what nobody wanted of a body: of a long one gunicorn would hang up."""
    connection = environ["gunicorn.socket"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    with suppress(OSError, ParseException):
        while (remaining := deadline - time.monotonic()) > 0:
            connection.settimeout(remaining)
            if not request.body.read(CHUNK):
                break
    connection.settimeout(None)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m config.server", description=__doc__
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--reload", action="store_true", help="restart when code changes"
    )
    return parser.parse_args()


def _possible_workers(wanted: int) -> int:
    if wanted > 1 and settings.REDIS_URL is None:
        sys.stderr.write(
            "Without REDIS_URL workers cannot share counts: starting one.\n"
        )
        return 1
    return wanted


def _share_metrics() -> Callable[[Any], None]:
    """Gives the workers a folder to count in; the result removes it at the end."""
    folder = tempfile.mkdtemp()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return lambda _server: shutil.rmtree(folder)


if __name__ == "__main__":
    main()
