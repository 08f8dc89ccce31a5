"""The log: one line of JSON per event on standard error, with anything that looks like a secret taken out."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from idp.base.settings import Settings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRET = re.compile(
    r"password|passwd|secret|token|assertion|authorization|cookie|verifier|^code$|^nik$|^otp$", re.IGNORECASE
)
# Sixteen digits in a row are a NIK until somebody shows that they are not; a JWT is a credential whoever holds it.
_TELLING = re.compile(r"\b\d{16}\b|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")


def configure(settings: Settings) -> None:
    """Set up structlog, and lead what libraries say into it."""
    level = _LEVELS[settings.log_level]
    readable = settings.dev and sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    structlog.configure(
        processors=[
            *shared,
            *(
                [structlog.dev.ConsoleRenderer()]
                if readable
                else [structlog.processors.format_exc_info, _redact_texts, _json]
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked each time: whoever redirects standard error meanwhile means the log too.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _IntoStructlog()
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.captureWarnings(True)


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Values under a telling name go; what doors log by mistake must not stay in the log for years."""
    for name in event:
        if name != "event" and _SECRET.search(name):
            event[name] = "(redacted)"
    return _redact_texts(logger, method, event)


def _redact_texts(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TELLING.sub("(redacted)", value)
    return event


def _json(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=str).decode()


class _IntoStructlog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)
