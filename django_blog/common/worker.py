"""How gunicorn's workers serve: by uvicorn, which knows WebSocket, too."""

import logging
import signal
import sys
from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker

# Idiom: gunicorn has an ASGI worker of its own, which sends no pings and waits for idle
# connections until it is killed.


class Worker(UvicornWorker):  # type: ignore[misc]  # it has no types
    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "ws_max_size": 4096,
        "ws_ping_interval": 20,
        "ws_per_message_deflate": False,  # It would hold memory for each socket.
        "timeout_graceful_shutdown": 4,  # Gunicorn kills a worker after five seconds.
        "server_header": False,
        # The application looks through proxies itself, and logs requests itself.
        "proxy_headers": False,
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

    def init_signals(self) -> None:
        """Lets Python end in order; uvicorn ends with the signal that it was sent."""
        super().init_signals()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
