"""What the card API refuses in a request body: string values only, sizes, unsafe text, people who do not exist."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.dingtalk.cards import Variables
from sandbox.dingtalk.directory import Directory
from sandbox.dingtalk.errors import OpenApiError
from sandbox.records import Violations

KEY_BYTES = 100
VALUE_BYTES = 1024


def refuse(code: str, message: str = "") -> OpenApiError:
    return OpenApiError(400, code, message or code)


@dataclass(slots=True)
class CardRules:
    """Values over `value_bytes` (documented as 1 KB, seen to work beyond) are noted as violations, or refused when
    `strict`. `unsafe` stands for the text audit: a value that matches it is refused."""

    directory: Directory
    violations: Violations
    value_bytes: int = VALUE_BYTES
    strict: bool = False
    unsafe: re.Pattern[str] | None = None

    def public(self, body: dict[str, Any]) -> Variables | None:
        """None when the body has no cardData at all."""
        data = body.get("cardData")
        return None if data is None else self.variables(data)

    def private(self, body: dict[str, Any], id_type: int) -> dict[str, Variables]:
        data = body.get("privateData") or {}
        if not isinstance(data, dict):
            raise refuse("param.invalid", "privateData")
        for person in data:
            if self.directory.by_id(person, id_type) is None:
                raise refuse("param.userIdNotExist", person)
        return {person: self.variables(value) for person, value in data.items()}

    def variables(self, data: Any) -> Variables:
        values = data.get("cardParamMap", {}) if isinstance(data, dict) else None
        if not isinstance(values, dict):
            raise refuse("param.invalid", "cardParamMap")
        for key, value in values.items():
            self._check(key, value)
        return values

    def _check(self, key: str, value: Any) -> None:
        if not isinstance(value, str):
            raise refuse("param.invalid", f"cardParamMap.{key} is not a string")
        if len(key.encode()) > KEY_BYTES:
            raise refuse("param.invalid", f"cardParamMap key over {KEY_BYTES}B")
        size = len(value.encode())
        if size > self.value_bytes:
            if self.strict:
                raise refuse("param.invalid", f"cardParamMap.{key} over {self.value_bytes}B")
            self.violations.add("value-too-long", f"{key}: {size} bytes")
        self.check_safe(value)

    def check_safe(self, text: str) -> None:
        if self.unsafe is not None and self.unsafe.search(text):
            raise refuse("param.contentUnsafe")


def id_type_of(body: dict[str, Any]) -> int:
    value = body.get("userIdType", 1)
    if value not in {1, 2}:
        raise refuse("param.invalid", "userIdType")
    return int(value)


def by_key(body: dict[str, Any]) -> tuple[bool, bool]:
    """Of cardData and of privateData: whether an update merges. Absent means overwrite."""
    options = body.get("cardUpdateOptions") or {}
    if not isinstance(options, dict):
        raise refuse("param.invalid", "cardUpdateOptions")
    return options.get("updateCardDataByKey") is True, options.get("updatePrivateDataByKey") is True
