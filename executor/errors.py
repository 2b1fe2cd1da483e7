"""What can go wrong between us and the Kubernetes API, named for what the caller can do about it.

Every message is the API's own, masked and cut: fit for a card or a log, never for a decision.
"""

from typing import Any

from executor.redact import mask

_LONGEST_MESSAGE = 1000
_LONGEST_READ = 16 * 1024


class ClusterError(Exception):
    """`reason` is Kubernetes' word for it (`AlreadyExists`), `causes` the words of `details.causes`; empty when it gave none."""

    def __init__(self, message: str = "", *, reason: str = "", causes: tuple[str, ...] = ()) -> None:
        self.message = _clean(message)
        self.reason = reason
        self.causes = causes
        super().__init__(self.message)


class NotConfigured(ClusterError):
    """No usable kubeconfig and no service account: a human must act."""


class Unauthorized(ClusterError):
    """The API does not know us, or the login plugin of the kubeconfig failed: a human must act."""


class Forbidden(ClusterError):
    """We are known and may not."""


class NotFound(ClusterError):
    """No such object."""


class NotServed(NotFound):
    """This cluster has no such kind."""


class Conflict(ClusterError):
    """A precondition (uid, resourceVersion) no longer holds, or the name is taken: read again, then decide."""


class Invalid(ClusterError):
    """The API understood the request and refuses its content; the same again gets the same answer."""


class BadName(Invalid):
    """Not a name that Kubernetes can have given to anything. No URL was built from it, nothing was sent."""


class Gone(ClusterError):
    """The resource version or the page is too old: list again."""


class Throttled(ClusterError):
    """Too many requests, or a disruption budget says no (`DisruptionBudget` in `causes`): nothing happened; later."""

    def __init__(
        self, message: str = "", *, retry_after: float = 1.0, reason: str = "", causes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, reason=reason, causes=causes)
        self.retry_after = retry_after


class Unreachable(ClusterError):
    """Nothing was sent, or a read got no usable answer: nothing changed; later."""


class Lost(ClusterError):
    """A write was sent and its answer never came, or says nothing about the outcome (5xx): it may or may not have taken effect.
    Never send it again: read."""


def _clean(message: str) -> str:
    return mask(message[:_LONGEST_READ]).text[:_LONGEST_MESSAGE]  # in this order: half a secret looks like none


def error_of(status: int, answer: Any, *, retry_after: str | None = None, effect: bool = False) -> ClusterError:
    """The error that an HTTP status and a `Status` object mean.

    `effect` says that the request may have changed the cluster, so that a server error leaves the outcome open.
    """
    said: dict[str, Any] = answer if isinstance(answer, dict) else {}
    details = said.get("details")
    found = details.get("causes") if isinstance(details, dict) else None
    causes = (
        tuple(str(cause.get("reason", "")) for cause in found if isinstance(cause, dict))
        if isinstance(found, list)
        else ()
    )
    message = str(said.get("message") or f"HTTP {status}")
    reason = str(said.get("reason") or "")
    kind: type[ClusterError]
    match status:
        case 429:
            wait = float(retry_after) if retry_after and retry_after.isdigit() else 1.0
            return Throttled(message, retry_after=wait, reason=reason, causes=causes)
        case 401:
            kind = Unauthorized
        case 403:
            kind = Forbidden
        case 404:
            kind = NotFound
        case 409:
            kind = Conflict
        case 410:
            kind = Gone
        case _ if 400 <= status < 500:
            kind = Invalid
        case _:
            kind = Lost if effect else Unreachable
    return kind(message, reason=reason, causes=causes)
