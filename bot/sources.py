"""The only reader of the environment, of steward.toml and of secrets' files. Every problem is told at once."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from pydantic import ValidationError

from bot.settings import SECRETS, Settings

LARGEST_FILE = 1024 * 1024
"""Bytes of steward.toml or a secret's file; nobody means a larger one."""
STORABLE = {
    "dingtalk": ("dingtalk_enabled", "dingtalk_client_id", "dingtalk_client_secret"),
    "feishu": ("feishu_enabled", "feishu_app_id", "feishu_app_secret"),
    "cluster": ("kubeconfig",),
    "model": ("anthropic_api_key", "anthropic_base_url", "anthropic_model"),
}
"""What each step of /setup may keep in the database."""
TOGETHER = (STORABLE["dingtalk"], STORABLE["feishu"])
"""An identifier of one source with a secret of another would be nobody's: when any of these is given outside, all of them are."""

Source = Literal["environment", "file"]
Origin = Literal["environment", "file", "setup"]


class BadSettings(Exception):
    """Something is wrong with the settings; the message lists everything, a line each."""


def read_bounded(path: Path) -> str:
    """Raises OSError, or ValueError for what is no text or too large."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("is too large")
    return content.decode("utf-8")


def _secret_files(problems: list[str]) -> dict[str, str]:
    found = {}
    for name in SECRETS:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path and os.environ.get(name.upper()):
            problems.append(f"{name.upper()} and {name.upper()}_FILE: give one of the two")
        elif path:
            try:
                found[name] = read_bounded(Path(path)).strip()
            except (OSError, ValueError) as error:
                problems.append(f"{name.upper()}_FILE: {path}: {_why(error)}")
    return found


def _why(error: OSError | ValueError) -> str:
    """Without a word of what was read."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "is not text" if isinstance(error, UnicodeDecodeError) else str(error)


def _switched_off() -> dict[str, str]:
    """`STEWARD_LISTEN=` means nowhere; any other empty variable is as good as none."""
    return {"steward_listen": ""} if os.environ.get("STEWARD_LISTEN") == "" else {}


def _toml_is_readable(problems: list[str]) -> bool:
    """Judged before the library reads it whole; a missing file is none."""
    try:
        read_bounded(Path("steward.toml"))
    except FileNotFoundError:
        return True
    except (OSError, ValueError) as error:
        problems.append(f"steward.toml: {_why(error)}")
        return False
    return True


def _unknown_names(problems: list[str]) -> None:
    for name in sorted(os.environ):
        known = name.lower() in Settings.model_fields or name.lower().removesuffix("_file") in SECRETS
        if name.startswith("STEWARD_") and not known:
            problems.append(f"{name}: no such setting")


def fixed() -> dict[str, Source]:
    """Which of the storable settings come from outside, and from where: for these the database is not asked. Reads a file.
    Raises BadSettings."""
    try:
        written = tomllib.loads(read_bounded(Path("steward.toml")))
    except FileNotFoundError:
        written = {}
    except (OSError, ValueError) as error:
        raise BadSettings(f"steward.toml: {_why(error)}") from error
    found: dict[str, Source] = {}
    exported = {name.upper() for name, value in os.environ.items() if value}
    for name in (each for names in STORABLE.values() for each in names):
        if {name.upper(), f"{name.upper()}_FILE"} & exported:
            found[name] = "environment"
        elif name in written:
            found[name] = "file"
    for several in TOGETHER:
        if sources := {found[name] for name in several if name in found}:
            found |= dict.fromkeys(several, max(sources, key=("file", "environment").index))
    return found


def load_settings(stored: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Read everything: the environment, then steward.toml, then what /setup `stored`; the first that has a setting wins. Raises
    BadSettings with every problem in one message; a value that may be secret is never repeated."""
    problems: list[str] = []
    given = _secret_files(problems) | _switched_off()
    _unknown_names(problems)
    if not _toml_is_readable(problems):
        raise BadSettings("\n".join(problems))
    if stored:
        outside = fixed()
        known = {name for names in STORABLE.values() for name in names} - outside.keys()
        given |= {name: value for name, value in stored.items() if name in known}
    try:
        settings = Settings(**cast("dict[str, Any]", given))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = str(problem["loc"][0]).upper() if problem["loc"] else ""
            said = problem["msg"].removeprefix("Value error, ")
            said = "no such setting" if problem["type"] == "extra_forbidden" else said
            problems.append(": ".join(part for part in (name, said) if part))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"steward.toml: {error}")
    if problems:
        raise BadSettings("\n".join(problems))
    return settings
