"""Socket.IO's packets of what we send, the same for every client."""

from typing import Any

import socketio
from engineio import packet as engine_packet

from deployapp.events import EVENT_TYPE, DeploymentEvent

NAMESPACE = "/"


def encode_event(server: Any, event: DeploymentEvent) -> Any:
    """The Engine.IO packet of a deployment event."""
    return encode_packet(server, EVENT_TYPE, event.as_dict())


def encode_packet(server: Any, name: str, argument: dict[str, Any]) -> Any:
    """The Engine.IO packet of a Socket.IO event without an acknowledgement."""
    packet = server.packet_class(socketio.packet.EVENT, namespace=NAMESPACE, data=[name, argument])
    return engine_packet.Packet(engine_packet.MESSAGE, packet.encode())
