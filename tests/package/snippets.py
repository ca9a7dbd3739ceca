"""The recipes in docs/client.md are the files of the examples. `python -m tests.package.snippets` writes them anew."""

import re

from tests.package.packing import ROOT

PAGE = ROOT / "docs" / "client.md"
_SNIPPET = re.compile(r"(<!-- (examples/\S+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)


def filled_in(text: str) -> str:
    """The text with each snippet as its file has it."""
    return _SNIPPET.sub(lambda found: f"{found[1]}{(ROOT / found[2]).read_text()}{found[4]}", text)


def names(text: str) -> list[str]:
    return [found[2] for found in _SNIPPET.finditer(text)]


if __name__ == "__main__":
    PAGE.write_text(filled_in(PAGE.read_text()))
