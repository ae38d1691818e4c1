"""The command line of the runner: `python -m quintet_conformance`."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg

from quintet_conformance.report import Run, summary_line, write_reports
from quintet_conformance.runner.conformance import judge
from quintet_conformance.runner.databases import DATABASES
from quintet_conformance.runner.demo import DemoFailedError, Exhibit, show
from quintet_conformance.runner.environment import EnvironmentFailedError
from quintet_conformance.runner.fuzz import WITHOUT_LIMITS, fuzz
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.manifest import ManifestError, load_manifest
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.processes import CommandFailedError, ServerFailedError
from quintet_conformance.runner.specification import (
    faults_of_coverage,
    faults_of_files,
)

Parser = argparse.ArgumentParser
INTERRUPTED = 130
EXPLAINED = (
    CommandFailedError,
    DemoFailedError,
    EnvironmentFailedError,
    ManifestError,
    ServerFailedError,
    psycopg.OperationalError,
)


def main() -> int:
    """Run a command; what it does not know itself goes to the tool behind it."""
    arguments, further = _parser().parse_known_args()
    arguments.further = [option for option in further if option != "--"]
    try:
        status: int = arguments.action(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except EXPLAINED as error:
        print(error, file=sys.stderr)
        return 2
    return status


def run(arguments: argparse.Namespace) -> int:
    """Judge an implementation of this repository."""
    plan = _plan(arguments, arguments.directory, arguments.database)
    results = judge(plan)
    write_reports(plan.reports, plan.spec)
    print(summary_line(Run(results)))
    return 0 if results["is_passed"] or results["unavailable"] else 1


def spec(arguments: argparse.Namespace) -> int:
    """Check the specification, and by the newest results that tests cover it.

    Only results count that belong to the files as they are now; without any, the
    first implementation is judged here.
    """
    faults = list(faults_of_files(arguments.spec))
    plans = [
        _plan(arguments, directory, database)
        for directory in arguments.directories
        for database in DATABASES
    ]
    runs = [results for plan in plans if (results := plan.fresh_results())]
    if plans and not (faults or runs):
        print(f"no results of these files: judging {plans[0].name}", flush=True)
        runs = [judge(plans[0])]
    names = [Run(results).name for results in runs]
    print(f"coverage as recorded by: {'; '.join(names) or 'nothing'}")
    faults += faults_of_coverage(arguments.spec, runs) if runs else []
    print("\n".join(faults) or "the specification is sound and covered")
    return 1 if faults or not runs else 0


def fuzz_one(arguments: argparse.Namespace) -> int:
    """Send what Schemathesis thinks of to an implementation."""
    plan = _plan(arguments, arguments.directory, DATABASES[0])
    found = fuzz(
        replace(plan, purpose="fuzz", settings=WITHOUT_LIMITS), arguments.schemathesis
    )
    return 0 if found else 1


def demo(arguments: argparse.Namespace) -> int:
    """Show implementations, each on its port, until Ctrl-C."""
    exhibits = [
        Exhibit(load_manifest(Path(directory), arguments.spec), int(port))
        for directory, _, port in (each.rpartition(":") for each in arguments.exhibits)
    ]
    show(exhibits, arguments.spec, arguments.cache, arguments.data)
    return 0


def mail_sink(arguments: argparse.Namespace) -> int:
    """Store all mail in a folder until interrupted."""
    with MailSink(arguments.directory, arguments.port) as sink:
        print(f"SMTP_URL={sink.url}", flush=True)
        while True:
            time.sleep(3600)


def _plan(arguments: argparse.Namespace, directory: Path, database: str) -> Plan:
    return Plan(
        manifest=load_manifest(directory.resolve(), arguments.spec),
        database=database,
        spec=arguments.spec.resolve(),
        reports=arguments.reports.resolve(),
        cache=arguments.cache.resolve(),
        workers=arguments.workers,
        further=arguments.further,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="quintet-conformance")
    commands = parser.add_subparsers(required=True)

    def command(name: str, action: Callable[[argparse.Namespace], int]) -> Parser:
        added = commands.add_parser(name, help=action.__doc__)
        added.set_defaults(action=action, workers=0)
        return added

    judging = command("run", run)
    judging.add_argument("directory", type=Path, help="a folder with variant.toml")
    judging.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    judging.add_argument("--workers", type=int, default=0, help="in production mode")
    checking = command("spec", spec)
    checking.add_argument("directories", nargs="*", type=Path)
    fuzzing = command("fuzz", fuzz_one)
    fuzzing.add_argument("directory", type=Path)
    fuzzing.add_argument("--schemathesis", type=Path, default=Path("schemathesis"))
    showing = command("demo", demo)
    showing.add_argument("exhibits", nargs="+", metavar="FOLDER:PORT")
    showing.add_argument("--data", type=Path, default=Path(".demo"))
    for each in (judging, checking, fuzzing, showing):
        _add_places(each)
    sink = command("mail-sink", mail_sink)
    sink.add_argument("directory", type=Path)
    sink.add_argument("--port", type=int, default=2525)
    return parser


def _add_places(parser: Parser) -> None:
    add = parser.add_argument
    add("--spec", type=Path, default=SUITE.parent / "shared_spec")
    add("--reports", type=Path, default=Path("reports"))
    add("--cache", type=Path, default=Path(".nox/environments"))


if __name__ == "__main__":
    sys.exit(main())
