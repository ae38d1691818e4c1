"""Prometheus counters, summed over all workers of one server."""

import os
from hmac import compare_digest

from django.conf import settings
from django.http import HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.request import Request

from common.errors import NotFound
from common.views import OpenView

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer.", ["method", "route"]
)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, status).inc()
    DURATION.labels(method, route).observe(seconds)


class MetricsView(OpenView):
    def get(self, request: Request) -> HttpResponse:
        if settings.IN_PRODUCTION and not _has_token(request):
            raise NotFound
        return HttpResponse(generate_latest(_registry()), CONTENT_TYPE_LATEST)


def _has_token(request: Request) -> bool:
    if settings.METRICS_TOKEN is None:
        return False
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    return compare_digest(given.encode(errors="replace"), expected.encode())


def _registry() -> CollectorRegistry:
    """With several workers each counts into files, which are read together."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # has no types
    return registry
