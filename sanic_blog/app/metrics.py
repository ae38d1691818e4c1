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
from sanic import Blueprint
from sanic.response import HTTPResponse, raw

from app.config import Settings
from app.errors import NotFound
from app.request import Request

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer.", ["method", "route"]
)

metrics = Blueprint("metrics")


def observe(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, status).inc()
    DURATION.labels(method, route).observe(seconds)


@metrics.get("/metrics")
async def read_metrics(request: Request, settings: Settings) -> HTTPResponse:
    if settings.in_production and not _has_token(request, settings):
        raise NotFound
    return raw(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return False
    expected = f"Bearer {settings.metrics_token.get_secret_value()}"
    given = request.headers.get("authorization", "")
    return compare_digest(given.encode(errors="replace"), expected.encode())


def _registry() -> CollectorRegistry:
    """With several workers each counts into files, which are read together."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    return registry
