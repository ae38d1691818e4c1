"""Access tokens and random tokens. Nothing here knows of HTTP or SQL."""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import jwt
from jwt.types import Options

from common.errors import InvalidToken
from common.validation import MAX_ID

ALGORITHM = "HS256"
ISSUER = "quintet"
OPTIONS: Options = {"verify_iat": False}  # A clock may be a little behind ours.
CLOCK_SKEW_SECONDS = 60
ID = re.compile("[1-9][0-9]{0,18}")
# What PyJWT lets through when a header or a claim is of a type it does not expect.
MALFORMED = (ValueError, TypeError, KeyError, OverflowError, RecursionError)
CLAIM_TYPES = {
    "iss": str,
    "sub": str,
    "sid": str,
    "ver": int,
    "iat": int,
    "exp": int,
    "jti": str,
}


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the claims of a valid access token say."""

    user_id: int
    family_id: UUID
    token_version: int


def encode_access_token(token: AccessToken, *, key: bytes, ttl: int) -> str:
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "sub": str(token.user_id),
        "sid": str(token.family_id),
        "ver": token.token_version,
        "iat": now,
        "exp": now + ttl,
        "jti": uuid4().hex,
    }
    return jwt.encode(payload, key, ALGORITHM)


def decode_access_token(token: str, key: bytes) -> AccessToken:
    """Raises InvalidToken for whatever is not a valid token of the form above."""
    try:
        decoded = jwt.decode_complete(token, key, [ALGORITHM], options=OPTIONS)
        if "crit" in decoded["header"]:
            raise InvalidToken
        return _read_claims(decoded["payload"])
    except (jwt.InvalidTokenError, *MALFORMED) as error:
        raise InvalidToken from error


def _read_claims(claims: dict[str, Any]) -> AccessToken:
    """All claims are needed, none is converted; raises ValueError for a wrong one."""
    for name, kind in CLAIM_TYPES.items():
        if type(claims[name]) is not kind:
            raise ValueError(name)
    if claims["iss"] != ISSUER or claims["iat"] > time.time() + CLOCK_SKEW_SECONDS:
        raise ValueError(claims)
    if not ID.fullmatch(claims["sub"]) or int(claims["sub"]) > MAX_ID:
        raise ValueError(claims["sub"])
    return AccessToken(int(claims["sub"]), UUID(claims["sid"]), claims["ver"])
