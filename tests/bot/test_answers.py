"""What is said to somebody who asked is what was seen, and no more."""

import pytest

from bot.answers import diagnosis
from cards.model import Tone
from executor.diagnosis import Diagnosis
from executor.operations import Target
from executor.reason import reason
from tests.bot.stand import EN, ZH

NGINX = Target(kind="Deployment", name="nginx", namespace="shop")


def seen(*, ready: bool | None) -> Diagnosis:
    return Diagnosis(target=NGINX, findings=(), facts=((reason("triage.fact.ready"), "0/2"),), ready=ready)


@pytest.mark.parametrize("ready", [False, None])
def test_without_findings_only_what_is_ready_is_called_healthy(ready: bool | None) -> None:
    for words, healthy in ((ZH, "正常"), (EN, "healthy")):
        card = diagnosis(words, "c", seen(ready=ready)).card
        assert healthy not in f"{card.tag} {card.summary}"
        assert card.tone is not Tone.SUCCESS
        assert diagnosis(words, "c", seen(ready=True)).card.tone is Tone.SUCCESS


def test_what_is_not_ready_for_no_known_reason_is_said_to_be_so() -> None:
    card = diagnosis(ZH, "c", seen(ready=False)).card
    assert card.tag == "尚未就绪"
    assert "还没有发现明确原因" in card.summary
