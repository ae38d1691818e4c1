"""All implementations over one database: one must go on where another left off."""

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance.runner import databases, services
from quintet_conformance.runner.conformance import bytecode_kept
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.plan import SUITE
from quintet_conformance.runner.processes import Server, Workplace, free_port
from quintet_conformance.runner.serving import install, serving, wait_for
from quintet_conformance.runner.stages import StageFailedError, Stages

TESTS = SUITE / "unison"


@dataclass(frozen=True)
class Place:
    """Where a session finds the specification, and leaves what it made."""

    spec: Path
    cache: Path
    reports: Path


@dataclass(frozen=True)
class Part:
    """An implementation, installed and told of what all share."""

    manifest: Manifest
    workplace: Workplace

    def run(self, command: str) -> None:
        self.workplace.run(self.manifest.command(command))


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
            options = [*claims(manifests), *further]
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
    settings = stack.enter_context(_shared(directory / "mails"))
    parts = []
    for manifest in manifests:
        stages.say(f"copy and install {manifest.name}")
        workplace = install(manifest, directory / manifest.key, place.cache, settings)
        parts.append(Part(manifest, workplace))
    _fill(parts, stages, settings["DATABASE_URL"])
    servers = {
        part.manifest.name: stack.enter_context(_playing(part, place, stages))
        for part in parts
    }
    wait_for(servers, stages)
    return {name: server.url for name, server in servers.items()}


@contextmanager
def _shared(mailbox: Path) -> Iterator[dict[str, str]]:
    """One database, one Redis, one secret, one mail sink."""
    with services.postgres() as server, services.redis() as redis_url:
        port = free_port()
        with databases.fresh_postgres(server) as url, MailSink(mailbox, port) as sink:
            yield {
                "DATABASE_URL": url,
                "REDIS_URL": redis_url,
                "SECRET_KEY": secrets.token_urlsafe(48),
                "TRUSTED_PROXIES": "127.0.0.1",
                "SMTP_URL": sink.url,
                "MAIL_FROM": "blog@example.com",
                "LOG_FORMAT": "json",
            }


def _fill(parts: list[Part], stages: Stages, url: str) -> None:
    """The first one brings everything up; the others find it as they would make it."""
    first, *others = parts
    with stages.stage(f"{first.manifest.name} migrates and loads the demo data"):
        first.run("migrate")
        first.run("load_demo")
    for part in others:
        name, adoption = part.manifest.name, part.manifest.adoption
        with stages.stage(f"{name} takes the database over"):
            part.run(adoption)
        before = databases.picture(url)
        with stages.stage(f"{name} loads the demo data"):
            part.run("load_demo")
        changed = databases.differences(before, databases.picture(url))
        fault = f"changed: {', '.join(changed)}" if changed else ""
        stages.record(f"{name} finds the demo data loaded", fault)


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


def claims(manifests: Iterable[Manifest]) -> list[str]:
    """Name what all claim: only that can be asked of every one of them."""
    shared = set.intersection(*(set(each.profiles) for each in manifests))
    return [f"--profile={profile}" for profile in sorted(shared)]


def _run_tests(
    urls: dict[str, str],
    mailbox: Path,
    place: Place,
    stages: Stages,
    further: list[str],
) -> None:
    stages.say("judge")
    options = {
        "rootdir": SUITE,
        "mailbox": mailbox,
        "spec": place.spec,
        "junitxml": place.reports / "junit" / f"{stages.run}-tests.xml",
    }
    command = [
        *(sys.executable, "-m", "pytest", str(TESTS), "-q", "--no-header"),
        "-pno:cacheprovider",
        *(f"--{name}={value}" for name, value in options.items()),
        *(f"--server={name}={url}" for name, url in urls.items()),
        *further,
    ]
    environment = bytecode_kept(place.cache)
    finished = subprocess.run(command, check=False, cwd=SUITE, env=environment)
    status = finished.returncode
    stages.record("judge", f"pytest ended with {status}" if status else "")
