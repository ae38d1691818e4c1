"""Access tokens made by hand: a library would refuse to make the bad ones."""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from typing import Any

DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}

Json = Any


def claims_of(token: str) -> dict[str, Json]:
    """Read the claims without looking at the signature."""
    payload = token.split(".")[1]
    padded = payload + "=" * (-len(payload) % 4)
    claims: dict[str, Json] = json.loads(base64.urlsafe_b64decode(padded))
    return claims


class Forger:
    """Signs whatever it is given with the server's key, or another."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(
        self,
        token: str,
        *,
        algorithm: str = "HS256",
        key: str | None = None,
        header: dict[str, Json] | None = None,
        without: Collection[str] = (),
        **claims: Json,
    ) -> str:
        """Vary a real token: other claims, header fields, algorithm or key."""
        fields = {"alg": algorithm, "typ": "JWT", **(header or {})}
        varied = {**claims_of(token), **claims}
        kept = {name: varied[name] for name in varied if name not in without}
        signed = f"{_encoded(fields)}.{_encoded(kept)}"
        secret = self.key if key is None else key
        return f"{signed}.{_signature(signed, algorithm, secret)}"


def _encoded(value: Json) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode("ascii"))


def _signature(signed: str, algorithm: str, key: str) -> str:
    if algorithm not in DIGESTS:
        return ""
    digest = getattr(hashlib, DIGESTS[algorithm])
    return _base64(hmac.digest(key.encode(), signed.encode(), digest))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
