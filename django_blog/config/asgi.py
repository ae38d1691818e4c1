"""What gunicorn runs: requests are for Django, sockets for Channels."""

import os

import django
from channels.routing import ProtocolTypeRouter
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# Idiom: whatever knows a model can be imported when Django knows the apps.
from blog.urls import sockets  # noqa: E402
from common.handler import Handler, Receive, Scope, Send  # noqa: E402
from common.live import live  # noqa: E402
from common.sockets import Handshakes  # noqa: E402


async def lifespan(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    async with live.opened():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {"http": Handler(), "websocket": Handshakes(sockets), "lifespan": lifespan}
)
resolve("/healthz")  # Django would import the views at the first request, which waits.
