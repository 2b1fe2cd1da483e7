"""How the two faces of DingTalk say no: the Open API by HTTP status and a code, OAPI by an errcode in a 200."""

import uuid
from typing import Any


class OpenApiError(Exception):
    """Answered as `{"code", "message", "requestid"}` under `status`."""

    def __init__(self, status: int, code: str, message: str = "", **extra: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {
            "requestid": str(uuid.uuid4()).upper(),
            "code": self.code,
            "message": self.message,
            **self.extra,
        }


class OapiError(Exception):
    """Answered as `{"errcode", "errmsg"}` with HTTP 200."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg

    def body(self) -> dict[str, Any]:
        return {"errcode": self.errcode, "errmsg": self.errmsg, "request_id": uuid.uuid4().hex[:12]}


class Exceeded(Exception):
    """A limit was hit. `limit` is `qps` or `month`; each face has its own words for it."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


def missing(name: str) -> OpenApiError:
    """The API gateway's own refusal of an absent parameter (seen on the real one)."""
    return OpenApiError(400, f"Missing{name}", f"{name} is mandatory for this action.")
