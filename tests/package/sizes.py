"""The table of sizes in docs/client.md: measured, never typed. `python -m tests.package.sizes` writes it anew."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from tests.package.packing import ROOT, install, pack, run

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "client.md"
KB = 1024  # bytes
_BLOCK = re.compile(r"(?<=<!-- sizes, written by `make docs` -->\n).*?(?=<!-- /sizes -->)", re.DOTALL)


def measure(notifier: Path) -> list[dict[str, Any]]:
    """Measure the package in that folder and those it is compared with; the first row is our core, the second all."""
    return list(json.loads(run("node", "measure.js", notifier, cwd=HERE)))


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown, sizes in KB of 1,024 bytes."""
    lines = ["| package | what of it | minified | + brotli |", "|---|---|---|---|"]
    for row in rows:
        sizes = " | ".join(f"{row[size] / KB:.1f} KB" for size in ("minified", "brotli"))
        lines.append(f"| `{row['name']}` {row['version']} | {row['part']} | {sizes} |")
    return "\n".join(lines) + "\n"


def written() -> str:
    """The table that is in the page."""
    found = _BLOCK.search(PAGE.read_text())
    assert found, f"{PAGE} has no place for the sizes"
    return found[0]


def write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(install(pack(Path(folder)), Path(folder)))
    print(table(rows))
    PAGE.write_text(_BLOCK.sub(lambda _: table(rows), PAGE.read_text()))


if __name__ == "__main__":
    write()
