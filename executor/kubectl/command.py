"""A kubectl line once its verb and flags are known, and what the builders of operations ask of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from executor.kubectl.flags import Line, Table, table
from executor.kubectl.lexer import Word
from executor.kubectl.rejected import Refused
from executor.kubectl.resources import check_namespace
from executor.names import valid_container, valid_label_key, valid_label_value
from executor.operations import Operation

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,9}", re.ASCII)
_FIELDS = re.compile(r"[A-Za-z0-9_./-]{1,128}!?={1,2}[A-Za-z0-9_./:-]{0,253}", re.ASCII)
_REQUIREMENT = re.compile(r"(?:!(?P<absent>[^=!,]+)|(?P<key>[^=!,]+)(?:(?:==?|!=)(?P<value>[^=!,]*))?)", re.ASCII)
_MAX_SELECTOR = 512


@dataclass(frozen=True, slots=True)
class Command:
    """`verb` with its second word where it has one: `rollout restart`."""

    verb: str
    line: Line

    @property
    def namespace(self) -> str | None:
        value = self.line.flags.get("namespace")
        return None if value is None else check_namespace(value.text)

    @property
    def everywhere(self) -> bool:
        if not self.on("all-namespaces"):
            return False
        if "namespace" in self.line.flags:
            raise Refused("kubectl.conflict", one="-n", other="-A")
        return True

    def on(self, switch: str) -> bool:
        value = self.line.flags.get(switch)
        return value is not None and value.text == "true"

    def text(self, flag: str) -> str | None:
        value = self.line.flags.get(flag)
        return None if value is None else value.text

    def integer(self, flag: str, low: int, high: int) -> int | None:
        value = self.text(flag)
        if value is None:
            return None
        if _INTEGER.fullmatch(value) is None or not low <= int(value) <= high:
            raise Refused("kubectl.number", flag=f"--{flag}", value=value, low=low, high=high)
        return int(value)

    def seconds(self, flag: str) -> int | None:
        """Of a Go duration in whole hours, minutes and seconds (`1h30m`)."""
        value = self.text(flag)
        if value is None:
            return None
        match = _DURATION.fullmatch(value)
        total = (
            sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True)) if match else 0
        )
        if not 1 <= total <= 30 * 86400:
            raise Refused("kubectl.duration", flag=f"--{flag}", value=value)
        return total

    def container(self) -> str | None:
        value = self.text("container")
        if value is not None and not valid_container(value):
            raise Refused("risk.container", container=value)
        return value

    def selector(self) -> str | None:
        """Equality and existence only: sets need parentheses, which are refused anyway."""
        value = self.text("selector")
        if value is None:
            return None
        right = len(value) <= _MAX_SELECTOR
        for part in value.split(","):
            match = _REQUIREMENT.fullmatch(part)
            key = (match["key"] or match["absent"]) if match else ""
            right = right and valid_label_key(key) and valid_label_value(match["value"] or "" if match else "")
        if not right:
            raise Refused("kubectl.selector", selector=value)
        return value

    def fields(self) -> str | None:
        value = self.text("field-selector")
        if value is None:
            return None
        if len(value) > _MAX_SELECTOR or not all(_FIELDS.fullmatch(part) for part in value.split(",")):
            raise Refused("kubectl.selector", selector=value)
        return value

    def no_rest(self) -> None:
        if self.line.rest is not None:
            raise Refused("kubectl.dashes")


Build = Callable[[Command], tuple[Operation, ...]]


@dataclass(frozen=True, slots=True)
class Verb:
    """How one verb is read: its flags, the builder, and whether words may stand behind `--`."""

    flags: Table
    build: Build
    rest: bool = False


def verb(flags: str, build: Build, *, rest: bool = False, refused: Mapping[str, str] | None = None) -> Verb:
    return Verb(table(flags, refused), build, rest)


def plain(word: Word) -> str:
    """The word's text; refused where its quotes held what only a patch body may hold."""
    if word.odd:
        raise Refused("kubectl.metacharacter", character=word.odd[0])
    return word.text
