"""Where log lines go and how they look: text for people, or one JSON object a line for programs. Always to stderr."""

import logging
from logging.config import dictConfig
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from config import Settings
from deployapp.observability import request_ids

_TEXT = "%(asctime)s %(levelname)s %(name)s [%(process)d%(request)s] %(message)s"
_JSON = "%(levelname)s %(name)s %(process)d %(request_id)s %(message)s"


class WithRequest(logging.Filter):
    """Adds the request's id to each record that is logged while it is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        identifier = record.__dict__["request_id"] = record.__dict__.get("request_id") or request_ids.current()
        record.__dict__["request"] = f" {identifier}" if identifier else ""
        return True


class Json(JsonFormatter):
    """`time` (UTC), `level`, `logger`, `process`, `request_id`, `message`; `exc_info` has the traceback."""

    def __init__(self) -> None:
        renamed = {"levelname": "level", "name": "logger"}
        super().__init__(_JSON, rename_fields=renamed, timestamp="time")

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        log_record.pop("request", None)
        return {name: value for name, value in log_record.items() if value is not None}


def configure(settings: Settings) -> None:
    """Set up logging for the whole process."""
    chosen = settings.log_format
    form = ("json" if settings.production else "text") if chosen == "auto" else chosen
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request": {"()": WithRequest}},
            "formatters": {"text": {"format": _TEXT}, "json": {"()": Json}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["request"]}},
            "root": {"level": settings.log_level, "handlers": ["stderr"]},
        }
    )
