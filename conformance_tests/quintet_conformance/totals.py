"""Sums up what all test runs left in JUnit files; needs the standard library alone."""

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


def main() -> int:
    """Print one line; a failure, or no test at all, is an error."""
    counts = count(Path(sys.argv[1]))
    others = counts["not passed"]
    rest = f", {others} not run or only advice" if others else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{rest}")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
