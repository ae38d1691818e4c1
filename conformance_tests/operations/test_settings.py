"""Settings that stop a start, and settings that do not."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from quintet_conformance.cases import cases
from quintet_conformance.runner.processes import Server, free_port

SECONDS = 60  # A busy machine may need long to import everything.
COMMANDS = ("serve", "serve_production")
ALL = cases("settings")
REFUSED = [case for case in ALL if "refused" in case.values[0]]
ACCEPTED = [case for case in ALL if "accepted" in case.values[0]]


@pytest.fixture
def start(implementation, sqlite_url, tmp_path):
    """Start a server with these settings, those that are null not there at all."""
    servers = []

    def start(command: str, settings: dict[str, str | None]) -> tuple[Server, Path]:
        port, log, errors = free_port(), tmp_path / "log", tmp_path / "errors"
        usual = {**implementation.workplace.settings, "DATABASE_URL": sqlite_url}
        given = {**usual, **settings}
        workplace = replace(
            implementation.workplace,
            settings={name: text for name, text in given.items() if text is not None},
        )
        argv = implementation.manifest.command(command, port=port, workers=2)
        process = workplace.start_apart(argv, log, errors)
        servers.append(Server(process, f"http://127.0.0.1:{port}", log))
        return servers[-1], errors

    yield start
    for server in servers:
        server.kill()


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_setting_stops_the_start(start, case):
    # Both commands read them alike: each case is for one of them.
    in_production = "ENVIRONMENT" in case["settings"]
    server, errors = start(COMMANDS[in_production], case["settings"])
    assert exit_status(server.process) not in (0, None), "it runs"
    printed = errors.read_text(encoding="utf-8")
    name, _, advice = printed.partition(": ")
    assert name == case["refused"]
    assert advice.strip()
    assert len(printed.splitlines()) == 1, printed
    everything = printed + server.log.read_text(encoding="utf-8")
    assert "Traceback" not in everything
    assert case.get("hidden", "Traceback") not in everything


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", ACCEPTED)
def test_a_right_setting_is_taken(start, case, command):
    server, errors = start(command, case["settings"])
    server.wait_until_ready()
    assert "Traceback" not in errors.read_text(encoding="utf-8")


def exit_status(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return None
