"""What a run was told about the server, read from the command line of pytest."""

from dataclasses import dataclass
from pathlib import Path

import pytest

PROFILES = ("api", "web", "live")


@dataclass(frozen=True)
class Settings:
    """The options of one run."""

    base_url: str | None
    short_url: str | None
    instances: tuple[str, ...]
    admin_username: str | None
    admin_password: str | None
    secret_key: str | None
    mailbox: Path | None
    spec: Path
    profiles: frozenset[str]
    known_failures: frozenset[str]
    is_in_production: bool
    is_behind_proxy: bool
    report: Path | None

    @classmethod
    def of(cls, config: pytest.Config) -> "Settings":
        option = config.getoption
        spec = option("--spec") or config.rootpath.parent / "shared_spec"
        return cls(
            base_url=option("--base-url"),
            short_url=option("--short-url"),
            instances=tuple(option("--instance")),
            admin_username=option("--admin-username"),
            admin_password=option("--admin-password"),
            secret_key=option("--secret-key"),
            mailbox=option("--mailbox"),
            spec=spec,
            profiles=frozenset(option("--profile") or PROFILES),
            known_failures=frozenset(option("--known-failure")),
            is_in_production=option("--production"),
            is_behind_proxy=option("--behind-proxy"),
            report=option("--report"),
        )


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "judging a server by its answers")
    add = group.addoption
    add("--base-url", metavar="URL", help="the server, as http://127.0.0.1:9000")
    add("--admin-username", metavar="NAME", help="an active admin of the server")
    add("--admin-password", metavar="PASSWORD", help="the password of that admin")
    add("--secret-key", metavar="KEY", help="SECRET_KEY, for forged tokens")
    add(
        "--short-url",
        metavar="URL",
        help="a second server on the same data with the short settings of the README",
    )
    add(
        "--instance",
        action="append",
        default=[],
        metavar="URL",
        help="a server behind that address, when there are several; may be repeated",
    )
    add(
        "--mailbox",
        metavar="DIR",
        type=Path,
        help="where the mail sink stores what the server sends",
    )
    add(
        "--production",
        action="store_true",
        help="the server runs with ENVIRONMENT=production",
    )
    add(
        "--behind-proxy",
        action="store_true",
        help="a proxy stands before the server, and refuses some things by itself",
    )
    add("--spec", metavar="DIR", type=Path, help="the specification [../shared_spec]")
    add(
        "--profile",
        action="append",
        choices=PROFILES,
        help="a profile that the server claims; may be repeated [all]",
    )
    add(
        "--known-failure",
        action="append",
        default=[],
        metavar="CHECK",
        help="a check that is expected to fail; may be repeated",
    )
    add("--report", metavar="FILE", type=Path, help="where to write the results (JSON)")
