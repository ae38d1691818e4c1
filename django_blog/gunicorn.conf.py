"""The server, for development and production alike: `gunicorn --workers 2`."""

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from gunicorn.http.errors import ParseException

from config.environment import InvalidSettings

LONGEST_READ = 8 * 1_048_576
CHUNK = 65_536
PATIENCE_SECONDS = 5

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    logconfig_dict = settings.LOGGING
except InvalidSettings as error:
    sys.exit(str(error))

wsgi_app = "config.wsgi:application"
bind = "127.0.0.1:8001"
worker_class = "gthread"
threads = 8  # Each keeps a connection to the database, which has a hundred or so.
keepalive = 65  # longer than a proxy keeps its connections
graceful_timeout = 5
control_socket_disable = True
limit_request_line = 8190
limit_request_field_size = 16_384  # three cookies of 4 kB, as browsers keep them
# The application looks through proxies itself, and logs requests itself.
forwarded_allow_ips = ""


def on_starting(server: Any) -> None:
    if settings.SECRET_IS_MADE_UP:
        server.log.warning("Without SECRET_KEY all tokens end with this server.")
    if server.num_workers > 1 and settings.REDIS_URL is None:
        server.log.warning(
            "Without REDIS_URL workers cannot share counts: starting one."
        )
        server.num_workers = 1
    if server.num_workers > 1:  # They count in files of one folder.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")


def on_exit(server: Any) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder)


def pre_request(worker: Any, request: Any) -> None:
    """Says `Connection: close` where the rest of the body would take too long."""
    if int(dict(request.headers).get("CONTENT-LENGTH", "0")) > LONGEST_READ:
        request.force_close()


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    """Reads what nobody wanted of a body: of a long one gunicorn would hang up."""
    connection = environ["gunicorn.socket"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    with suppress(OSError, ParseException):
        while (remaining := deadline - time.monotonic()) > 0:
            connection.settimeout(remaining)
            if not request.body.read(CHUNK):
                break
    connection.settimeout(None)
