"""Sums up what all test runs left behind; needs the standard library alone."""

import json
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

KINDS = {"failure": "failed", "error": "failed", "skipped": "not passed"}


def count(directory: Path) -> Counter[str]:
    """Count the test cases of all files by what became of them."""
    counts: Counter[str] = Counter()
    for path in sorted(directory.glob("*.xml")):
        # The files are our own, written by the runs before.
        for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314
            children = {child.tag for child in case}
            found = next((KINDS[tag] for tag in KINDS if tag in children), "passed")
            counts[found] += 1
    return counts


def unavailable(reports: Path) -> list[str]:
    """Name the runs for which a database could not be had."""
    contents = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in sorted(reports.glob("*.json"))
    }
    return [
        f"{name}: NOT RUN: {content['unavailable']}"
        for name, content in contents.items()
        if content.get("unavailable")
    ]


def main() -> int:
    """Print one line; a failure, or no test at all, is an error."""
    reports = Path(sys.argv[1])
    counts = count(reports / "junit")
    others = counts["not passed"]
    rest = f", {others} not run or only advice" if others else ""
    for line in unavailable(reports):
        print(line)
    print(f"{counts['passed']} passed, {counts['failed']} failed{rest}")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
