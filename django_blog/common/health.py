"""Probes: whether the process is alive, and whether it can do its work."""

from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connection
from rest_framework.request import Request
from rest_framework.response import Response

from common import rate_limits
from common.errors import Unavailable
from common.views import OpenView

PROBE_SECONDS = 2
ALIVE = {"status": "ok"}

# A thread of its own can be left to a database that does not answer.
_prober = ThreadPoolExecutor(max_workers=2, thread_name_prefix="probe")


class HealthView(OpenView):
    def get(self, _request: Request) -> Response:
        return Response(ALIVE)


class ReadinessView(OpenView):
    """Unavailable while the database or the configured Redis does not answer."""

    def get(self, _request: Request) -> Response:
        try:
            _prober.submit(_probe).result(PROBE_SECONDS)
        except TimeoutError as error:
            raise Unavailable from error
        return Response(ALIVE)


def _probe() -> None:
    close_old_connections()  # as Django does around each request, which this is not
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not rate_limits.is_ready():
        raise Unavailable
