"""Writes down what a session found that judges several implementations at once."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from quintet_conformance import outcomes
from quintet_conformance.runner.stages import Stages

Json = Any


def write_results(stages: Stages, reports: Path, unavailable: str = "") -> bool:
    """Write a JSON and a JUnit file; tell whether nothing failed."""
    junit = reports / "junit" / f"{stages.run}.xml"
    junit.parent.mkdir(parents=True, exist_ok=True)
    content = {"unavailable": unavailable, "checks": stages.checks}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (reports / f"{stages.run}.json").write_text(f"{text}\n", encoding="utf-8")
    suite = ElementTree.Element("testsuite", name=stages.run)
    for check in stages.checks:
        _add_case(suite, check)
    ElementTree.ElementTree(suite).write(junit, "utf-8", xml_declaration=True)
    return all(check["outcome"] == outcomes.PASSED for check in stages.checks)


def _add_case(suite: ElementTree.Element, check: Json) -> None:
    case = ElementTree.SubElement(suite, "testcase")
    case.set("classname", "runner")
    case.set("name", check["id"].removeprefix("runner::"))
    case.set("time", str(check["seconds"]))
    if check["outcome"] != outcomes.PASSED:
        failure = ElementTree.SubElement(case, "failure", message=check["reason"])
        failure.text = check["detail"]
