"""Servers are told to stop; those that are live have readers then."""

import sys
from pathlib import Path

import pytest

from quintet_conformance.runner.environment import Environment
from quintet_conformance.runner.processes import Workplace, free_port
from quintet_conformance.runner.serving import serving, wait_for
from quintet_conformance.runner.stages import Stages

SMALL = Path(__file__).with_name("live_server.py")
WITH_READERS = "runner::SIGTERM ends the small server although sockets are open"


@pytest.fixture
def outcomes_of(tmp_path):
    """Serve and stop; give what the runner noted."""

    def run(*slugs, is_live):
        port, stages = free_port(), Stages("small")
        workplace = Workplace(tmp_path, Environment(Path(sys.prefix)), {})
        server = serving(
            workplace,
            ["python", str(SMALL), str(port), *slugs],
            port,
            name="small",
            log=tmp_path / "log",
            stages=stages,
            settings={},
            is_live=is_live,
        )
        with server as running:
            wait_for({"small": running}, stages)
        assert running.process.poll() is not None
        return {check["id"]: check for check in stages.checks}

    return run


def test_a_server_is_stopped(outcomes_of):
    found = outcomes_of("known", is_live=False)
    assert found["runner::SIGTERM ends the small server"]["outcome"] == "passed"


def test_a_live_server_is_stopped_while_it_has_readers(outcomes_of):
    assert outcomes_of("known", is_live=True)[WITH_READERS]["outcome"] == "passed"


@pytest.mark.parametrize(
    ("slugs", "reason"),
    [
        (["403"], "no post can be followed: "),
        ([], "there is no post to follow"),
    ],
)
def test_a_live_server_without_readers_is_at_fault(outcomes_of, slugs, reason):
    check = outcomes_of(*slugs, is_live=True)[WITH_READERS]
    assert check["outcome"] == "failed"
    assert check["reason"].startswith(reason)
