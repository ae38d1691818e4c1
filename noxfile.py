"""Everything that proves the project, and the demo: `nox -l` lists it."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
SUITE = ROOT / "conformance_tests"
SPEC = ROOT / "shared_spec"
REPORTS = ROOT / "reports"
README = ["--readme", str(ROOT / "README.md")]
ENVIRONMENTS = ROOT / ".nox" / "environments"
MAKE_ENVIRONMENT = SUITE / "quintet_conformance" / "runner" / "environment.py"

# In this order everywhere: ports of the demo, columns of tables.
NAMES = ("django", "flask", "fastapi", "tornado", "sanic")
VARIANTS = {
    name: ROOT / f"{name}_blog"
    for name in NAMES
    if (ROOT / f"{name}_blog" / "variant.toml").exists()
}
PROJECTS = {"conformance": SUITE, **VARIANTS}
# pytest hands tests their arguments: these need no types. Two folders that have a
# conftest.py each cannot be one program.
RELAXED = ["--allow-untyped-defs", "--allow-incomplete-defs", "--allow-untyped-calls"]
TYPE_CHECKED = {
    "conformance": [
        ["quintet_conformance", "../noxfile.py"],
        [*RELAXED, "unit"],
        [*RELAXED, "--disable-error-code=possibly-undefined", "tests"],
        [*RELAXED, "unison"],
        [*RELAXED, "browser"],
        [*RELAXED, "operations"],
    ]
}
DATABASES = ("sqlite", "postgres")
START_PAGE = 8000
DEMO_PORTS = {name: START_PAGE + 1 + place for place, name in enumerate(NAMES)}
STOP_SECONDS = 15.0
LOCKED = re.compile(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[^\s;]+( ; .+)?")

# Python versions are the machine's business: nothing is downloaded behind its back.
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
nox.needs_version = ">=2025.2.9"
nox.options.download_python = "never"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    *("lint", "typecheck", "unit", "schema", "unison", "cluster"),
    *("conformance", "fuzz", "spec"),
]

GROUPS = nox.project.load_toml(ROOT / "pyproject.toml")
each_variant = nox.parametrize(
    "variant", [nox.param(name, id=name) for name in VARIANTS]
)
each_variant_with_pages = nox.parametrize(
    "variant",
    [
        nox.param(name, id=name)
        for name, folder in VARIANTS.items()
        if "web" in nox.project.load_toml(folder / "variant.toml")["profiles"]
    ],
)
each_project = nox.parametrize(
    "project", [nox.param(name, id=name) for name in PROJECTS]
)
each_run = nox.parametrize(
    "variant, database",
    [
        nox.param(name, database, id=f"{name}, {database}")
        for name in VARIANTS
        for database in DATABASES
    ],
)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff's rules and format, and locks that name versions and nothing else."""
    session.install(*nox.project.dependency_groups(GROUPS, "lint"))
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []), ".")
    session.run("ruff", "format", *([] if fix else ["--check"]), ".")
    for lock in sorted(ROOT.glob("*/requirements*.lock")):
        check_lock(session, lock)


@nox.session(venv_backend="none")
@each_project
def typecheck(session: nox.Session, project: str) -> None:
    """Mypy, strict, of each project in its development environment."""
    scripts = development_environment(session, project)
    session.chdir(PROJECTS[project])
    for targets in TYPE_CHECKED.get(project, [["."]]):
        session.run(f"{scripts}/mypy", *targets, external=True)


@nox.session(venv_backend="none")
@each_project
def unit(session: nox.Session, project: str) -> None:
    """Each project's own tests."""
    junit = f"--junitxml={REPORTS / 'junit' / f'unit-{project}.xml'}"
    if project == "conformance":
        scripts = suite_environment(session)
        tests = [f"{scripts}/pytest", str(SUITE / "unit"), "-n2"]
    else:
        scripts = development_environment(session, project)
        manifest = nox.project.load_toml(VARIANTS[project] / "variant.toml")
        program, *arguments = manifest["commands"]["test"]
        tests = [f"{scripts}/{program}", *arguments]
        session.chdir(VARIANTS[project])
    session.env["PYTEST_ADDOPTS"] = junit
    session.run(*tests, *session.posargs, external=True)


@nox.session(venv_backend="none")
@each_run
def conformance(session: nox.Session, variant: str, database: str) -> None:
    """The conformance suite on a variant: `-- --workers 4`, `-- -k expression`."""
    options = ["--database", database, *session.posargs]
    quintet(session, "run", str(VARIANTS[variant]), *options)
    skip_if_not_run(session, f"{variant}-{database}*.json")


@nox.session(venv_backend="none")
def schema(session: nox.Session) -> None:
    """The migrations of all variants against the storage specification."""
    quintet(session, "schema", *map(str, VARIANTS.values()))
    skip_if_not_run(session, "schema.json")


@nox.session(venv_backend="none")
def unison(session: nox.Session) -> None:
    """All variants over one database: users, tokens, cursors and bytes of each."""
    quintet(session, "unison", *map(str, VARIANTS.values()), *session.posargs)
    skip_if_not_run(session, "unison.json")


@nox.session(venv_backend="none")
def cluster(session: nox.Session) -> None:
    """All variants behind one address, each request to the next: `-- -k refresh`."""
    quintet(session, "cluster", *map(str, VARIANTS.values()), *session.posargs)
    skip_if_not_run(session, "cluster.json")


@nox.session(venv_backend="none")
@each_variant
def operations(session: nox.Session, variant: str) -> None:
    """Settings, stops and faults: servers are killed, databases go away."""
    quintet(session, "operations", str(VARIANTS[variant]), *session.posargs)
    skip_if_not_run(session, f"{variant}-operations.json")


@nox.session(venv_backend="none")
def spec(session: nox.Session) -> None:
    """The specification in itself, and that the tests cover all of it."""
    quintet(session, "spec", *README, *map(str, VARIANTS.values()))


@nox.session(venv_backend="none", default=False)
def matrix(session: nox.Session) -> None:
    """Write the README's matrix from the newest runs, the tree and measurements."""
    quintet(session, "matrix", *README, *map(str, VARIANTS.values()))


@nox.session(venv_backend="none")
@each_variant
def fuzz(session: nox.Session, variant: str) -> None:
    """Schemathesis on the OpenAPI document, from a fixed seed."""
    lock = SUITE / "requirements-fuzz.lock"
    scripts = environment(session, "fuzz", lock)
    options = ["--schemathesis", f"{scripts}/schemathesis", *session.posargs]
    quintet(session, "fuzz", str(VARIANTS[variant]), *options)


@nox.session(venv_backend="none", default=False)
@each_variant_with_pages
def browser(session: nox.Session, variant: str) -> None:
    """The pages in a real Chromium: journeys, axe-core, keyboard, screenshots."""
    scripts = suite_environment(session, "requirements-browser.lock")
    options = [str(VARIANTS[variant]), *session.posargs]
    quintet(session, "browser", *options, scripts=scripts)
    skip_if_not_run(session, f"{variant}-sqlite-browser.json")


@nox.session(venv_backend="none", default=False)
def compare_pages(session: nox.Session) -> None:
    """Where the pages of the variants differ, by what the browser runs left."""
    quintet(session, "compare-pages", *map(str, VARIANTS.values()))


@nox.session(venv_backend="none", default=False)
def demo(session: nox.Session) -> None:
    """All variants with demo data and a start page, or one: `-- fastapi`."""
    chosen = session.posargs or list(VARIANTS)
    if unknown := set(chosen) - set(VARIANTS):
        session.error(f"no such variant: {', '.join(sorted(unknown))}")
    exhibits = [f"{VARIANTS[name]}:{DEMO_PORTS[name]}" for name in chosen]
    start = [] if session.posargs else ["--start", str(START_PAGE)]
    quintet(session, "demo", "--data", str(ROOT / ".demo"), *start, *exhibits)


def environment(session: nox.Session, name: str, lock: Path, *options: str) -> str:
    """Give the programs of an environment that sessions share.

    nox would install the same lock anew for each of twenty sessions; these are made
    once for each lock and Python, and found again at once.
    """
    session.log(f"environment of {lock.relative_to(ROOT)}")
    command = [interpreter(session), str(MAKE_ENVIRONMENT), name, str(lock), *options]
    command += ["--cache", str(ENVIRONMENTS)]
    printed = session.run(*command, silent=True, log=False, external=True)
    return str(printed).strip().splitlines()[-1]


def interpreter(session: nox.Session) -> str:
    """Find the Python that `--force-python` names, else take the one nox runs on."""
    if not isinstance(session.python, str):
        return sys.executable
    known_as = (session.python, f"python{session.python}")
    found = next(filter(None, map(shutil.which, known_as)), None)
    return found or session.error(f"no such Python: {session.python}")


def suite_environment(session: nox.Session, lock: str = "requirements.lock") -> str:
    return environment(session, "conformance", SUITE / lock, "--project", str(SUITE))


def development_environment(session: nox.Session, project: str) -> str:
    lock = PROJECTS[project] / "requirements-dev.lock"
    return environment(session, f"{project}-dev", lock)


def quintet(
    session: nox.Session, command: str, *arguments: str, scripts: str = ""
) -> None:
    """Run a command of the conformance runner."""
    scripts = scripts or suite_environment(session)
    options = ["--spec", str(SPEC), "--reports", str(REPORTS)]
    options += ["--cache", str(ENVIRONMENTS)]
    runner = [f"{scripts}/python", "-m", "quintet_conformance", command]
    session.run(
        *runner,
        *options,
        *arguments,
        external=True,
        # Ctrl-C reaches the runner too, which then stops its servers in good order.
        interrupt_timeout=STOP_SECONDS,
        terminate_timeout=STOP_SECONDS,
    )


def skip_if_not_run(session: nox.Session, pattern: str) -> None:
    """Say at the end that a session could not have what it needs."""
    newest = max(REPORTS.glob(pattern), key=lambda file: file.stat().st_mtime)
    if reason := json.loads(newest.read_text(encoding="utf-8"))["unavailable"]:
        session.skip(f"NOT RUN: {reason}")


def check_lock(session: nox.Session, lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    if odd := [line for line in lines if not LOCKED.fullmatch(line)]:
        session.error(f"{lock.relative_to(ROOT)} holds more than versions: {odd}")
