"""Reads the head of a request for an upgrade at once.

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


class UpgradeHead(NamedTuple):
    """`size` is that of the fields in bytes, with the empty line."""

    path: str
    fields: list[tuple[str, str]]
    size: int


def is_plain(request_line: bytes) -> bool:
    """Whether it is worth looking at what follows."""
    return _REQUEST_LINE.fullmatch(request_line) is not None


def read(request_line: bytes, following: bytes) -> UpgradeHead | None:
    """None if it is not a plain request for an upgrade. `following` may go on after the head."""
    line, block = _REQUEST_LINE.fullmatch(request_line), _ALL_FIELDS.match(following)
    if line is None or block is None:
        return None
    fields = _ONE_FIELD.findall(block[0].decode())
    names = {name.lower() for name, _ in fields}
    if "upgrade" not in names or names & _LEFT_TO_THE_LIBRARY:
        return None
    return UpgradeHead(line[1].decode(), fields, block.end())
