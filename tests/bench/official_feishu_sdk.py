"""The unmodified official client with empty handlers, as a process: `official_feishu_sdk.py URL APP_ID APP_SECRET`.

What the SDK costs before anybody does anything. Its handlers are plain functions that it calls on its own receiving loop.
"""

import sys

import lark_oapi as lark
from lark_oapi.api.im.v1 import P2ImMessageReceiveV1
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTrigger, P2CardActionTriggerResponse

URL, APP_ID, APP_SECRET = sys.argv[1:4]


def message(_: P2ImMessageReceiveV1) -> None:
    return


def clicked(_: P2CardActionTrigger) -> P2CardActionTriggerResponse:
    return P2CardActionTriggerResponse({})


handler = (
    lark.EventDispatcherHandler.builder("", "")
    .register_p2_im_message_receive_v1(message)
    .register_p2_card_action_trigger(clicked)
    .build()
)
lark.ws.Client(APP_ID, APP_SECRET, event_handler=handler, domain=URL, log_level=lark.LogLevel.ERROR).start()
