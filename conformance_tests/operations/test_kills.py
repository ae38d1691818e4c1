"""The end of a server that nobody tells: kill -9 of all its processes."""

import pytest
from load import Load

SOME = 40


@pytest.mark.parametrize("workers", [0, 2], ids=["alone", "workers"])
def test_what_was_answered_survives_a_kill(
    launch, site_of, database_url, redis_url, workers
):
    server = launch(database_url, workers, REDIS_URL=redis_url)
    with Load(site_of(server)) as load:
        load.wait_for_writes(SOME)
        server.kill()
        load.wait_for_trouble()
    assert load.refused == []
    again = launch(database_url, workers, REDIS_URL=redis_url)
    assert load.faults_at(site_of(again)) == []
