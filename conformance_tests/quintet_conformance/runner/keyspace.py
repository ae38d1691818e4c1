"""A database of a shared Redis server that belongs to one run alone."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

import valkey

CLAIM = "quintet-conformance"
# A run that was killed leaves its claim behind.
CLAIM_SECONDS = 7_200


class NoFreeDatabaseError(Exception):
    """All databases of the server hold something, or cannot be reached."""


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """Give the URL of an empty database, and empty it again in the end.

    The number that the URL names is the first that is tried. What holds anything is
    somebody's and is left alone.
    """
    own = _claim(url)
    try:
        yield own
    finally:
        with valkey.Valkey.from_url(own) as client:
            client.flushdb()


def _claim(url: str) -> str:
    parts = urlsplit(url)
    for number in count(int(parts.path.strip("/") or 0)):
        tried = parts._replace(path=f"/{number}").geturl()
        try:
            with valkey.Valkey.from_url(tried) as client:
                if _claimed(client):
                    return tried
        except valkey.ResponseError as error:
            msg = "none of its databases is empty: an own one is needed"
            raise NoFreeDatabaseError(msg) from error
        except valkey.ValkeyError as error:
            raise NoFreeDatabaseError(str(error)) from error
    raise AssertionError  # the count has no end


def _claimed(client: valkey.Valkey) -> bool:
    """Take the database if it is empty; of two who try at once one gets it."""
    if client.dbsize():
        return False
    mine = secrets.token_hex(8)
    if not client.set(CLAIM, mine, nx=True, ex=CLAIM_SECONDS):
        return False
    if client.dbsize() == 1:
        return True
    client.delete(CLAIM)
    return False
