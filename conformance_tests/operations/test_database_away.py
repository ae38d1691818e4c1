"""PostgreSQL is stopped while people write, and started again."""

import pytest
from load import Load

SOME = 30
SECONDS = 5.0


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_goes_and_comes(launch, site_of, postgres, postgres_url, mode):
    server = launch(postgres_url)
    site = site_of(server)
    visitor = site.anonymous()
    with Load(site) as load:
        load.wait_for_writes(SOME)
        postgres.stop(mode)
        try:
            load.wait_for_trouble(SOME)
            assert visitor.list_posts().status_code == 503
            assert visitor.request("GET", "/healthz").status_code == 200
            assert visitor.request("GET", "/readyz").status_code == 503
        finally:
            postgres.start()
        server.wait_until_ready()
        load.wait_for_writes(SOME)
        refused = len(load.refused)
        load.wait_for_writes(SOME)
        assert len(load.refused) == refused
    assert {response.status_code for response in load.refused} == {503}
    assert load.unanswered == []
    assert load.slowest < SECONDS
    assert load.faults_at(site) == []
