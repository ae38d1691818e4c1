"""The test stand: an implementation installed, its database filled, its servers up."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance import second_server
from quintet_conformance.runner import databases, services
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.plan import Plan
from quintet_conformance.runner.processes import Server, Workplace, free_port
from quintet_conformance.runner.serving import install, serving, wait_for
from quintet_conformance.runner.stages import StageFailedError, Stages

ADMIN_USERNAME = "conformance_admin"
# Users that tests share sign in once; a run on a busy machine may outlast the default.
# The lifetime itself is tested at the second server.
LASTING = {"ACCESS_TOKEN_TTL": "7200"}


@dataclass(frozen=True)
class Stand:
    """The servers under test and what the tests need to know of them."""

    url: str
    second_url: str
    secret_key: str
    admin_password: str
    mailbox: Path
    instances: tuple[str, ...] = ()


@contextmanager
def set_up(plan: Plan, stages: Stages) -> Iterator[Stand]:
    """Bring everything up, and take it down again."""
    with ExitStack() as stack:
        enter = stack.enter_context
        directory = Path(enter(tempfile.TemporaryDirectory(prefix="quintet-")))
        mailbox, smtp_port = directory / "mails", free_port()
        settings = {
            "DATABASE_URL": enter(_database(plan, directory)),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "TRUSTED_PROXIES": "127.0.0.1",
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "MAIL_FROM": "blog@example.com",
            "LOG_FORMAT": "json",
            **LASTING,
            **plan.settings,
        }
        if plan.has_redis:
            settings["REDIS_URL"] = enter(services.redis())
        workplace = _install(plan, stages, directory / "copy", settings)
        admin_password = secrets.token_urlsafe(24)
        _fill(plan.manifest, stages, workplace, admin_password)
        enter(MailSink(mailbox, smtp_port))
        second = enter(_serving(plan, stages, workplace, "second"))
        main = enter(_serving(plan, stages, workplace, "main"))
        wait_for({"second": second, "main": main}, stages)
        key = settings["SECRET_KEY"]
        yield Stand(main.url, second.url, key, admin_password, mailbox)


@contextmanager
def _database(plan: Plan, directory: Path) -> Iterator[str]:
    if plan.database == databases.SQLITE:
        yield databases.sqlite_url(directory / "blog.db")
        return
    with services.postgres() as server, databases.fresh_postgres(server) as url:
        yield url


def _install(
    plan: Plan, stages: Stages, copy: Path, settings: dict[str, str]
) -> Workplace:
    with stages.stage("copy and install"):
        return install(plan.manifest, copy, plan.cache, settings)


def _fill(
    manifest: Manifest, stages: Stages, workplace: Workplace, admin_password: str
) -> None:
    _run_twice("migrate", manifest, stages, workplace)
    with suppress(StageFailedError):  # recorded; the tests need no demo data
        _run_twice("load_demo", manifest, stages, workplace)
    create_admin(manifest, workplace, stages, admin_password)


def create_admin(
    manifest: Manifest, workplace: Workplace, stages: Stages, password: str
) -> None:
    with stages.stage("create_admin"):
        workplace.run(
            manifest.command("create_admin"),
            ADMIN_USERNAME=ADMIN_USERNAME,
            ADMIN_EMAIL="conformance_admin@example.com",
            ADMIN_PASSWORD=password,
        )


def _run_twice(
    command: str, manifest: Manifest, stages: Stages, workplace: Workplace
) -> None:
    url = workplace.settings["DATABASE_URL"]
    with stages.stage(command):
        workplace.run(manifest.command(command))
        before = databases.picture(url)
    with stages.stage(f"{command} again"):
        workplace.run(manifest.command(command))
    changed = databases.differences(before, databases.picture(url))
    fault = f"a second run changes {', '.join(changed)}" if changed else ""
    stages.record(f"{command} again changes nothing", fault)


def _main_command(plan: Plan, port: int) -> list[str]:
    if plan.workers:
        return plan.manifest.command(
            "serve_production", port=port, workers=plan.workers
        )
    return plan.manifest.command("serve", port=port)


@contextmanager
def _serving(
    plan: Plan, stages: Stages, workplace: Workplace, which: str
) -> Iterator[Server]:
    port = free_port()
    if which == "second":
        command = plan.manifest.command("serve_production", port=port, workers=1)
        settings = second_server.SETTINGS
    else:
        command = _main_command(plan, port)
        settings = {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with serving(
        workplace,
        command,
        port,
        name=which,
        log=plan.log(which),
        stages=stages,
        settings=settings,
        is_live=plan.manifest.is_live,
    ) as server:
        yield server
