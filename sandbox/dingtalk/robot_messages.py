"""What the robot posted, and the rules a message body must keep by its kind."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal

from sandbox.changes import Said
from sandbox.dingtalk.errors import OpenApiError

PARAM_BYTES = 15_000
KEPT = 20_000

REQUIRED: dict[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    "sampleActionCard2": ("title", "text", "actionTitle1", "actionURL1"),
    "sampleActionCard3": ("title", "text", "actionTitle1", "actionURL1"),
    "sampleActionCard4": ("title", "text", "actionTitle1", "actionURL1"),
    "sampleActionCard5": ("title", "text", "actionTitle1", "actionURL1"),
    "sampleActionCard6": ("title", "text", "buttonTitle1", "buttonUrl1"),
    "sampleLink": ("title", "text", "messageUrl"),
    "sampleImageMsg": ("photoURL",),
    "sampleFile": ("mediaId", "fileName", "fileType"),
    "sampleAudio": ("mediaId", "duration"),
    "sampleVideo": ("videoMediaId", "videoType", "picMediaId"),
}
SESSION_REQUIRED: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "actionCard": ("title", "text"),
    "feedCard": ("links",),
    "link": ("title", "text", "messageUrl"),
    "empty": (),
}


class RobotMessage(Said):
    """`users` are those who see it: the group's members, or the persons addressed. `at` are the user ids really
    mentioned: named both in the list and in the text."""

    via: Literal["group", "single", "session"]
    conversation_id: str
    users: tuple[str, ...]
    kind: str
    at: tuple[str, ...]
    params: dict[str, Any]
    time: float


class RobotMessages:
    def __init__(self, posted: Callable[[RobotMessage], None]) -> None:
        self._posted = posted
        self.kept: deque[RobotMessage] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[RobotMessage]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, index: int) -> RobotMessage:
        return self.kept[index]

    def add(self, message: RobotMessage) -> None:
        self.kept.append(message)
        self._posted(message)


def msg_params(key: Any, param: Any) -> dict[str, Any]:
    """The parsed msgParam, or the documented refusal."""
    if not key:
        raise OpenApiError(400, "invalidParameter.msgKey.empty", "msgKey 为空")
    if key not in REQUIRED:
        raise OpenApiError(400, "invalidParameter.msgKey.invalid", f"不支持类型 {key}")
    if not isinstance(param, str):
        raise OpenApiError(400, "invalidParameter.msgParam.invalid", "msgParam格式不正确，请使用json格式")
    if len(param.encode()) > PARAM_BYTES:
        raise OpenApiError(400, "invalidParameter.msgParam.tooLong", f"msgParam 超过 {PARAM_BYTES} 字节")
    try:
        params = json.loads(param)
    except ValueError as error:
        raise OpenApiError(400, "invalidParameter.msgParam.invalid", "msgParam格式不正确，请使用json格式") from error
    if not isinstance(params, dict):
        raise OpenApiError(400, "invalidParameter.msgParam.invalid", "msgParam格式不正确，请使用json格式")
    for name in REQUIRED[key]:
        if not params.get(name):
            raise OpenApiError(400, f"miss.param.{key.removeprefix('sample').lower()}To{name}", f"参数 {name} 缺失")
    return params


def shown(params: dict[str, Any]) -> tuple[str, str]:
    """Title and text of a message for whoever reads it."""
    text = params.get("text") or params.get("content") or params.get("photoURL") or params.get("fileName") or ""
    return str(params.get("title", "")), str(text)
