"""Several processes behind one port: started, watched and stopped together."""

import os
import shutil
import signal
import tempfile
from typing import IO

from tornado.process import fork_processes
from tornado.util import import_object


def start_workers(number: int) -> IO[bytes]:
    """Returns in each worker, with a pipe that ends when the worker shall end.

    The process that was started stays behind, replaces workers that die, and exits when
    all have come to their end.
    """
    # Workers count into files of one folder, so that each can tell all of it.
    folder = tempfile.mkdtemp(prefix="metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    import_object("app.main")  # once for all, but not before the line above
    # Idiom: `fork_processes` keeps the numbers of its children to itself and passes no
    # signal on. A pipe that only the parent holds open tells them of its end as well.
    reading_end, writing_end = os.pipe()
    reader, writer = os.fdopen(reading_end, "rb"), os.fdopen(writing_end, "wb")
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: writer.close())
    parent = os.getpid()
    try:
        fork_processes(number)
    finally:
        if os.getpid() == parent:
            shutil.rmtree(folder)
    writer.close()
    return reader
