"""The open connections: the hub, its transports and the one module that knows eventlet."""
