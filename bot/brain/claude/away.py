"""Why there is no answer from a model, and what that calls for."""

from executor.reason import Reason


class Away(Exception):
    """The endpoint does not answer, or not sensibly: it is left alone for a while. `again` when a second try may help;
    `retry_after` is the seconds it asked for."""

    def __init__(self, why: Reason, *, again: bool = False, retry_after: float | None = None) -> None:
        super().__init__(why.code)
        self.reason = why
        self.again = again
        self.retry_after = retry_after


class Unusable(Exception):
    """The model is there, but this request got no answer that helps. `rejected` when the endpoint did not like the request."""

    def __init__(self, why: Reason, *, rejected: bool = False) -> None:
        super().__init__(why.code)
        self.reason = why
        self.rejected = rejected
