"""The command line of the runner: `python -m quintet_conformance`."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from quintet_conformance import commands
from quintet_conformance.runner.databases import DATABASES
from quintet_conformance.runner.demo import DemoFailedError
from quintet_conformance.runner.environment import EnvironmentFailedError
from quintet_conformance.runner.mail import LOOPBACK
from quintet_conformance.runner.manifest import ManifestError
from quintet_conformance.runner.plan import SUITE
from quintet_conformance.runner.processes import CommandFailedError, ServerFailedError

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
    # Whoever ends the runner wants its servers to end as well, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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


def _parser() -> Parser:
    parser = argparse.ArgumentParser(prog="quintet-conformance")
    known = parser.add_subparsers(required=True)

    def command(name: str, action: Callable[[argparse.Namespace], int]) -> Parser:
        added = known.add_parser(name, help=action.__doc__)
        added.set_defaults(action=action, workers=0)
        return added

    judging = command("run", commands.run)
    judging.add_argument("directory", type=Path, help="a folder with variant.toml")
    judging.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    judging.add_argument("--workers", type=int, default=0, help="in production mode")
    fuzzing = command("fuzz", commands.fuzz_one)
    fuzzing.add_argument("directory", type=Path)
    fuzzing.add_argument("--schemathesis", type=Path, default=Path("schemathesis"))
    looking = command("browser", commands.look)
    looking.add_argument("directory", type=Path)
    operating = command("operations", commands.operate)
    operating.add_argument("directory", type=Path)
    checking = command("spec", commands.spec)
    migrating = command("schema", commands.schema)
    crossing = command("unison", commands.unison)
    balancing = command("cluster", commands.cluster)
    comparing = command("compare-pages", commands.compare_pages)
    tabulating = command("matrix", commands.write_matrix)
    several = (checking, migrating, crossing, balancing, comparing, tabulating)
    for each in several:
        each.add_argument("directories", nargs="*", type=Path)
    for each in (checking, tabulating):
        each.add_argument("--readme", type=Path, required=each is tabulating)
    showing = command("demo", commands.demo)
    showing.add_argument("exhibits", nargs="+", metavar="FOLDER:PORT")
    showing.add_argument("--data", type=Path, default=Path(".demo"))
    showing.add_argument("--start", type=int, metavar="PORT", help="of a start page")
    one = (judging, fuzzing, looking, operating, showing)
    for each in (*one, *several):
        _add_places(each)
    sink = command("mail-sink", commands.mail_sink)
    sink.add_argument("directory", type=Path)
    sink.add_argument("--host", default=LOOPBACK, help="where servers reach it")
    sink.add_argument("--port", type=int, default=2525)
    return parser


def _add_places(parser: Parser) -> None:
    def add(option: str, default: Path) -> None:
        place = Path.resolve
        parser.add_argument(
            option, type=lambda text: place(Path(text)), default=place(default)
        )

    add("--spec", SUITE.parent / "shared_spec")
    add("--reports", Path("reports"))
    add("--cache", Path(".nox/environments"))


if __name__ == "__main__":
    sys.exit(main())
