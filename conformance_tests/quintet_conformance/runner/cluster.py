"""All implementations behind one address: each request goes to the next of them."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance import second_server
from quintet_conformance.runner.balancer import Balancer
from quintet_conformance.runner.databases import POSTGRES
from quintet_conformance.runner.ensemble import (
    Part,
    bring_up,
    claims,
    gather,
    shared_services,
)
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.processes import Server, free_port
from quintet_conformance.runner.serving import serving, wait_for
from quintet_conformance.runner.stages import Stages
from quintet_conformance.runner.stand import LASTING, Stand, create_admin
from quintet_conformance.runner.unison import Place
from quintet_conformance.runner.workspace import fingerprint

NAME = "cluster"
# Whoever signs in at a page holds a cookie of that framework's own session; a load
# balancer sends them where they came from. Tokens are everybody's.
PROFILES = {"api", "live"}


@dataclass(frozen=True)
class Cluster(Plan):
    """What is asked of several implementations as if they were one."""

    members: tuple[Manifest, ...] = ()

    @property
    def name(self) -> str:
        return NAME

    def fingerprint(self) -> str:
        folders = (member.directory for member in self.members)
        return fingerprint([self.spec, SUITE, *folders])


@dataclass(frozen=True)
class Row:
    """Servers, and the balancer before them."""

    balancer: Balancer
    servers: dict[str, Server]


def cluster_of(
    manifests: Sequence[Manifest], place: Place, further: list[str]
) -> Cluster:
    profiles = [each for each in claims(manifests) if each in PROFILES]
    whole = Manifest(Path(NAME), "All behind one address", tuple(profiles), commands={})
    return Cluster(
        manifest=whole,
        database=POSTGRES,
        spec=place.spec,
        reports=place.reports,
        cache=place.cache,
        further=further,
        members=tuple(manifests),
    )


@contextmanager
def set_up_cluster(plan: Cluster, stages: Stages) -> Iterator[Stand]:
    """Bring up two sets of servers, each behind a balancer, and take them down."""
    with ExitStack() as stack:
        enter = stack.enter_context
        directory = Path(enter(tempfile.TemporaryDirectory(prefix="quintet-")))
        mailbox = directory / "mails"
        settings = {**enter(shared_services(mailbox)), **LASTING}
        parts = gather(plan.members, directory, plan.cache, settings, stages)
        # The last one begins, so that Django takes over what Alembic made: `unison`
        # runs over a database that came about the other way round.
        bring_up(parts[::-1], stages)
        password = secrets.token_urlsafe(24)
        create_admin(parts[0].manifest, parts[0].workplace, stages, password)
        second = enter(_behind_one_address(plan, parts, stages, is_second=True))
        main = enter(_behind_one_address(plan, parts, stages, is_second=False))
        wait_for({**second.servers, **main.servers}, stages)
        yield Stand(
            main.balancer.url,
            second.balancer.url,
            settings["SECRET_KEY"],
            password,
            mailbox,
            tuple(server.url for server in main.servers.values()),
        )
        requests = main.balancer.requests + second.balancer.requests
        stages.say(f"{requests} requests went round")


@contextmanager
def _behind_one_address(
    plan: Cluster, parts: Sequence[Part], stages: Stages, *, is_second: bool
) -> Iterator[Row]:
    ports = [free_port() for _ in parts]
    with ExitStack() as stack:
        balancer = stack.enter_context(Balancer(ports))
        servers = {}
        for part, port in zip(parts, ports, strict=True):
            manifest = part.manifest
            suffix = " second" if is_second else ""
            servers[f"{manifest.name}{suffix}"] = stack.enter_context(
                serving(
                    part.workplace,
                    _command(manifest, port, is_second=is_second),
                    port,
                    name=f"{manifest.name}{suffix}",
                    log=plan.log(f"{manifest.key}{suffix.replace(' ', '-')}"),
                    stages=stages,
                    settings=second_server.SETTINGS
                    if is_second
                    else {"PUBLIC_URL": balancer.url},
                )
            )
        yield Row(balancer, servers)


def _command(manifest: Manifest, port: int, *, is_second: bool) -> list[str]:
    if is_second:
        return manifest.command("serve_production", port=port, workers=1)
    return manifest.command("serve", port=port)
