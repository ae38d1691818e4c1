"""Prometheus counters, summed over all workers of one server."""

import os
from hmac import compare_digest

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from tornado.routing import URLSpec

from app.api import ApiHandler
from app.errors import NotFound
from app.handler import Handler
from app.logs import note_request
from app.routing import unlisted

METHODS = {
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
}
REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer.", ["method", "route"]
)


def log_request(handler: Handler) -> None:
    """Tornado's `log_function`: called once an answer is written, whoever wrote it."""
    given = handler.request.method or ""
    method = given if given in METHODS else "other"
    route = handler.application.templates.get(type(handler), "unmatched")
    status, seconds = handler.get_status(), handler.request.request_time()
    REQUESTS.labels(method, route, status).inc()
    DURATION.labels(method, route).observe(seconds)
    note_request(method, route, status, seconds)


class MetricsHandler(ApiHandler):
    @unlisted
    async def get(self) -> None:
        if self.config.in_production and not self._has_token():
            raise NotFound
        self.write(generate_latest(_registry()))
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)

    def _has_token(self) -> bool:
        if self.config.metrics_token is None:
            return False
        expected = f"Bearer {self.config.metrics_token.get_secret_value()}"
        given = self.request.headers.get("Authorization", "")
        return compare_digest(given.encode(), expected.encode())


def _registry() -> CollectorRegistry:
    """With several workers each counts into files, which are read together."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    return registry


routes = [URLSpec("/metrics", MetricsHandler, name="metrics")]
