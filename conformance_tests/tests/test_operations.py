"""Health, readiness, documentation, and the hosts a server answers for."""

import re
from urllib.parse import urlsplit

import httpx
import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.site import Site
from quintet_conformance.wire import head

EVIL = "evil.example"


@pytest.mark.requirement("OPS-01")
def test_the_server_is_alive(anonymous: Client) -> None:
    response = anonymous.request("GET", "/healthz")
    assert expect(response, 200) == {"status": "ok"}
    assert response.content == b'{"status":"ok"}'


@pytest.mark.requirement("OPS-01", "OPS-02")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_does_not_depend_on_the_caller(anonymous: Client, path: str) -> None:
    headers = {"Authorization": "Bearer not.a.token", "Accept": "text/html"}
    expect(anonymous.request("GET", path, headers=headers), 200)


@pytest.mark.requirement("OPS-02")
def test_the_server_is_ready(anonymous: Client) -> None:
    expect(anonymous.request("GET", "/readyz"), 200)


@pytest.mark.requirement("OPS-01", "OPS-02")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_health_is_only_read(anonymous: Client, path: str, method: str) -> None:
    assert anonymous.request(method, path).status_code == 405


@pytest.mark.requirement("OPS-05")
def test_the_documentation_loads_nothing_from_elsewhere(anonymous: Client) -> None:
    response = anonymous.request("GET", "/api/docs")
    assert response.status_code in {200, 404}
    if response.status_code == 200:
        loaded = re.findall(
            r'(?:src|href|url)\s*[=(:]\s*["\']?([^"\'\s)>]+)', response.text
        )
        assert [each for each in loaded if urlsplit(each).netloc] == []
        assert "unsafe-inline" not in script_policy(response)


def script_policy(response: httpx.Response) -> str:
    policy = response.headers["Content-Security-Policy"]
    return " ".join(
        part
        for part in policy.split(";")
        if part.strip().startswith(("script", "default"))
    )


@pytest.mark.requirement("OPS-05")
def test_what_the_documentation_loads_is_there(instances: list[Client]) -> None:
    for client in instances:
        page = client.request("GET", "/api/docs")
        loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(/[^"]+)"', page.text)
        statuses = {path: client.request("GET", path).status_code for path in loaded}
        assert {path: each for path, each in statuses.items() if each != 200} == {}


@pytest.mark.requirement("OPS-11")
@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"{EVIL}:80",
        f"127.0.0.1.{EVIL}",
        "127.0.0.2",
        "[::1]",
        f"{EVIL}/127.0.0.1",
        f"127.0.0.1@{EVIL}",
        "xblog.example",
    ],
)
@pytest.mark.parametrize(
    "path", ["/api/v1/posts", "/api/v1/me", "/api/v1/openapi.json"]
)
def test_another_host_is_refused(short_lived: Site, path: str, host: str) -> None:
    """Name no path to the contract: the body is of the server's choice."""
    written = head("GET", path, [("Host", host), ("Connection", "close")])
    response = short_lived.anonymous().raw("GET", "/", [written])
    assert response is not None
    assert response.status_code == 400
    assert EVIL not in response.headers.get("Location", "")


@pytest.mark.requirement("OPS-11")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_any_host(short_lived: Site, path: str) -> None:
    response = short_lived.anonymous().request("GET", path, headers={"Host": EVIL})
    expect(response, 200)


@pytest.mark.requirement("OPS-11")
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "blog.example"])
def test_an_allowed_host_is_served(short_lived: Site, host: str) -> None:
    response = short_lived.anonymous().list_tags(headers={"Host": host})
    expect(response, 200)


@pytest.mark.requirement("OPS-11")
@pytest.mark.parametrize("field", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_other_fields_name_no_host(short_lived: Site, field: str) -> None:
    value = f"host={EVIL}" if field == "Forwarded" else EVIL
    expect(short_lived.anonymous().list_tags(headers={field: value}), 200)
