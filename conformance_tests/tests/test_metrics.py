"""The metrics of a server, and who may see them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.second_server import METRICS_TOKEN
from quintet_conformance.site import Member, Site

Json = Any
Key = tuple[str, frozenset[tuple[str, str]]]
Series = Mapping[Key, float]
Counts = Callable[[], Series]

SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?P<labels>.*)\})? (?P<value>[^ ]+)( \d+)?"
)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
REQUESTS = "http_requests_total"
DURATION = "http_request_duration_seconds"
IN_DEVELOPMENT = pytest.mark.development("/metrics without a token")
STANDARD = {
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


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, f"not the Prometheus text format: {line!r}"
            labels = dict(LABEL.findall(match["labels"] or ""))
            yield match["name"], labels, float(match["value"])


def metrics(client: Client) -> Series:
    response = client.request("GET", "/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    return {
        (name, frozenset(labels.items())): value
        for name, labels, value in samples(response.text)
    }


@pytest.fixture
def counts(instances: list[Client]) -> Counts:
    """Add up what the servers behind the address count."""

    def add_up() -> Series:
        total: Counter[Key] = Counter()
        for instance in instances:
            total.update(metrics(instance))
        return total

    return add_up


def counted(series: Series, name: str, **wanted: str) -> float:
    return sum(
        value
        for (found, labels), value in series.items()
        if found == name and wanted.items() <= dict(labels).items()
    )


def values_of(series: Series, label: str) -> set[str]:
    return {dict(labels)[label] for (name, labels) in series if name == REQUESTS}


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
def test_requests_are_measured(anonymous: Client, counts: Counts) -> None:
    expect(anonymous.list_tags(), 200)
    series = counts()
    labels = {name: {each for each, _ in found} for name, found in series}
    assert labels[REQUESTS] == {"method", "route", "status"}
    assert labels[f"{DURATION}_count"] == {"method", "route"}
    assert labels[f"{DURATION}_sum"] == {"method", "route"}
    assert labels[f"{DURATION}_bucket"] == {"method", "route", "le"}


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
@pytest.mark.parametrize(
    ("name", "kind"), [(REQUESTS, "counter"), (DURATION, "histogram")]
)
def test_metrics_tell_their_kind(anonymous: Client, name: str, kind: str) -> None:
    lines = anonymous.request("GET", "/metrics").text.splitlines()
    assert f"# TYPE {name} {kind}" in lines


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
@pytest.mark.serial
def test_every_request_is_counted_once(
    anonymous: Client, together: Callable[..., list[Any]], counts: Counts
) -> None:
    name = names.username()
    anonymous.get_profile(name)
    before = counts()
    together(10, lambda _: anonymous.get_profile(name))
    after = counts()

    def grown(series: str, **labels: str) -> float:
        return counted(after, series, **labels) - counted(before, series, **labels)

    assert grown(REQUESTS, method="GET", status="404") == 10
    assert grown(f"{DURATION}_count", method="GET") == grown(REQUESTS, method="GET")
    assert grown(f"{DURATION}_sum", method="GET") > 0


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
@pytest.mark.serial
def test_what_leads_nowhere_is_unmatched(anonymous: Client, counts: Counts) -> None:
    before = counts()
    for _ in range(5):
        anonymous.request("GET", f"/api/v1/{names.word()}")
    after = counts()
    wanted = {"route": "unmatched", "method": "GET", "status": "404"}
    assert counted(after, REQUESTS, **wanted) - counted(before, REQUESTS, **wanted) == 5


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
@pytest.mark.serial
def test_another_method_is_counted_under_its_name(
    member: Member, counts: Counts
) -> None:
    before = counts()
    expect(member.create_todo(title="Walk"), 201)
    after = counts()
    wanted = {"method": "POST", "status": "201"}
    assert counted(after, REQUESTS, **wanted) - counted(before, REQUESTS, **wanted) == 1


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
def test_the_route_is_a_template(
    member: Member, anonymous: Client, new_post: Callable[..., Json], counts: Counts
) -> None:
    post, nowhere = new_post(member), names.word()
    todo = expect(member.create_todo(title="Walk"), 201)
    member.get_post(post["slug"])
    member.get_profile(member.username)
    member.get_todo(todo["id"])
    anonymous.request("GET", f"/api/v1/{nowhere}")
    anonymous.request("GET", f"/{nowhere}")
    routes = values_of(counts(), "route")
    secret = [post["slug"], member.username, str(todo["id"]), nowhere]
    assert [
        each for each in routes if any(part in each.split("/") for part in secret)
    ] == []
    assert routes - {"unmatched"}


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
def test_the_method_is_a_standard_one_or_other(
    anonymous: Client, counts: Counts
) -> None:
    for method in ("FOO", names.word(), "PROPFIND"):
        anonymous.raw_request(method, "/api/v1/tags")
    assert values_of(counts(), "method") <= STANDARD | {"other"}


@IN_DEVELOPMENT
@pytest.mark.requirement("OPS-06")
def test_the_status_is_a_number(anonymous: Client, counts: Counts) -> None:
    statuses = values_of(counts(), "status")
    assert [
        each for each in statuses if not re.fullmatch(r"[1-5][0-9][0-9]", each)
    ] == []


@pytest.mark.requirement("OPS-07")
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        f"Bearer {METRICS_TOKEN}x",
        f"Bearer {METRICS_TOKEN[:-1]}",
        f"Bearer {METRICS_TOKEN.upper()}",
        f"Basic {METRICS_TOKEN}",
        METRICS_TOKEN,
        "Bearer é",
    ],
)
def test_metrics_of_production_are_hidden(
    short_lived: Site, authorization: str | None
) -> None:
    headers = {"Authorization": authorization}
    response = short_lived.anonymous().request("GET", "/metrics", headers=headers)
    assert response.status_code == 404
    assert REQUESTS not in response.text


@pytest.mark.requirement("OPS-07", "OPS-06")
def test_metrics_of_production_need_their_token(short_lived: Site) -> None:
    client = short_lived.anonymous().with_token(METRICS_TOKEN)
    expect(client.request("GET", "/healthz"), 200)
    assert counted(metrics(client), REQUESTS) >= 1


@pytest.mark.requirement("OPS-07")
def test_a_users_token_shows_no_metrics(short_lived: Site, member: Member) -> None:
    client = short_lived.anonymous().with_token(member.access_token)
    assert client.request("GET", "/metrics").status_code == 404
