"""What the commands of `python -m quintet_conformance` do."""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from quintet_conformance.report import Run, summary_line, write_reports
from quintet_conformance.requirements import load_requirements
from quintet_conformance.runner import browser, matrix
from quintet_conformance.runner.cluster import cluster_of, set_up_cluster
from quintet_conformance.runner.conformance import judge
from quintet_conformance.runner.databases import DATABASES
from quintet_conformance.runner.demo import show
from quintet_conformance.runner.exhibit import Exhibit
from quintet_conformance.runner.fuzz import WITHOUT_LIMITS, fuzz
from quintet_conformance.runner.inventory import Inventory
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.manifest import Manifest, load_manifest
from quintet_conformance.runner.matrix import Column
from quintet_conformance.runner.measurement import Measurement, measure
from quintet_conformance.runner.operations import judge_operations
from quintet_conformance.runner.plan import Plan
from quintet_conformance.runner.results import write_results
from quintet_conformance.runner.schema import check_schema
from quintet_conformance.runner.specification import faults_of_coverage, faults_of_files
from quintet_conformance.runner.stages import Stages
from quintet_conformance.runner.unavailable import ServiceUnavailableError
from quintet_conformance.runner.unison import Place, judge_together

Arguments = argparse.Namespace
Json = Any
AT_LEAST = 2


def run(arguments: Arguments) -> int:
    """Judge an implementation of this repository."""
    plan = _plan(arguments, arguments.directory, arguments.database)
    return _finish(plan, judge(plan))


def spec(arguments: Arguments) -> int:
    """Check the specification, and by the newest results that tests cover it.

    Only results count that belong to the files as they are now; without any, the
    first implementation is judged here.
    """
    faults = list(faults_of_files(arguments.spec))
    plans = _plans(arguments)
    runs = [results for plan in plans if (results := plan.fresh_results())]
    if plans and not (faults or runs):
        print(f"no results of these files: judging {plans[0].name}", flush=True)
        runs = [judge(plans[0])]
    names = [Run(results).name for results in runs]
    print(f"coverage as recorded by: {'; '.join(names) or 'nothing'}")
    faults += faults_of_coverage(arguments.spec, runs) if runs else []
    if arguments.readme:
        expected = _matrix(arguments, plans, missing=matrix.ANYTHING)
        faults += matrix.faults_of_matrix(arguments.readme, expected)
    print("\n".join(faults) or "the specification is sound and covered")
    return 1 if faults or not runs else 0


def schema(arguments: Arguments) -> int:
    """Compare the migrations of implementations with the storage specification."""

    def check(stages: Stages) -> None:
        manifests = list(_manifests(arguments))
        check_schema(manifests, arguments.spec, arguments.cache, stages)

    return _several(arguments, "schema", check)


def unison(arguments: Arguments) -> int:
    """Judge implementations that share one database by what crosses over."""

    def check(stages: Stages) -> None:
        manifests = list(_manifests(arguments))
        if len(manifests) < AT_LEAST:
            stages.say("one alone is in unison with itself: nothing to do")
            return
        place = Place(arguments.spec, arguments.cache, arguments.reports)
        judge_together(manifests, place, stages, arguments.further)

    return _several(arguments, "unison", check)


def cluster(arguments: Arguments) -> int:
    """Judge implementations behind one address, each request by the next of them."""
    place = Place(arguments.spec, arguments.cache, arguments.reports)
    plan = cluster_of(list(_manifests(arguments)), place, arguments.further)
    return _finish(plan, judge(plan, set_up_cluster))


def look(arguments: Arguments) -> int:
    """Look at the pages of an implementation in a real browser."""
    plan = _plan(arguments, arguments.directory, DATABASES[0])
    plan = replace(plan, purpose="browser")
    return _several(arguments, plan.name, lambda stages: browser.look(plan, stages))


def operate(arguments: Arguments) -> int:
    """Judge how an implementation is operated: settings, ends, faults around it."""
    plan = replace(_plan(arguments, arguments.directory, ""), purpose="operations")
    return _several(arguments, plan.name, lambda found: judge_operations(plan, found))


def compare_pages(arguments: Arguments) -> int:
    """Tell where the pages of implementations differ, by what the browser runs left."""
    keys = [manifest.key for manifest in _manifests(arguments)]
    return 0 if browser.compare(arguments.reports, keys) else 1


def write_matrix(arguments: Arguments) -> int:
    """Write the table of the README from the newest runs, the tree and measurements.

    Runs of other files than those that are here now count as not run.
    """
    plans = _plans(arguments)
    measured = {}
    for manifest in _manifests(arguments):
        print(f"measure {manifest.name}", flush=True)
        measured[manifest.key] = measure(manifest, arguments.cache)
    lines = _matrix(arguments, plans, measured, missing="not run")
    matrix.write(arguments.readme, lines)
    print("\n".join(lines))
    return 0


def fuzz_one(arguments: Arguments) -> int:
    """Send what Schemathesis thinks of to an implementation."""
    plan = _plan(arguments, arguments.directory, DATABASES[0])
    found = fuzz(
        replace(plan, purpose="fuzz", settings=WITHOUT_LIMITS), arguments.schemathesis
    )
    return 0 if found else 1


def demo(arguments: Arguments) -> int:
    """Show implementations, each on its port, until Ctrl-C."""
    exhibits = [
        Exhibit(load_manifest(Path(directory), arguments.spec), int(port))
        for directory, _, port in (each.rpartition(":") for each in arguments.exhibits)
    ]
    show(exhibits, arguments.spec, arguments.cache, arguments.data, arguments.start)
    return 0


def mail_sink(arguments: Arguments) -> int:
    """Store all mail in a folder until interrupted."""
    with MailSink(arguments.directory, arguments.port, arguments.host) as sink:
        print(f"SMTP_URL={sink.url}", flush=True)
        while True:
            time.sleep(3600)


def _finish(plan: Plan, results: Json) -> int:
    write_reports(plan.reports, plan.spec)
    print(summary_line(Run(results)))
    return 0 if results["is_passed"] or results["unavailable"] else 1


def _several(arguments: Arguments, name: str, check: Callable[[Stages], None]) -> int:
    """Judge several at once; without a database say so, which is no failure."""
    stages, unavailable = Stages(name), ""
    try:
        check(stages)
    except ServiceUnavailableError as error:
        unavailable = str(error)
        stages.say(f"NOT RUN: {unavailable}")
    return 0 if write_results(stages, arguments.reports, unavailable) else 1


def _matrix(
    arguments: Arguments,
    plans: list[Plan],
    measured: Mapping[str, Measurement] | None = None,
    *,
    missing: str,
) -> list[str]:
    columns = [
        Column(
            Inventory(manifest),
            [
                results
                for plan in plans
                if plan.manifest == manifest
                and (results := plan.fresh_results())
                and (missing != matrix.ANYTHING or matrix.is_steady(results))
            ],
            (measured or {}).get(manifest.key),
        )
        for manifest in _manifests(arguments)
    ]
    requirements = load_requirements(arguments.spec / "requirements").values()
    return matrix.render(columns, list(requirements), missing=missing)


def _manifests(arguments: Arguments) -> Iterator[Manifest]:
    for directory in arguments.directories:
        yield load_manifest(directory.resolve(), arguments.spec)


def _plans(arguments: Arguments) -> list[Plan]:
    return [
        _plan(arguments, directory, database)
        for directory in arguments.directories
        for database in DATABASES
    ]


def _plan(arguments: Arguments, directory: Path, database: str) -> Plan:
    return Plan(
        manifest=load_manifest(directory.resolve(), arguments.spec),
        database=database,
        spec=arguments.spec,
        reports=arguments.reports,
        cache=arguments.cache,
        workers=arguments.workers,
        further=arguments.further,
    )
