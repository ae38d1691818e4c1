"""Commands and servers of an implementation as processes."""

import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from quintet_conformance.runner.environment import Environment

COMMAND_SECONDS = 120
START_SECONDS = 60
STOP_SECONDS = 10
PAUSE = 0.05
FAULT = re.compile(r'Traceback \(most recent call last\)|"status":\s*5[0-9][0-9]\b')
SHOWN_LINES, SHOWN_LINE = 20, 500


class CommandFailedError(Exception):
    """A command of the implementation ended with an error."""


class ServerFailedError(Exception):
    """A server did not start, or not stop, as it should."""


@dataclass(frozen=True)
class Workplace:
    """Where an implementation runs: its copy, its environment, its settings."""

    directory: Path
    environment: Environment
    settings: dict[str, str]

    def run(self, command: list[str], **settings: str) -> str:
        """Run a command to its end and give what it printed."""
        finished = subprocess.run(
            self._resolved(command),
            cwd=self.directory,
            env=self.environment.variables({**self.settings, **settings}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if finished.returncode:
            shown = " ".join(command)
            msg = f"`{shown}` ended with {finished.returncode}:\n{finished.stdout}"
            raise CommandFailedError(msg)
        return finished.stdout

    def start(
        self, command: list[str], log: Path, **settings: str
    ) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own, its output in a file."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            return self._start(command, output, subprocess.STDOUT, settings)

    def start_apart(
        self, command: list[str], log: Path, errors: Path, **settings: str
    ) -> subprocess.Popen[bytes]:
        """Start a command likewise, what it says on stderr in a file of its own."""
        with log.open("wb") as output, errors.open("wb") as complaints:
            return self._start(command, output, complaints, settings)

    def _start(
        self,
        command: list[str],
        output: IO[bytes],
        errors: IO[bytes] | int,
        settings: dict[str, str],
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._resolved(command),
            cwd=self.directory,
            env=self.environment.variables({**self.settings, **settings}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )

    def _resolved(self, command: list[str]) -> list[str]:
        return [self.environment.executable(command[0]), *command[1:]]


class Server:
    """A running server, from /readyz to the end of its process."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self.log = log

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_ready():
            if self.process.poll() is not None:
                msg = f"ended with {self.process.returncode} at once:\n{self.tail()}"
                raise ServerFailedError(msg)
            if time.monotonic() > deadline:
                msg = f"not ready after {seconds} s:\n{self.tail()}"
                raise ServerFailedError(msg)
            time.sleep(PAUSE)

    def stop(self, seconds: float = STOP_SECONDS) -> float:
        """End it with SIGTERM and give the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            msg = f"still runs {seconds} s after SIGTERM:\n{self.tail()}"
            raise ServerFailedError(msg) from error
        finally:
            self.kill()
        return time.monotonic() - began

    def kill(self) -> None:
        """Leave no process of its group behind."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()

    def tail(self, lines: int = 30) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def faults_in_log(log: Path) -> str:
    """Quote tracebacks and answers of 5xx from a log of JSON lines."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [line[:SHOWN_LINE] for line in lines if FAULT.search(line)]
    return "\n".join(found[:SHOWN_LINES])
