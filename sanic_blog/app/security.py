"""Passwords, access tokens and random tokens. Nothing here knows of HTTP or SQL."""

import asyncio
import hashlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Literal
from uuid import UUID, uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from jwt.types import Options
from pydantic import BaseModel, ConfigDict, Field

from app.errors import InvalidToken
from app.validation import MAX_ID, IdDigits

ALGORITHM = "HS256"
OPTIONS: Options = {"verify_iat": False}  # A clock may be a little behind ours.
CLOCK_SKEW_SECONDS = 60
# What PyJWT lets through when a header or a claim is of a type it does not expect.
MALFORMED = (ValueError, TypeError, OverflowError, RecursionError)

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# As many threads as hashing can use: more would only slow the other requests down.
_hashing_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hashing")
_unknown_user_hash = hasher.hash(secrets.token_urlsafe())


async def hash_password(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hashing_threads, hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Does the same work when there is no such user, who then has no hash."""
    loop = asyncio.get_running_loop()
    known = password_hash or _unknown_user_hash
    matches = await loop.run_in_executor(_hashing_threads, _verify, known, password)
    return matches and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    return hasher.check_needs_rehash(password_hash)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class AccessToken(BaseModel):
    """The claims of an access token; all are needed, none is converted."""

    model_config = ConfigDict(strict=True)

    iss: Literal["quintet"]
    sub: Annotated[int, IdDigits, Field(le=MAX_ID)]
    sid: Annotated[UUID, Field(strict=False)]
    ver: int
    iat: int
    exp: int
    jti: str


def encode_access_token(
    user_id: int, family_id: UUID, token_version: int, *, key: bytes, ttl: int
) -> str:
    now = int(time.time())
    payload = {
        "iss": "quintet",
        "sub": str(user_id),
        "sid": str(family_id),
        "ver": token_version,
        "iat": now,
        "exp": now + ttl,
        "jti": uuid4().hex,
    }
    return jwt.encode(payload, key, ALGORITHM)


def decode_access_token(token: str, key: bytes) -> AccessToken:
    """Raises InvalidToken for whatever is not a valid token of the form above."""
    try:
        decoded = jwt.decode_complete(token, key, [ALGORITHM], options=OPTIONS)
        claims = AccessToken.model_validate(decoded["payload"])
    except (jwt.InvalidTokenError, *MALFORMED) as error:
        raise InvalidToken from error
    if "crit" in decoded["header"] or claims.iat > time.time() + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    return claims
