"""All implementations over one database: one must go on where another left off."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance.runner import databases
from quintet_conformance.runner.ensemble import (
    Part,
    bring_up,
    claims,
    gather,
    shared_services,
)
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.plan import SUITE
from quintet_conformance.runner.processes import Server, free_port
from quintet_conformance.runner.pytest_run import record, run_pytest
from quintet_conformance.runner.serving import serving, wait_for
from quintet_conformance.runner.stages import StageFailedError, Stages

TESTS = SUITE / "unison"


@dataclass(frozen=True)
class Place:
    """Where a session finds the specification, and leaves what it made."""

    spec: Path
    cache: Path
    reports: Path


def judge_together(
    manifests: Sequence[Manifest], place: Place, stages: Stages, further: list[str]
) -> None:
    """Serve one database by all of them and run the tests that cross over."""
    try:
        with ExitStack() as stack:
            directory = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="quintet-"))
            )
            urls = _set_up(manifests, directory, place, stages, stack)
            options = [f"--profile={profile}" for profile in claims(manifests)]
            options += further
            _run_tests(urls, directory / "mails", place, stages, options)
    except StageFailedError as failed:
        stages.say(f"given up at: {failed}")


def _set_up(
    manifests: Iterable[Manifest],
    directory: Path,
    place: Place,
    stages: Stages,
    stack: ExitStack,
) -> dict[str, str]:
    """Bring all up; give the URL of each."""
    settings = stack.enter_context(shared_services(directory / "mails"))
    parts = gather(manifests, directory, place.cache, settings, stages)
    bring_up(parts, stages)
    _load_again(parts[1:], stages, settings["DATABASE_URL"])
    servers = {
        part.manifest.name: stack.enter_context(_playing(part, place, stages))
        for part in parts
    }
    wait_for(servers, stages)
    return {name: server.url for name, server in servers.items()}


def _load_again(parts: Iterable[Part], stages: Stages, url: str) -> None:
    """Expect each to find the demo data as it would have loaded it."""
    before = databases.picture(url)
    for part in parts:
        name = part.manifest.name
        with stages.stage(f"{name} loads the demo data"):
            part.run("load_demo")
        after = databases.picture(url)
        changed = databases.differences(before, after)
        fault = f"changed: {', '.join(changed)}" if changed else ""
        stages.record(f"{name} finds the demo data loaded", fault)
        before = after


@contextmanager
def _playing(part: Part, place: Place, stages: Stages) -> Iterator[Server]:
    manifest, port = part.manifest, free_port()
    with serving(
        part.workplace,
        manifest.command("serve", port=port),
        port,
        name=manifest.name,
        log=place.reports / f"{stages.run}-{manifest.key}.log",
        stages=stages,
        settings={"PUBLIC_URL": f"http://127.0.0.1:{port}"},
        is_live=manifest.is_live,
    ) as server:
        yield server


def _run_tests(
    urls: dict[str, str],
    mailbox: Path,
    place: Place,
    stages: Stages,
    further: list[str],
) -> None:
    stages.say("judge")
    options = {
        "mailbox": mailbox,
        "spec": place.spec,
        "junitxml": place.reports / "junit" / f"{stages.run}-tests.xml",
    }
    parties = [f"--server={name}={url}" for name, url in urls.items()]
    status = run_pytest(TESTS, place.cache, options, [*parties, *further])
    record("judge", status, stages)
