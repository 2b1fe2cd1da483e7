"""Every card of both platforms, drawn."""

import json
from pathlib import Path

from cards import dingtalk
from sandbox.preview import dingtalk as dingtalk_client
from sandbox.preview import feishu as feishu_client
from sandbox.preview.chat import Platform
from tests.cards.samples import Language, sample

GOLDEN = Path(__file__).parents[1] / "golden/cards"


def drawn(platform: Platform, state: str, language: Language) -> str:
    if platform == "feishu":
        return feishu_client.draw(json.loads((GOLDEN / f"feishu/{state}.{language}.json").read_text("utf-8")))
    return dingtalk_client.draw(dingtalk.render(sample(state, language)))
