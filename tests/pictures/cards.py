"""Every card of both platforms, drawn from what its renderer makes: the same as the golden files hold."""

from cards import dingtalk, feishu
from sandbox.preview import dingtalk as dingtalk_client
from sandbox.preview import feishu as feishu_client
from sandbox.preview.chat import Platform
from tests.cards.samples import Language, sample


def drawn(platform: Platform, state: str, language: Language) -> str:
    card = sample(state, language)
    if platform == "feishu":
        return feishu_client.draw(feishu.render(card, "act-7f3k"))
    return dingtalk_client.draw(dingtalk.render(card))
