"""Who may still connect: a limit for all, one per client address, and one for those that poll."""

from collections import Counter
from collections.abc import Callable


class Refusal(Exception):
    """A connection that is refused before its upgrade: an HTTP answer with the API's error shape."""

    def __init__(
        self, status: str, code: str, message: str, fields: dict[str, list[str]] | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = fields
        self.retry_after = retry_after


class Admission:
    """Counts open push connections; 0 as a per-address limit is no limit. Those `polling` hold HTTP connections."""

    def __init__(self, limit: int, per_address: int, polling_limit: int) -> None:
        self._limit = limit
        self._per_address = per_address
        self._polling_limit = polling_limit
        self._open = 0
        self.polling: set[str] = set()  # session ids
        self._by_address: Counter[str] = Counter()
        self.refused = 0
        self.draining = False

    def check(self, address: str, polls: Callable[[], bool] = lambda: False) -> None:
        """Raises `Refusal`: 503 when the process is full or going away, 429 when the address has too many.

        `polls` tells whether it is one that polls, if that matters.
        """
        full = self.draining or self._open >= self._limit
        if full or (len(self.polling) >= self._polling_limit and polls()):
            self.refused += 1
            raise Refusal("503 Service Unavailable", "full", "No more connections here now.", retry_after=5)
        if self._per_address and self._by_address[address] >= self._per_address:
            self.refused += 1
            raise Refusal(
                "429 Too Many Requests",
                "too_many_connections",
                "Too many connections from your address.",
                retry_after=30,
            )

    def enter(self, address: str) -> None:
        self._open += 1
        self._by_address[address] += 1

    def leave(self, address: str) -> None:
        self._open -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
