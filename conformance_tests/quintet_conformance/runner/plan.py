"""What one run judges, and with what."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quintet_conformance.runner.databases import POSTGRES
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.workspace import fingerprint

Json = Any
SUITE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Plan:
    """One implementation on one database."""

    manifest: Manifest
    database: str
    spec: Path
    reports: Path
    cache: Path
    workers: int = 0
    purpose: str = ""
    further: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        workers = f"{self.workers}-workers" if self.workers else ""
        parts = (self.manifest.key, self.database, workers, self.purpose)
        return "-".join(filter(None, parts))

    @property
    def has_redis(self) -> bool:
        """Several workers need one; live comments are judged with it and without."""
        speaks_over_it = self.manifest.is_live and self.database == POSTGRES
        return bool(self.workers) or speaks_over_it

    @property
    def results(self) -> Path:
        return self.reports / f"{self.name}.json"

    @property
    def junit(self) -> Path:
        return self.reports / "junit" / f"{self.name}.xml"

    def log(self, which: str) -> Path:
        return self.reports / f"{self.name}-{which}.log"

    def fresh_results(self) -> Json | None:
        """Give the results of a whole run of these very files, if there are any."""
        if not self.results.exists():
            return None
        results = json.loads(self.results.read_text(encoding="utf-8"))
        is_whole = not (results["unavailable"] or results["is_partial"])
        is_fresh = results["fingerprint"] == self.fingerprint()
        return results if is_whole and is_fresh else None

    def fingerprint(self) -> str:
        return fingerprint([self.spec, SUITE, self.manifest.directory])
