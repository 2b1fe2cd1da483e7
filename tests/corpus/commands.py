"""The corpus of kubectl texts, and every trick of writing tried on every change in it.

A miss is a change or a trick that is weighed lower than it must be; a needless approval is a plain read that is not simply read.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from executor.kubectl import Rejected, parse
from executor.risk import Level, Risk, assess, worst

CORPUS = tomllib.loads(Path(__file__).with_name("kubectl.toml").read_text("utf-8"))

_GLYPHS = "\u200b\u200d\u2060\ufeff\u202e\u00ad\u00a0\u2028\u0000\u007f\u0435\uff45—＋；"
"""Zero-width, bidi, soft hyphen, no-break, line separator, control, Cyrillic and full-width letters, dashes that a chat puts in."""
_MARKS = (
    ";",
    "&",
    "|",
    "$x",
    "\\",
    "<",
    ">",
    "(",
    ")",
    "{",
    "}",
    "~",
    "#",
    "%",
    "^",
    "*",
    "?",
    "`id`",
    "\n",
    "\r",
    '"',
    "'",
)
_FLAGS = (
    "--as=root", "--as-group=system:masters", "--as-uid=1", "--token=x", "--kubeconfig=/x", "--context=x", "--cluster=x",
    "--user=x", "-s=http://x", "--server=http://x", "--insecure-skip-tls-verify", "--client-key=x",
    "--client-certificate=x", "--certificate-authority=x", "--tls-server-name=x", "--username=x", "--password=x",
    "--cache-dir=/x", "-v=6", "-v=9", "--v=8", "-nkube-system", "--namespace=kube-system --namespace=a", "--nope",
    "-f=http://x", "-f=-", "-k=.", "-R", "..", "../..", "-n=..", "-n ../x",
)  # fmt: skip
"""Another identity or endpoint, bodies in the output, glued, repeated and unknown flags, files, and paths for names."""


@dataclass
class Weighed:
    """Counts; `misses` and `needless` are the texts."""

    tried: int = 0
    reads: int = 0
    misses: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)


def lines(section: str) -> list[str]:
    found: list[str] = CORPUS[section]["lines"]
    return found


def forbidden() -> list[tuple[str, str]]:
    return [(code, line) for code, part in CORPUS["forbidden"].items() for line in part["lines"]]


def verdict(text: str) -> tuple[Risk, bool]:
    """The risk, and whether the parser refused."""
    try:
        return worst(map(assess, parse(text))), False
    except Rejected as refused:
        return refused.risk, True


def tricks(command: str) -> Iterator[str]:
    """The command with one trick each: within a word, behind it, and as a word of its own."""
    words = command.split(" ")
    for glyph in _GLYPHS:
        for at in range(len(words)):
            yield " ".join((*words[:at], words[at][:1] + glyph + words[at][1:], *words[at + 1 :]))
    for mark in _MARKS:
        yield f"{command}{mark}"
        yield f"{command} {mark} x"
    for flag in _FLAGS:
        yield f"{command} {flag}"


def weighed() -> Weighed:
    """The whole corpus, and the tricks on its plain reads and changes."""
    found = Weighed()
    for section, level, severe in (
        ("high", Level.HIGH, False),
        ("severe", Level.HIGH, True),
        ("refused", Level.HIGH, False),
    ):
        for text in lines(section):
            risk = verdict(text)[0]
            lower = risk.level is Level.READ_ONLY or (severe and risk.level is level and not risk.severe)
            _count(found, text, missed=lower)
    for _, text in forbidden():
        _count(found, text, missed=verdict(text)[0].level is not Level.FORBIDDEN)
    for command in (text for section in ("read", "high", "severe") for text in lines(section)):
        if " -- " not in command and '"' not in command and "'" not in command and "  " not in command:
            for text in tricks(command):
                _count(found, text, missed=verdict(text)[0].level is not Level.FORBIDDEN)
    for text in lines("read"):
        found.reads += 1
        risk, refused = verdict(text)
        if refused or risk.level is not Level.READ_ONLY:
            found.needless.append(text)
    return found


def _count(found: Weighed, text: str, *, missed: bool) -> None:
    found.tried += 1
    if missed:
        found.misses.append(text)
