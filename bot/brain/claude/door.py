"""The SDK's own door: the only importer of `anthropic`, which costs seconds and 50 MB. `endpoint.py` loads it in a thread.

A stream that is cut raises the transport's error, not one of the SDK's; an endpoint that answers a stream with one JSON document,
or leaves out stop reasons and usage, is understood all the same. A redirect is not followed: it would take the key along. No
answer is read beyond a length, whatever it says.
"""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, cast, get_args

import anthropic
import anyio._backends._asyncio  # noqa: F401 - the first request would import it, on the loop
import httpx2
from anthropic.types import Model, RawMessageStreamEvent

from bot.brain.claude.answers import Answer, Gathering
from bot.brain.claude.away import Away, Unusable
from bot.brain.claude.patience import Patience
from executor.reason import reason
from executor.redact import mask

logging.getLogger("anthropic").setLevel(logging.WARNING)  # what is told, we tell ourselves
logging.getLogger("httpx2").setLevel(logging.WARNING)

MODELS: tuple[str, ...] = tuple(str(name) for name in get_args(get_args(Model)[0]))
"""The models that this version of the SDK knows by name."""
MOST_BYTES = 4 * 1024 * 1024
"""Of one answer: one of 2048 tokens is about half a megabyte of events."""
_LONGEST_REASON = 200
_STATUS = {
    401: "model.key_rejected",
    402: "model.unpaid",
    403: "model.key_rejected",
    404: "model.not_found",
    429: "model.throttled",
    529: "model.overloaded",
}
_HOPELESS = (400, 401, 402, 403, 404, 405, 413, 422)
"""Statuses that the same request would meet again."""


class TooLong(httpx2.TransportError):
    """More came than any answer has."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._body:
            size += len(part)
            if size > MOST_BYTES:
                raise TooLong("the answer does not end")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def _bound(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class Door:
    """`ask` makes one call, without a retry."""

    def __init__(self, key: str, base_url: str, patience: Patience) -> None:
        self._client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=base_url,
            max_retries=0,  # the endpoint's own: it bounds what `retry-after` may ask for
            timeout=httpx2.Timeout(patience.silence, connect=patience.connect),
            default_headers={"Accept-Encoding": "identity"},  # what is counted is what is kept
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_bound]}),
        )
        self._messages = self._client.messages  # loads its module now, in this thread

    async def ask(self, request: dict[str, Any]) -> Answer:
        """Raises Away and Unusable."""
        try:
            async with await self._messages.create(**request, stream=True) as stream:
                return await _gathered(stream)
        except anthropic.APIStatusError as error:
            raise _refused(error) from error
        except (anthropic.APITimeoutError, httpx2.TimeoutException) as error:
            raise Away(reason("model.timeout")) from error
        except TooLong as error:
            raise Away(reason("model.endless")) from error
        except anthropic.APIConnectionError as error:
            if isinstance(error.__cause__, TooLong):
                raise Away(reason("model.endless")) from error
            raise Away(reason("model.unreachable", message=_shown(error.__cause__ or error)), again=True) from error
        except (httpx2.TransportError, httpx2.StreamError) as error:
            raise Away(reason("model.cut"), again=True) from error
        except (anthropic.APIError, ValueError, TypeError, AttributeError) as error:
            raise Away(reason("model.strange")) from error

    async def close(self) -> None:
        await self._client.close()


async def _gathered(stream: anthropic.AsyncStream[RawMessageStreamEvent]) -> Answer:
    kind = stream.response.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return Gathering.of_message(json.loads(await stream.response.aread()))
    if not kind.startswith("text/event-stream"):
        raise Away(reason("model.strange"))
    gathering = Gathering()
    async for event in cast("AsyncIterator[RawMessageStreamEvent]", stream):
        gathering.heard(event.to_dict(mode="json"))
    return gathering.answer()


def _refused(error: anthropic.APIStatusError) -> Away | Unusable:
    """In the middle of a stream the status is 200 and the body says what it is."""
    status = error.status_code
    if 300 <= status < 400:
        return Away(reason("model.redirected"))
    if status < 400:
        overloaded = error.type in ("overloaded_error", "rate_limit_error")
        return Away(reason("model.overloaded" if overloaded else "model.failed", status=status), again=True)
    message = _shown(error.api_message or error)
    why = reason(_STATUS.get(status, "model.failed" if status >= 500 else "model.refused"), status=status)
    if status in (400, 413, 422):
        return Unusable(reason("model.refused", message=message), rejected=True)
    if status in (401, 402, 403, 404):
        why = reason(why.code, message=message)
    return Away(why, again=status not in _HOPELESS, retry_after=_retry_after(error))


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    with suppress(ValueError):
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    return None


def _shown(error: object) -> str:
    """What the other side said, for people: masked and short."""
    return mask(" ".join((str(error) or type(error).__name__).split())[:1000]).text[:_LONGEST_REASON]
