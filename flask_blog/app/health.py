"""Probes: whether the process is alive, and whether it can do its work."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from flask import Blueprint
from sqlalchemy import text

from app.errors import Unavailable
from app.extensions import db, limiter

blueprint = Blueprint("health", __name__)
PROBE_SECONDS = 2
# One thread: while a probe hangs there is no use in another.
_probes = ThreadPoolExecutor(1, "probe")


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> dict[str, str]:
    """Raises Unavailable while the database or the configured Redis does not answer."""
    probe = _probes.submit(copy_context().run, _probe)
    try:
        probe.result(PROBE_SECONDS)
    except TimeoutError as error:
        probe.cancel()
        raise Unavailable from error
    return {"status": "ok"}


def _probe() -> None:
    with db.reading() as reader:
        reader.execute(text("SELECT 1"))
    if not limiter.is_ready():
        raise Unavailable
