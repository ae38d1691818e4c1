"""Several implementations over one database, each installed and ready to serve."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance.runner import databases, services
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.processes import Workplace, free_port
from quintet_conformance.runner.serving import install
from quintet_conformance.runner.stages import Stages


@dataclass(frozen=True)
class Part:
    """An implementation, installed and told of what all share."""

    manifest: Manifest
    workplace: Workplace

    def run(self, command: str) -> None:
        self.workplace.run(self.manifest.command(command))


def claims(manifests: Iterable[Manifest]) -> list[str]:
    """Name what all claim: only that can be asked of every one of them."""
    return sorted(set.intersection(*(set(each.profiles) for each in manifests)))


@contextmanager
def shared_services(mailbox: Path) -> Iterator[dict[str, str]]:
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


def gather(
    manifests: Iterable[Manifest],
    directory: Path,
    cache: Path,
    settings: dict[str, str],
    stages: Stages,
) -> list[Part]:
    """Copy and install all of them."""
    parts = []
    for manifest in manifests:
        stages.say(f"copy and install {manifest.name}")
        workplace = install(manifest, directory / manifest.key, cache, settings)
        parts.append(Part(manifest, workplace))
    return parts


def bring_up(parts: Sequence[Part], stages: Stages) -> None:
    """The first one makes and fills the database; the others take it over."""
    first, *others = parts
    with stages.stage(f"{first.manifest.name} migrates and loads the demo data"):
        first.run("migrate")
        first.run("load_demo")
    for part in others:
        with stages.stage(f"{part.manifest.name} takes the database over"):
            part.run(part.manifest.adoption)
