"""Socket.IO's packets: what we send, the same for every client, and what is taken from one."""

from typing import Any

import socketio
from engineio import packet as engine_packet

from deployapp.events import EVENT_TYPE, DeploymentEvent

NAMESPACE = "/"
EVENTS = ("subscribe", "unsubscribe")  # what a client may send, with at most one argument


class BinaryRefused(ValueError):
    """A packet that announces attachments: each message behind it would be kept as one of them."""


class Packet(socketio.packet.Packet):  # type: ignore[misc]  # publishes no types
    """Refuses what nothing here takes. See docs/decisions/0011-engineio-extension-point.md."""

    uses_binary_events = False

    def decode(self, encoded_packet: Any) -> Any:
        """Raises `ValueError`: python-socketio ignores such a packet."""
        attachments = super().decode(encoded_packet)
        if self.packet_type in (socketio.packet.BINARY_EVENT, socketio.packet.BINARY_ACK):
            raise BinaryRefused("no binary events here")
        if self.packet_type == socketio.packet.EVENT and not _is_known(self.data):
            raise ValueError("not an event that is known here")
        return attachments


def _is_known(event: Any) -> bool:
    return isinstance(event, list) and 1 <= len(event) <= 2 and event[0] in EVENTS


def encode_event(server: Any, event: DeploymentEvent) -> Any:
    """The Engine.IO packet of a deployment event."""
    return encode_packet(server, EVENT_TYPE, event.as_dict())


def encode_packet(server: Any, name: str, argument: dict[str, Any]) -> Any:
    """The Engine.IO packet of a Socket.IO event without an acknowledgement."""
    packet = server.packet_class(socketio.packet.EVENT, namespace=NAMESPACE, data=[name, argument])
    return engine_packet.Packet(engine_packet.MESSAGE, packet.encode())
