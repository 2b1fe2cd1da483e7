"""The threat model names tests that exist, and every attack that is tested is in it."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ATTACKS = ("test_attacks.py", "test_oidc_attacks.py", "test_brute_force.py", "test_chat.py", "test_live.py")


def names_in(*files: Path) -> set[str]:
    return {
        name
        for file in files
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }


def test_every_answer_names_a_test_that_exists() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threat-model.md").read_text("utf-8"))
    assert set(named) - names_in(*(ROOT / "tests").rglob("test_*.py")) == set()


def test_every_attack_that_is_tested_is_in_the_model() -> None:
    model = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    attacks = {
        name
        for name in names_in(*(HERE / file for file in ATTACKS))
        if re.match(
            r"test_(brute_force_from|lock_out|session|stolen|expired|revoked|forged|csrf|clickjacking|open_redirect"
            r"|card_id|dns|header|oversized|slow|wrong|mix_up)",
            name,
        )
    }
    assert {name for name in attacks if name not in model} == set()
