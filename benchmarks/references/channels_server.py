"""Django Channels: a consumer that joins one group, as the feature that this project answers was built.

CHANNEL_LAYER=memory|redis://… python -m daphne -b 127.0.0.1 -p PORT channels_server:application
"""

import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

LAYER = os.environ["CHANNEL_LAYER"]
MEMORY = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
REDIS = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [LAYER]}}

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for the benchmark only",
    CHANNEL_LAYERS={"default": MEMORY if LAYER == "memory" else REDIS},
)
django.setup()


class Consumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("deployments", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("deployments", self.channel_name)

    async def deployment_update(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


async def publish(request: HttpRequest) -> HttpResponse:
    message = {"type": "deployment_update", "text": request.body.decode()}
    await get_channel_layer().group_send("deployments", message)
    return HttpResponse(status=204)


urlpatterns = [path("publish", publish)]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws", Consumer.as_asgi())])}
)
