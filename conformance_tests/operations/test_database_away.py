"""PostgreSQL is stopped while people write, and started again."""

import pytest
from load import Load

from quintet_conformance.site import together

SOME = 30
READERS = 4
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
            assert visitor.request("GET", "/").status_code in {503, 404}  # or no pages
            assert visitor.request("GET", "/healthz").status_code == 200
            assert visitor.request("GET", "/readyz").status_code == 503
        finally:
            postgres.start()
        server.wait_until_ready()
        load.wait_for_recovery(SOME)
    assert {response.status_code for response in load.refused} == {503}
    assert load.unanswered == []
    assert load.slowest < SECONDS
    assert load.faults_at(site) == []


def test_a_restart_that_nobody_sees(launch, site_of, postgres, postgres_url):
    visitor = site_of(launch(postgres_url)).anonymous()
    together(READERS, lambda _: visitor.list_posts())
    postgres.stop()
    postgres.start()
    answers = together(READERS, lambda _: visitor.list_posts())
    assert [answer.status_code for answer in answers] == [200] * READERS
