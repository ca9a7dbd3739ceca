"""Who is measured, in the order of the tables."""

from benchmarks.contenders.base import Contender
from benchmarks.contenders.c_loop import C_LOOP
from benchmarks.contenders.deployapp import DEPLOYAPP

CONTENDERS: list[Contender] = [*DEPLOYAPP, C_LOOP]
