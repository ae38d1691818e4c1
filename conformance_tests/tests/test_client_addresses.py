"""Whose attempts are counted: the client's address as the proxies in front tell it.

One name is limited at one address; where that name is refused, the server took the
request for one of that address.
"""

import secrets
from dataclasses import dataclass

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Site, together

WRONG = "not the right password"
LOGIN_LIMIT = 10
PROXY = "127.0.0.1"
OTHER = "203.0.113.77"
PRIVATE = "10.0.0.1"
OTHER_FIELDS = {
    "X-Real-IP": "{address}",
    "X-Client-IP": "{address}",
    "True-Client-IP": "{address}",
    "CF-Connecting-IP": "{address}",
    "X-Cluster-Client-IP": "{address}",
    "X-Forwarded": "{address}",
    "X-Original-Forwarded-For": "{address}",
    "X-ProxyUser-Ip": "{address}",
    "Client-IP": "{address}",
    "Forwarded": "for={address}",
    "Via": "1.1 {address}",
}


@dataclass(frozen=True)
class Limited:
    """A name that is limited at an address."""

    site: Site
    address: str
    name: str

    def attempt(self, **headers: str) -> httpx.Response:
        client = self.site.anonymous().with_headers(headers)
        return client.login(username=self.name, password=WRONG)


def limited_at(site: Site, address: str) -> Limited:
    limited = Limited(site, address, names.username())
    headers = {"X-Forwarded-For": address}
    together(LOGIN_LIMIT, lambda _: limited.attempt(**headers))
    return limited


def network() -> str:
    """Give the first half of a documentation address: a /64 that nobody else uses."""
    return f"2001:db8:{secrets.randbelow(2**16):x}:{secrets.randbelow(2**16):x}"


@pytest.fixture(scope="module")
def limited(site: Site) -> Limited:
    return limited_at(site, names.address())


@pytest.fixture(scope="module")
def limited_network(site: Site) -> Limited:
    return limited_at(site, f"{network()}::1")


@pytest.mark.requirement("RATE-08")
@pytest.mark.parametrize(
    "forwarded",
    [
        "{address}",
        f"{{address}}, {PROXY}",
        f"{{address}},{PROXY}",
        f"{{address}} , {PROXY} ,{PROXY}",
        f"{OTHER}, {{address}}",
        f"{OTHER}, {{address}}, {PROXY}",
        f"{PRIVATE}, {{address}}",
        f"{PROXY}, {{address}}",
        f"{OTHER}, {PROXY}, {{address}}",
        "nonsense, {address}",
        ", {address}",
        "2001:db8::7, {address}",
    ],
)
def test_the_last_address_that_is_no_proxy_counts(
    limited: Limited, forwarded: str
) -> None:
    header = {"X-Forwarded-For": forwarded.format(address=limited.address)}
    expect_problem(limited.attempt(**header), 429, "rate_limited")


@pytest.mark.requirement("RATE-08")
@pytest.mark.parametrize("proxies", ["", f", {PROXY}"], ids=["no proxy", "a proxy"])
def test_an_address_further_left_does_not_count(limited: Limited, proxies: str) -> None:
    forwarded = f"{limited.address}, {names.address()}{proxies}"
    response = limited.attempt(**{"X-Forwarded-For": forwarded})
    expect_problem(response, 401, "invalid_credentials")


@pytest.mark.requirement("RATE-08")
@pytest.mark.parametrize("field", OTHER_FIELDS)
def test_no_other_field_hides_the_address(limited: Limited, field: str) -> None:
    other = OTHER_FIELDS[field].format(address=names.address())
    response = limited.attempt(**{"X-Forwarded-For": limited.address, field: other})
    expect_problem(response, 429, "rate_limited")


@pytest.mark.requirement("RATE-08")
def test_no_other_field_blames_an_address(limited: Limited) -> None:
    fields = {
        field: value.format(address=limited.address)
        for field, value in OTHER_FIELDS.items()
    }
    response = limited.attempt(**fields)
    expect_problem(response, 401, "invalid_credentials")


@pytest.mark.requirement("RATE-08")
@pytest.mark.parametrize(
    ("order", "status"), [(1, 429), (-1, 401)], ids=["last line", "first line"]
)
def test_several_lines_are_one_list(limited: Limited, order: int, status: int) -> None:
    lines = [names.address(), limited.address][::order]
    body = f'{{"username":"{limited.name}","password":"{WRONG}"}}'.encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    headers = [*fields.items(), ("X-Forwarded-For", lines[1])]
    client = Client(limited.site.connection, headers={"X-Forwarded-For": lines[0]})
    response = client.raw_request(
        "POST", "/api/v1/auth/login", headers=headers, body=body
    )
    assert response is not None
    assert response.status_code == status


@pytest.mark.requirement("RATE-08", "HTTP-15")
@pytest.mark.parametrize(
    "forwarded",
    [
        "",
        ",",
        "unknown",
        "nonsense",
        "999.1.1.1",
        "1.2.3",
        "100.64.0.1:8080",
        "[2001:db8::1]:8080",
        "fe80::1%eth0",
        "1" * 2000,
        ", ".join(["127.0.0.1"] * 100),
        "日本",
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_what_is_no_address_does_no_harm(site: Site, forwarded: str) -> None:
    client = site.anonymous()
    headers: dict[str, str | bytes | None] = {"X-Forwarded-For": forwarded.encode()}
    response = client.request_password_reset(email=names.email(), headers=headers)
    # All of them may be taken for the one address of the proxy, which has its limit.
    assert response.status_code in {202, 429}


@pytest.mark.requirement("RATE-09")
@pytest.mark.parametrize(
    "end",
    ["::1", "::2", ":ffff:ffff:ffff:ffff", ":0:0:0:1", ":8000::", ":1:2:3:4"],
)
def test_addresses_of_one_network_count_together(
    limited_network: Limited, end: str
) -> None:
    start = limited_network.address.removesuffix("::1")
    for address in (f"{start}{end}", f"{start}{end}".upper()):
        response = limited_network.attempt(**{"X-Forwarded-For": address})
        expect_problem(response, 429, "rate_limited")


@pytest.mark.requirement("RATE-09", "RATE-03")
@pytest.mark.parametrize("group", range(4))
def test_another_network_counts_by_itself(limited_network: Limited, group: int) -> None:
    groups = limited_network.address.removesuffix("::1").split(":")
    groups[group] = f"{int(groups[group], 16) ^ 1:x}"
    response = limited_network.attempt(**{"X-Forwarded-For": f"{':'.join(groups)}::1"})
    expect_problem(response, 401, "invalid_credentials")
