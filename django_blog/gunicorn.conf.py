"""The server, for development and production alike: `gunicorn --workers 2`."""

import os
import shutil
import sys
import tempfile
from typing import Any

from django.conf import settings

from config.environment import InvalidSettings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    logconfig_dict = settings.LOGGING
except InvalidSettings as error:
    sys.exit(str(error))

wsgi_app = "config.asgi:application"
bind = "127.0.0.1:8001"
worker_class = "common.worker.Worker"
keepalive = 65  # longer than a proxy keeps its connections
graceful_timeout = 5
control_socket_disable = True


def on_starting(server: Any) -> None:
    if settings.SECRET_IS_MADE_UP:
        server.log.warning("Without SECRET_KEY all tokens end with this server.")
    if server.num_workers > 1 and settings.REDIS_URL is None:
        server.log.warning(
            "Without REDIS_URL workers cannot share counts and events: starting one."
        )
        server.num_workers = 1
    if server.num_workers > 1:  # They count in files of one folder.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")


def on_exit(server: Any) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder)
