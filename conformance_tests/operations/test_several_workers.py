"""Several workers of a production server: one count, one log, one life."""

import itertools
import re
from collections import Counter

import httpx
import psutil
import pytest
from crew import PATIENCE, lines, new_line, wait_until

from quintet_conformance import names

TOKEN = "t0ken-of-the-metrics"  # of these tests alone
REQUESTS = 25
COUNTED = "/healthz"
SERIES = ("http_requests_total", "http_request_duration_seconds_count")
SAMPLE = re.compile(r"(\w+)\{(.*)\} (\S+)")


@pytest.fixture
def production(launch, sqlite_url, redis_url):
    """Start workers as in production, with what several need."""

    def start(workers: int, **settings: str):
        settings = {"METRICS_TOKEN": TOKEN, "REDIS_URL": redis_url, **settings}
        return launch(sqlite_url, workers, ENVIRONMENT="production", **settings)

    return start


def test_all_answers_are_counted_although_a_worker_dies(production):
    server = production(3)
    with lines(server, 3) as calls:
        for call in calls * REQUESTS:
            assert call.http.get(COUNTED).status_code == 200
        for call in calls:
            wait_until_counted(call, 3 * REQUESTS)
        dead, *living = calls
        kill(dead.worker)
        for call in living * REQUESTS:
            assert call.http.get(COUNTED).status_code == 200
        for call in living:
            wait_until_counted(call, 5 * REQUESTS)
    with lines(server, 3) as calls:
        assert dead.worker.pid not in {call.worker.pid for call in calls}
        for call in calls:
            assert call.http.get(COUNTED).status_code == 200
        for call in calls:
            wait_until_counted(call, 5 * REQUESTS + 3)


def test_the_site_goes_on_while_a_worker_is_dead(production):
    server = production(2)
    with lines(server, 2) as (dead, _):
        kill(dead.worker)
        for _ in range(REQUESTS):
            answer = httpx.get(f"{server.url}/api/v1/posts", trust_env=False)
            assert answer.status_code == 200
    with lines(server, 2) as calls:
        assert dead.worker.pid not in {call.worker.pid for call in calls}


def test_without_redis_there_is_one_worker(production):
    server = production(3, REDIS_URL="")
    calls = [new_line(server) for _ in range(REQUESTS)]
    workers = {call.worker.pid for call in calls}
    for call in calls:
        call.http.close()
    assert len(workers) == 1
    told = server.log.read_text(encoding="utf-8").splitlines()
    assert len([line for line in told if "Without REDIS_URL" in line]) == 1


def test_workers_share_the_limits(production):
    limit = 5
    server = production(2, LOGIN_RATE_LIMIT=f"{limit}/hour")
    account = {"username": names.username(), "password": names.PASSWORD}
    with lines(server, 2) as calls:
        answers = [
            call.http.post(
                "/api/v1/auth/login",
                json=account,
                headers={"X-Forwarded-For": "100.64.0.1"},
            )
            for call in itertools.islice(itertools.cycle(calls), 2 * limit)
        ]
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {401: limit, 429: limit}


def wait_until_counted(call, expected):
    """See both series of this line's worker reach a number, and not pass it."""
    wait_until(lambda: min(counts(call)) >= expected, f"{expected} are counted")
    assert counts(call) == [expected, expected]


def counts(call):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    text = call.http.get("/metrics", headers=bearer).text
    found = dict.fromkeys(SERIES, 0.0)
    for name, labels, value in SAMPLE.findall(text):
        if name in found and f'route="{COUNTED}"' in labels:
            found[name] += float(value)
    return list(found.values())


def kill(worker):
    worker.kill()
    _, alive = psutil.wait_procs([worker], timeout=PATIENCE)
    assert not alive
