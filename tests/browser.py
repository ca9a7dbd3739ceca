"""A real Chromium for tests: the system's, without what would call home."""

import shutil

from playwright.sync_api import Browser, Playwright, expect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # needed as root, as in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=30_000)  # ms; a busy machine may take longer than Playwright's own 5 s


def launch(playwright: Playwright, *flags: str) -> Browser:
    """Start it, headless. `make test` sees to it that one is installed."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program is not None, "The tests need Chromium: .ci/need chromium"
    return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
