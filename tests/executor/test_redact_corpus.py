"""Recall on the shapes that secrets have, and no false alarm on ordinary output; figures are for the bench to print."""

import random
import re
import string
import tomllib
from pathlib import Path

import pytest

from executor.redact import MASK, mask, mask_lines

CORPUS = Path(__file__).parents[1] / "corpus"
PLANTED = [
    line for part in tomllib.loads((CORPUS / "secrets.toml").read_text("utf-8")).values() for line in part["lines"]
]
ORDINARY = (CORPUS / "ordinary.txt").read_text("utf-8").splitlines()

_LETTERS = string.ascii_letters + string.digits
_ALPHABETS = {
    "alnum": _LETTERS,
    "word": string.ascii_lowercase,
    "hex": string.hexdigits.lower()[:16],
    "b64_": f"{_LETTERS}+/",
    "digits": string.digits,
    "upper": string.ascii_uppercase + string.digits,
}
_SLOT = re.compile(r"<(alnum|word|hex|b64_|digits|upper)(\d+)>")


def planted(line: str, seed: int) -> tuple[str, list[str]]:
    """The line with secrets in its slots, and those secrets."""
    dice = random.Random(f"{line} {seed}")
    secrets: list[str] = []

    def fill(slot: re.Match[str]) -> str:
        secrets.append("".join(dice.choice(_ALPHABETS[slot[1]]) for _ in range(int(slot[2]))))
        return secrets[-1]

    return _SLOT.sub(fill, line), secrets


@pytest.mark.parametrize("line", PLANTED)
def test_a_planted_secret_does_not_come_out(line: str) -> None:
    for seed in range(5):
        text, secrets = planted(line, seed)
        masked = mask(text)
        assert [secret for secret in secrets if secret in masked.text] == []
        assert masked.count >= 1
        assert MASK in masked.text


@pytest.mark.parametrize("line", PLANTED)
def test_a_secret_does_not_come_out_between_other_lines(line: str) -> None:
    text, secrets = planted(line, 9)
    shown = "\n".join(mask_lines([ORDINARY[0], *text.split("\n"), ORDINARY[1]]))
    assert [secret for secret in secrets if secret in shown] == []
    assert shown.startswith(ORDINARY[0])
    assert shown.endswith(ORDINARY[1])


@pytest.mark.parametrize("line", PLANTED)
def test_masked_text_is_left_alone(line: str) -> None:
    once = mask(planted(line, 3)[0]).text
    assert mask(once) == mask(once).model_copy(update={"text": once, "count": 0})


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_output_is_not_touched(line: str) -> None:
    assert mask(line).text == line
    assert mask(line).count == 0


def test_ordinary_output_is_not_touched_as_a_whole() -> None:
    assert mask_lines(ORDINARY) == tuple(ORDINARY)


def test_everything_at_once_still_hides_everything() -> None:
    filled = [planted(line, 5) for line in PLANTED]
    shown = mask("\n\n".join(text for text, _ in filled)).text
    assert [secret for _, secrets in filled for secret in secrets if secret in shown] == []
