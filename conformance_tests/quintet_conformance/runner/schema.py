"""The migrations of all implementations against the storage specification.

Each brings up an empty PostgreSQL database, which is held against `storage.yaml`, and
takes over a copy of what each other one brought up, which must stay as it is.
"""

import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from quintet_conformance.runner import databases, services
from quintet_conformance.runner.catalogue import Catalogue, read_catalogue
from quintet_conformance.runner.databases import Picture, fresh_postgres, picture
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.processes import Workplace
from quintet_conformance.runner.serving import install
from quintet_conformance.runner.stages import StageFailedError, Stages
from quintet_conformance.runner.storage import Storage, differences

SECRET_KEY = "of databases that live for seconds only"  # noqa: S105  # and so is it
AT_ONCE = 2


@dataclass(frozen=True)
class Candidate:
    """An implementation and the database that it brings up."""

    manifest: Manifest
    workplace: Workplace

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def url(self) -> str:
        return self.workplace.settings["DATABASE_URL"]

    def at(self, url: str) -> "Candidate":
        settings = {**self.workplace.settings, "DATABASE_URL": url}
        return replace(self, workplace=replace(self.workplace, settings=settings))

    def run(self, command: str) -> None:
        self.workplace.run(self.manifest.command(command))


@dataclass(frozen=True)
class Migrated:
    """A candidate whose database is there, with the tables it keeps for itself."""

    candidate: Candidate
    tables_beside: frozenset[str]


@dataclass(frozen=True)
class Inspection:
    """What all candidates are held against."""

    storage: Storage
    expected: Catalogue
    server: str
    stages: Stages

    def compare(self, candidate: Candidate) -> Migrated | None:
        """Migrate an empty database and say how it differs from the specification."""
        with suppress(StageFailedError):  # recorded; the others go on
            with self.stages.stage(f"{candidate.name} migrates an empty database"):
                candidate.run("migrate")
            found = read_catalogue(candidate.url)
            faults = differences(self.storage, self.expected, found)
            self.stages.record(
                f"{candidate.name} makes the specified schema", "\n".join(faults)
            )
            beside = found.tables.keys() - self.expected.tables.keys()
            self.stages.say(
                f"{candidate.name} keeps beside it: {', '.join(sorted(beside))}"
            )
            return Migrated(candidate, frozenset(beside))
        return None

    def hand_over(self, pair: tuple[Migrated, Migrated]) -> None:
        """Let the second take over a copy of what the first brought up."""
        maker, taker = (migrated.candidate for migrated in pair)
        title = f"{taker.name} takes over the schema of {maker.name}"
        with (
            suppress(StageFailedError),  # as above
            fresh_postgres(self.server, like=maker.url) as url,
        ):
            before = self._specified(picture(url))
            commands = _commands(*pair)
            with self.stages.stage(f"{title}: {', '.join(commands)}"):
                for command in commands:
                    taker.at(url).run(command)
            changed = databases.differences(before, self._specified(picture(url)))
            fault = f"changed: {', '.join(changed)}" if changed else ""
            self.stages.record(f"{title} as it is", fault)

    def _specified(self, whole: Picture) -> Picture:
        tables = self.storage.tables
        schema = [row for row in whole["the schema"] if row[0] in tables]
        return {
            "the schema": schema,
            **{name: rows for name, rows in whole.items() if name in tables},
        }


def check_schema(
    manifests: Iterable[Manifest], spec: Path, cache: Path, stages: Stages
) -> None:
    """Record for each implementation, and each pair of them, what came out."""
    storage = Storage.load(spec)
    with ExitStack() as stack:
        enter = stack.enter_context
        server = enter(services.postgres())
        directory = Path(enter(tempfile.TemporaryDirectory(prefix="quintet-")))
        expected = storage.build(enter(fresh_postgres(server)))
        inspection = Inspection(storage, expected, server, stages)
        candidates = []
        for manifest in manifests:
            stages.say(f"copy and install {manifest.name}")
            url = enter(fresh_postgres(server))
            settings = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
            copy = directory / manifest.key
            candidates.append(
                Candidate(manifest, install(manifest, copy, cache, settings))
            )
        with ThreadPoolExecutor(AT_ONCE) as threads:
            migrated = filter(None, list(threads.map(inspection.compare, candidates)))
            list(threads.map(inspection.hand_over, permutations(migrated, 2)))


def _commands(maker: Migrated, taker: Migrated) -> list[str]:
    """A tool that finds the list it keeps itself need not be told anything."""
    if maker.tables_beside & taker.tables_beside:
        return ["migrate"]
    return list(dict.fromkeys([taker.candidate.manifest.adoption, "migrate"]))
