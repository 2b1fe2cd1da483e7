"""Feishu's long connection and Open API, to run a bot against on this machine.

    async with FeishuStandIn() as gateway:            # gateway.url is FEISHU_DOMAIN
        gateway.add_user("ou_li", "李雷")
        gateway.add_group("oc_ops", "k8s-ops", ["ou_li"])
        ...                                           # the bot connects with gateway.app_id and app_secret
        await gateway.connected()
        delivery = await gateway.say("ou_li", "重启 nginx", conversation="oc_ops")
        await delivery.acked()
        card = await gateway.next_card(containing="nginx")
        click = await gateway.click("ou_li", card.message_id, "拒绝", {"reason": "not now"})
        await gateway.shown(card.message_id, "✅")

`gateway.faults` makes trouble by name, `gateway.calls` counts calls, `gateway.violations` holds what Feishu forbids or
does not promise but might let pass. `Clock(frozen=True)` makes time stand still until `gateway.clock.advance()`.
`problems(card)` says what Feishu would refuse in a card. `python -m sandbox.feishu` is the same as a process,
`sandbox.feishu.remote` its client with the same calls.
"""

from sandbox.changes import Change
from sandbox.clock import Clock
from sandbox.delivery import Ack, Delivery, Undelivered
from sandbox.feishu.card_problems import problems
from sandbox.feishu.card_view import Button, CardView, Field
from sandbox.feishu.cards import CardSnapshot
from sandbox.feishu.clicks import Click, Toast
from sandbox.feishu.gateway import FeishuStandIn
from sandbox.feishu.messages import BotMessage

__all__ = [
    "Ack",
    "BotMessage",
    "Button",
    "CardSnapshot",
    "CardView",
    "Change",
    "Click",
    "Clock",
    "Delivery",
    "FeishuStandIn",
    "Field",
    "Toast",
    "Undelivered",
    "problems",
]
