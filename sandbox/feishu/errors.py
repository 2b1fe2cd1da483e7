"""Refusals as the Open API words them: HTTP 400 and a code, unless it says otherwise."""

import secrets
from typing import Any


class FeishuError(Exception):
    """`error` is added to the body's `error` object."""

    def __init__(
        self, code: int, msg: str, *, status: int = 400, headers: dict[str, str] | None = None, **error: Any
    ) -> None:
        super().__init__(f"{code} {msg}")
        self.code = code
        self.msg = msg
        self.status = status
        self.headers = headers or {}
        self.error = error

    def body(self, log_id: str) -> dict[str, Any]:
        trouble = f"https://open.feishu.cn/search?log_id={log_id}&code={self.code}"
        detail = {"log_id": log_id, "troubleshooter": f"排查建议查看(Troubleshooting suggestions): {trouble}"}
        return {"code": self.code, "msg": self.msg, "error": {**detail, **self.error}}


def log_id() -> str:
    return f"20260131{secrets.token_hex(13).upper()}"


def invalid(what: str) -> FeishuError:
    """An argument of an IM call is wrong."""
    return FeishuError(230001, f"Your request contains an invalid request parameter, ext={what}.")


def too_fast(seconds: int = 1) -> FeishuError:
    """The gateway's limit, before the API sees the call."""
    headers = {"x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": str(seconds)}
    return FeishuError(99991400, "request trigger frequency limit", status=429, headers=headers)


def scope_missing(app_id: str, scopes: tuple[str, ...]) -> FeishuError:
    wanted = ", ".join(scopes)
    return FeishuError(
        99991672,
        f"Access denied. One of the following scopes is required: [{wanted}]."
        f"应用尚未开通所需的应用身份权限：[{wanted}]，点击链接申请并开通任一权限即可："
        f"https://open.feishu.cn/app/{app_id}/auth?q={','.join(scopes)}&op_from=openapi&token_type=tenant",
        permission_violations=[{"type": "action_scope_required", "subject": scope} for scope in scopes],
    )


def card_refused(sub_code: int, message: str, path: str = "ROOT") -> FeishuError:
    ext = f"ErrCode: {sub_code}; ErrPath: {path}; ErrMsg: {message}; ErrorValue: ;"
    return FeishuError(230099, f"Failed to create card content, ext={ext}")
