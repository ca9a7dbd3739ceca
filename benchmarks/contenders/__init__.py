"""Who is measured, in the order of the tables."""

from benchmarks.contenders.base import Contender
from benchmarks.contenders.c_loop import C_LOOP
from benchmarks.contenders.deployapp import DEPLOYAPP
from benchmarks.contenders.nchan import NCHAN
from benchmarks.contenders.references import SOCKETIO_REFERENCES, WEBSOCKET_REFERENCES

CONTENDERS: list[Contender] = [*DEPLOYAPP, C_LOOP, NCHAN, *WEBSOCKET_REFERENCES, *SOCKETIO_REFERENCES]
