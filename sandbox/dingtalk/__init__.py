"""DingTalk's Stream gateway, Open API and OAPI, to run a bot against on this machine.

    async with DingTalkStandIn() as gateway:          # gateway.url is both DINGTALK_OPENAPI_ENDPOINT and _OAPI_ENDPOINT
        gateway.add_user("manager4220", "李雷")
        gateway.add_group("cidops==", "k8s-ops", ["manager4220"])
        ...                                           # the bot connects with gateway.client_id and client_secret
        await gateway.connected()
        delivery = await gateway.say("manager4220", "重启 nginx", conversation="cidops==")
        await delivery.acked()
        card = await gateway.next_card(containing="nginx")
        click = await gateway.click("manager4220", card.out_track_id, "批准")
        await gateway.shown(card.out_track_id, "✅")

`gateway.faults` makes trouble by name, `gateway.calls` counts calls, `gateway.violations` holds what DingTalk forbids or
does not promise but might let pass. `Clock(frozen=True)` makes time stand still until `gateway.clock.advance()`.
`python -m sandbox.dingtalk` is the same as a process, `sandbox.dingtalk.remote` its client with the same calls.
"""

from sandbox.dingtalk.card_view import Button, CardView, Input, Panel
from sandbox.dingtalk.cards import CardSnapshot
from sandbox.dingtalk.changes import Change
from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.clock import Clock
from sandbox.dingtalk.delivery import Ack, Delivery, Undelivered
from sandbox.dingtalk.gateway import DingTalkStandIn
from sandbox.dingtalk.robot_messages import RobotMessage
from sandbox.dingtalk.template import Template, read_template

__all__ = [
    "Ack",
    "Button",
    "CardSnapshot",
    "CardView",
    "Change",
    "Click",
    "Clock",
    "Delivery",
    "DingTalkStandIn",
    "Input",
    "Panel",
    "RobotMessage",
    "Template",
    "Undelivered",
    "read_template",
]
