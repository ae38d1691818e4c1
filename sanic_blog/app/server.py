"""The server: `python -m app.server`, for development and for production alike."""

import argparse
import logging.config
import multiprocessing
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from types import CodeType, FrameType
from typing import TYPE_CHECKING, cast

from sanic import Sanic
from sanic.worker.loader import AppLoader
from sanic.worker.manager import WorkerManager
from sanic_ext.extensions.health.monitor import HealthMonitor

from app.config import InvalidSettings, Settings, load_settings

if TYPE_CHECKING:
    from app.request import App

Handler = Callable[[int, FrameType | None], None]

START_SECONDS = 180  # A busy machine may need long.
STARTING = {WorkerManager.start.__code__, WorkerManager.wait_for_ack.__code__}
# In the midst of a fork the new process is not known yet, and would be left behind.
FORKING = BaseProcess.start.__code__
FORK_SECONDS = 0.05
STOP_SECONDS = 8  # more than a worker gives to what is in flight


def load_app() -> "App":
    """Each process calls this that does not share what another has loaded."""
    # prometheus-client decides when it is imported whether it counts into files.
    from app.logs import logging_config  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    settings = load_settings()
    logging.config.dictConfig(logging_config(settings))
    return create_app(settings)


def main() -> None:
    options = _read_options()
    try:
        settings = load_settings()
    except InvalidSettings as error:
        sys.exit(str(error))
    workers = _possible_workers(options.workers or 1, settings)
    if settings.secret_key is None:
        sys.stderr.write("SECRET_KEY is not set: tokens end with this server.\n")
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(32)  # for all processes
    with ExitStack() as at_the_end:
        if workers > 1:
            at_the_end.enter_context(_shared_metrics())
        _serve(options, workers, at_the_end.close)


def _serve(
    options: argparse.Namespace, workers: int, clean_up: Callable[[], None]
) -> None:
    from app.sockets import SocketProtocol  # noqa: PLC0415 - as in load_app

    app = load_app()
    is_alone = not (options.workers or options.reload)
    app.prepare(
        host=options.host,
        port=options.port,
        workers=workers,
        auto_reload=options.reload,
        protocol=SocketProtocol,
        single_process=is_alone,
        motd=False,
    )
    app.main_process_ready(lambda _app: _stop_in_order(app, clean_up))
    WorkerManager.THRESHOLD = START_SECONDS * 10  # in tenths
    if is_alone:
        Sanic.serve_single(app)
    elif options.reload:
        Sanic.serve(app, app_loader=AppLoader(factory=load_app))
    else:
        # Idiom: Sanic starts each worker anew, to import everything once more. Here
        # they share what has been imported; none has begun to serve by then.
        Sanic.start_method = "fork"
        HealthMonitor.setup(app)
        Sanic.serve(app)


def _stop_in_order(app: "App", clean_up: Callable[[], None]) -> None:
    # Idiom: of a SIGTERM that comes while the manager waits for its workers Sanic tells
    # them and then forgets: it goes on to wait, for ever.
    main, stop = os.getpid(), cast("Handler", signal.getsignal(signal.SIGTERM))

    def stop_everything(number: int, frame: FrameType | None) -> None:
        if os.getpid() != main:
            os._exit(0)  # in a worker that has not begun yet
        running = _running(frame)
        if FORKING in running:
            signal.signal(
                signal.SIGALRM, lambda _, later: stop_everything(number, later)
            )
            signal.setitimer(signal.ITIMER_REAL, FORK_SECONDS)
            return
        # Idiom: Sanic listens until its last worker has ended, and whoever calls
        # meanwhile waits for an answer that nobody gives.
        for server in app.state.server_info:
            server.settings["sock"].close()
        if STARTING & running:
            _stop_workers({process.pid for process in app.manager.processes})
            # An exception would have to pass what Sanic asks of those that ended.
            clean_up()
            os._exit(0)
        stop(number, frame)

    signal.signal(signal.SIGTERM, stop_everything)
    signal.signal(signal.SIGINT, stop_everything)


def _stop_workers(numbers: set[int | None]) -> None:
    """Lets those finish that serve already, while others have not begun."""
    children = multiprocessing.active_children()
    workers = [child for child in children if child.pid in numbers]
    for worker in workers:
        worker.terminate()
    end = time.monotonic() + STOP_SECONDS
    for worker in workers:
        worker.join(max(0, end - time.monotonic()))
    for child in children:
        child.kill()


def _running(frame: FrameType | None) -> set[CodeType]:
    running = set()
    while frame is not None:
        running.add(frame.f_code)
        frame = frame.f_back
    return running


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Workers count into files of one folder, so that each can tell all of it."""
    with tempfile.TemporaryDirectory(prefix="metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8005)
    parser.add_argument(
        "--workers", type=int, help="under Sanic's worker manager; without it one alone"
    )
    parser.add_argument(
        "--reload", action="store_true", help="restart when code changes"
    )
    return parser.parse_args()


def _possible_workers(wanted: int, settings: Settings) -> int:
    if wanted > 1 and settings.redis_url is None:
        sys.stderr.write(
            "Without REDIS_URL workers share neither counts nor events: starting one.\n"
        )
        return 1
    return wanted


if __name__ == "__main__":
    main()
