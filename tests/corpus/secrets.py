"""The shapes of secrets with secrets made up in their slots, and the ways by which cluster text reaches people.

A shape and a disguise together are one case: `leaks` says what of it came out in clear.
"""

import base64
import json
import random
import re
import string
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from executor.redact import mask, mask_lines, mask_object

_HERE = Path(__file__).parent
PLANTED: tuple[str, ...] = tuple(
    line for part in tomllib.loads((_HERE / "secrets.toml").read_text("utf-8")).values() for line in part["lines"]
)
ORDINARY = tuple((_HERE / "ordinary.txt").read_text("utf-8").splitlines())

_LETTERS = string.ascii_letters + string.digits
_ALPHABETS = {
    "alnum": _LETTERS,
    "word": string.ascii_lowercase,
    "hex": string.hexdigits.lower()[:16],
    "b64_": f"{_LETTERS}+/",
    "digits": string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "mixed": _LETTERS,
}
_SLOT = re.compile(r"<(alnum|mixed|word|hex|b64_|digits|upper)(\d+)>")


_CODED = re.compile(r"<(b64|url|twice):(.*?)>>", re.DOTALL)
_CODINGS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "url": lambda text: quote(text, safe=""),
    "twice": lambda text: quote(quote(text, safe=""), safe=""),
}


def planted(line: str, seed: int) -> tuple[str, list[str]]:
    """The line with secrets in its slots, and those secrets, also as they read in the coding that is around them."""
    dice = random.Random(f"{line} {seed}")
    secrets: list[str] = []

    def fill(slot: re.Match[str]) -> str:
        drawn = [dice.choice(_ALPHABETS[slot[1]]) for _ in range(int(slot[2]))]
        if slot[1] == "mixed":  # has letters and digits, as what people make up does
            drawn[1:4] = (
                dice.choice(string.ascii_lowercase),
                dice.choice(string.digits),
                dice.choice(string.ascii_uppercase),
            )
        secrets.append("".join(drawn))
        return secrets[-1]

    text = _SLOT.sub(fill, line)
    coded = [_CODINGS[found[1]](found[2]) for found in _CODED.finditer(text)]
    return _CODED.sub(lambda found: _CODINGS[found[1]](found[2]), text), [*secrets, *coded]


def _log(text: str) -> str:
    return "\n".join(mask_lines([ORDINARY[0], *text.split("\n"), ORDINARY[1]]))


def _env(text: str) -> str:
    container = {"name": "app", "env": [{"name": "EXTRA", "value": text}], "args": [text]}
    pod = {"kind": "Pod", "metadata": {"name": "web-0"}, "spec": {"containers": [container]}}
    return _strings(mask_object(pod))


def _event(text: str) -> str:
    event = {"kind": "Event", "metadata": {"name": "web-0.1"}, "reason": "Failed", "message": f"Error: {text}"}
    return _strings(mask_object(event))


def _exec(text: str) -> str:
    return mask(f"$ cat app.conf\r\n{text}\r\n$ ").text


def _diff(text: str) -> str:
    lines = text.split("\n")
    return mask("\n".join([*(f"-{line}" for line in lines), *(f"+{line}" for line in lines)])).text


def _strings(value: Any) -> str:
    """As a person reads the object: JSON escapes would hide a line that came out."""
    if isinstance(value, dict):
        return "\n".join(_strings(item) for item in value.values())
    if isinstance(value, list):
        return "\n".join(map(_strings, value))
    return value if isinstance(value, str) else json.dumps(value)


WAYS: dict[str, Callable[[str], str]] = {"log": _log, "env": _env, "event": _event, "exec": _exec, "diff": _diff}


def leaks(line: str, way: str, seed: int) -> list[str]:
    """The secrets of a shape that are still to be read after it went that way."""
    text, secrets = planted(line, seed)
    shown = WAYS[way](text)
    return [secret for secret in secrets if secret in shown]


def false_alarms() -> dict[str, list[str]]:
    """Ordinary lines that do not come out as they went in, by way."""
    return {way: [line for line in ORDINARY if WAYS[way](line) != _untouched(way, line)] for way in WAYS}


def _untouched(way: str, line: str) -> str:
    if way == "log":
        return "\n".join((ORDINARY[0], line, ORDINARY[1]))
    if way == "env":
        return f"Pod\nweb-0\napp\nEXTRA\n{line}\n{line}"
    if way == "event":
        return f"Event\nweb-0.1\nFailed\nError: {line}"
    return f"$ cat app.conf\r\n{line}\r\n$ " if way == "exec" else f"-{line}\n+{line}"
