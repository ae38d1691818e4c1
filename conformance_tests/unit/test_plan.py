"""What a run is given, by what the implementation claims."""

from pathlib import Path

import pytest

from quintet_conformance.runner.ensemble import claims
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.plan import Plan

NOWHERE = Path("nowhere")


def manifest_of(*profiles):
    return Manifest(NOWHERE / "small_blog", "Small", profiles, commands={})


@pytest.mark.parametrize(
    ("profiles", "database", "workers", "has_redis"),
    [
        (("api", "web"), "sqlite", 0, False),
        (("api", "web"), "postgres", 0, False),
        (("api", "web"), "postgres", 4, True),
        (("api", "web", "live"), "sqlite", 0, False),
        (("api", "web", "live"), "postgres", 0, True),
        (("api", "web", "live"), "sqlite", 2, True),
    ],
)
def test_a_redis_is_there_for_workers_and_on_one_database_for_events(
    profiles, database, workers, has_redis
):
    manifest, places = manifest_of(*profiles), (NOWHERE, NOWHERE, NOWHERE)
    plan = Plan(manifest, database, *places, workers=workers)
    assert plan.has_redis is has_redis


def test_of_several_only_what_all_claim_is_asked():
    all_of_it, less = manifest_of("api", "web", "live"), manifest_of("web", "api")
    assert claims([all_of_it, less]) == ["api", "web"]
    assert "live" in claims([all_of_it])
