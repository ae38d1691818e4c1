"""SQLite has no room for a while, or may only be read."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from load import Load

from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.runner.processes import Server

SOME = 30
WRITE_VERSION = 18  # where the file says who may write it; 1 and 2 are known


def test_no_room_is_left_for_a_while(launch, site_of, sqlite_url):
    server = launch(sqlite_url)
    site = site_of(server)
    with Load(site) as load:
        load.wait_for_writes(SOME)
        with no_room(server, path_of(sqlite_url)):
            load.wait_for_trouble(SOME)
            assert load.faults_at(site) == []
        load.wait_for_recovery(SOME)
    assert {response.status_code for response in load.refused} == {503}
    assert load.unanswered == []
    assert load.faults_at(site) == []
    for member in load.members:
        written = [w.stored for w in load.written if w.member is member]
        posts = [stored for stored in written if "tags" in stored]
        found = items(member.list_posts, author=member.username, limit=100)
        stored = [{"title": post["title"], "tags": post["tags"]} for post in found]
        assert stored == posts[::-1]  # the newest comes first


def test_a_database_that_can_only_be_read(launch, site_of, sqlite_url):
    server = launch(sqlite_url)
    site = site_of(server)
    member = site.new_member()
    post = site.new_post(member)
    server.stop()
    forbid_writing(path_of(sqlite_url))
    connection = site_of(launch(sqlite_url)).connection
    again = Client(connection, headers=member.headers)
    for _ in range(2):
        assert expect(again.get_post(post["slug"]), 200) == post
        refused = again.create_post(title="Never", body="stored", tags=["never"])
        expect_problem(refused, 503, "unavailable")
        expect_problem(again.like_post(post["slug"]), 503, "unavailable")
    login = again.login(username=member.username, password=member.password)
    expect_problem(login, 503, "unavailable")
    assert items(again.list_drafts) == []


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def no_room(server: Server, path: Path) -> Iterator[None]:
    """Let no file of the server's grow beyond what SQLite's journal has now."""
    size = path.with_name(f"{path.name}-wal").stat().st_size
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    pids = processes(server)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def processes(server: Server) -> list[int]:
    """List the processes of a server: all are of one group."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if group_of(pid) == server.process.pid]


def group_of(pid: int) -> int:
    with suppress(ProcessLookupError):
        return os.getpgid(pid)
    return 0


def forbid_writing(path: Path) -> None:
    """Mark the file as one that only a newer SQLite may write, and this one read.

    It holds for whoever asks: permissions are no bar to the administrator.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(WRITE_VERSION)
        file.write(b"\x03")
