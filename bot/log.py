"""structlog, configured once: pretty on a terminal, JSON lines otherwise; secrets never."""

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.metrics import METRICS
from executor.redact import mask

_OF_STDLIB = ("_record", "_from_structlog")
"""What structlog's formatter puts beside a library's message, and takes away before it is written."""


def _masked(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: value if name in _OF_STDLIB else _hidden(value) for name, value in event.items()}


def _hidden(value: Any) -> Any:
    """What is no text yet becomes text in the renderer, too late to be masked there."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return mask(value).text
        case list() | tuple() | set() | frozenset():
            return [_hidden(item) for item in value]
        case _:
            return mask(str(value)).text


def configure_log(stream: TextIO = sys.stderr, *, level: int = logging.INFO) -> None:
    """Everything goes to one stream; libraries speak from WARNING on, through the same door."""
    pretty = stream.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        METRICS.count,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        structlog.processors.format_exc_info,
        _masked,
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=last))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
