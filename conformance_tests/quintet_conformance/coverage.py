"""What of the specification no test has shown, read from the results of real runs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from quintet_conformance import outcomes
from quintet_conformance.openapi import Document
from quintet_conformance.problems import CODES
from quintet_conformance.requirements import Requirement

Json = Any


@dataclass(frozen=True)
class Recording:
    """What the checks of some runs named and received."""

    requirements: frozenset[str]
    answers: frozenset[tuple[str | None, int]]
    codes: frozenset[str]
    profiles: frozenset[str]

    @classmethod
    def of(cls, runs: Iterable[Json]) -> "Recording":
        """Gather the recordings of runs; a check that was not run shows nothing."""
        contents = list(runs)
        checks = [
            check
            for content in contents
            for check in content["checks"]
            if check["outcome"] != outcomes.NOT_RUN
        ]
        exchanges = [exchange for check in checks for exchange in check["exchanges"]]
        return cls(
            requirements=frozenset(
                name for check in checks for name in check["requirements"]
            ),
            answers=frozenset(
                (operation, status) for operation, status, _ in exchanges
            ),
            codes=frozenset(code for _, _, code in exchanges if code),
            profiles=frozenset(
                profile for content in contents for profile in content["profiles"]
            ),
        )


def gaps(
    document: Document, requirements: Iterable[Requirement], recording: Recording
) -> Iterator[str]:
    """Name each requirement, answer and problem code that no test has shown."""
    for requirement in requirements:
        if requirement.untestable or requirement.profile not in recording.profiles:
            continue
        if requirement.id not in recording.requirements:
            yield f"no test: {requirement.in_words()}"
    for operation in document.operations.values():
        for status in operation.responses:
            if (operation.id, status) not in recording.answers:
                yield f"no test received {status} from {operation.id}"
    for code in sorted(_expected_codes(document) - recording.codes):
        yield f"no test received the problem code {code}"


def _expected_codes(document: Document) -> set[str]:
    """Give the codes of all statuses but those that no request can be made to cause."""
    exempt = {
        status
        for operation in document.operations.values()
        for status in operation.shared_responses
    }
    return {code for status in CODES.keys() - exempt for code in CODES[status]}
