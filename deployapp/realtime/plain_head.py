"""Reads the head of a plain GET at once.

The standard library reads headers as those of an e-mail, line by line, which is an eighth of what a connect costs. Only
what is plain is read here: a whole head in ASCII, no folded lines, no body. Anything else is left to the library.
"""

import re
from typing import NamedTuple

# The quantifiers are possessive: a hostile head is given up at its first wrong byte. The path does not begin with `//`,
# which the library rewrites; at most 99 fields, its own limit.
_REQUEST_LINE = re.compile(rb"GET (/(?:[!-.0-~][!-~]*+)?+) HTTP/1\.1\r\n")
_FIELD = rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++):[ \t]*+([\t -~]*+)\r\n"  # RFC 9112, section 5
_ONE_FIELD = re.compile(_FIELD.decode())
_ALL_FIELDS = re.compile(rb"(?:%s){1,99}+\r\n" % _FIELD.replace(rb"(", rb"(?:"))
_LEFT_TO_THE_LIBRARY = frozenset({"content-length", "transfer-encoding", "expect"})


class Fields(NamedTuple):
    """The pairs of name and value, and the size in bytes, the empty line behind them included."""

    pairs: list[tuple[str, str]]
    size: int


def read_path(request_line: bytes) -> str | None:
    """The request's target; None if the request line is not plain."""
    line = _REQUEST_LINE.fullmatch(request_line)
    return line and line[1].decode()


def read_fields(following: bytes) -> Fields | None:
    """What comes after the request line, and maybe more; None if the fields are not whole or not plain."""
    block = _ALL_FIELDS.match(following)
    if block is None:
        return None
    pairs = _ONE_FIELD.findall(block[0].decode())
    if any(name.lower() in _LEFT_TO_THE_LIBRARY for name, _ in pairs):
        return None
    return Fields(pairs, block.end())
