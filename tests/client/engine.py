"""What the tests ask of a browser that Playwright does not drive, whatever protocol it speaks."""

import json
from abc import ABC, abstractmethod
from typing import Any, Protocol, Self

from tests.waiting import eventually


class CommandFailed(Exception):
    """The browser refused a command, or the page was left meanwhile."""


class EngineTab(ABC):
    """One tab with a notifier."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as JSON. Raises CommandFailed."""

    @property
    def state(self) -> dict[str, Any]:
        """The notifier's state; empty while the page is on its way."""
        try:
            return dict(self.evaluate("globalThis.notifier?.current ?? {}"))
        except CommandFailed:
            return {}

    def is_(self, **wanted: object) -> Self:
        """Wait until the state is so."""
        eventually(lambda: wanted.items() <= self.state.items(), message=lambda: f"wanted {wanted}, got {self.state}")
        return self

    def arrives(self, version: str) -> None:
        """Wait until the page of this version is there and knows that it was the aim; its notice of that passes."""
        self.is_(version=version)
        eventually(lambda: self.evaluate("log.some(([kind]) => kind === 'updated')"))

    def press(self, name: str) -> None:
        """Click the banner's button of this name, once it is there: the banner is loaded after the notifier."""
        button = f"""[...(document.querySelector("deployapp-banner")?.shadowRoot.querySelectorAll("button") ?? [])]
          .find((button) => !button.hidden && button.textContent === {json.dumps(name)})"""
        eventually(lambda: self.evaluate(f"!!{button}"), message=f"no button {name}")
        self.evaluate(f"{button}.click()")


class Engine(Protocol):
    def open(self, url: str) -> EngineTab:
        """A new tab of this address, loaded."""
        ...
