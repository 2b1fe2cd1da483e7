"""What can go wrong on a platform, named for what the caller does about it."""


class PlatformError(Exception):
    """Base of the five; `code` is the platform's own error code, for logs."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Unreachable(PlatformError):
    """The network, a 5xx, a timeout, a dropped line: try again later with back-off."""


class Silent(Unreachable):
    """The line stood but nothing came through any more: whoever listened has been deaf since `last_heard`, not since now."""


class CredentialsRejected(PlatformError):
    """Only a human can mend this: park the line and say so."""


class Throttled(PlatformError):
    """Too fast or over budget: wait `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: float, code: str = "") -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class MessageGone(PlatformError):
    """The message or card can never be updated again (recalled, too old, conversation dissolved): stop trying."""


class Refused(PlatformError):
    """The platform will not take this as it is (permission, content, shape): trying the same again is useless."""


class NotPermitted(Refused):
    """The application lacks a permission, which the message names: useless until somebody grants it in the platform's console."""
