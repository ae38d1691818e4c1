"""The address a request comes from, seen through the proxies that we trust."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from config.values import Network


def address_of(request: HttpRequest | Request) -> str:
    forwarded_for = [request.headers.get("X-Forwarded-For", "")]
    peer = request.META["REMOTE_ADDR"]
    return client_address(peer, forwarded_for, settings.TRUSTED_PROXIES)


def client_address(
    peer: str, forwarded_for: Iterable[str], trusted: Sequence[Network]
) -> str:
    """Reads `X-Forwarded-For` from the right while the hop is a trusted proxy."""
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    address = _parse(peer)
    while address and hops and any(address in network for network in trusted):
        hop = _parse(hops.pop())
        if hop is None:
            break
        address = hop
    return _counted(address) if address else "unknown"


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _counted(address: IPv4Address | IPv6Address) -> str:
    """One IPv6 subscriber has a /64 at least, which counts as one address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, 64), strict=False).network_address)
