"""Prometheus counters, summed over all workers of one server."""

import os
from functools import cache
from hmac import compare_digest

from flask import Blueprint, Response, current_app, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from app.errors import NotFound

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer.", ["method", "route"]
)

blueprint = Blueprint("metrics", __name__)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    requests, duration = _series(method, route, status)
    requests.inc()
    if status != 101:  # How long a socket was open is no time to answer.
        duration.observe(seconds)


@cache
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), DURATION.labels(method, route)


@blueprint.get("/metrics")
def read_metrics() -> Response:
    if current_app.config["IN_PRODUCTION"] and not _has_token():
        raise NotFound
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    if token is None:
        return False
    expected = f"Bearer {token.get_secret_value()}"
    given = request.headers.get("Authorization", "")
    return compare_digest(given.encode(), expected.encode())


def _registry() -> CollectorRegistry:
    """With several workers each counts into files, which are read together."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    return registry
