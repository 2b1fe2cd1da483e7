"""The unmodified official client, as a process: `official_client.py URL APP_ID APP_SECRET`; one JSON line for each thing heard.

A process of its own because its endpoint call blocks, start() never returns and its loop is made at import.
"""

import json
import sys

import lark_oapi as lark
from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody, P2ImMessageReceiveV1
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTrigger, P2CardActionTriggerResponse

URL, APP_ID, APP_SECRET = sys.argv[1:4]


def say(kind: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **fields}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def card(text: str, *buttons: str) -> dict[str, object]:
    elements: list[dict[str, object]] = [{"tag": "markdown", "content": text}]
    for label in buttons:
        behaviors = [{"type": "callback", "value": {"act": label}}]
        elements.append({"tag": "button", "text": {"tag": "plain_text", "content": label}, "behaviors": behaviors})
    header = {"title": {"tag": "plain_text", "content": "Approve?"}}
    return {"schema": "2.0", "config": {"update_multi": True}, "header": header, "body": {"elements": elements}}


api = lark.Client.builder().app_id(APP_ID).app_secret(APP_SECRET).domain(URL).build()


def message(event: P2ImMessageReceiveV1) -> None:
    heard = event.event.message
    text = json.loads(heard.content)["text"]
    say("message", text=text, user=event.event.sender.sender_id.open_id, mentions=len(heard.mentions or []))
    if "card" not in text:
        return
    body = CreateMessageRequestBody.builder().receive_id(heard.chat_id).msg_type("interactive")
    body = body.content(json.dumps(card("restart nginx", "Approve"))).build()
    answer = api.im.v1.message.create(
        CreateMessageRequest.builder().receive_id_type("chat_id").request_body(body).build()
    )
    say("card", code=answer.code, message_id=answer.data.message_id if answer.data else "")


def clicked(event: P2CardActionTrigger) -> P2CardActionTriggerResponse:
    who = event.event.operator.open_id
    say("click", user=who, value=event.event.action.value, card=event.event.context.open_message_id)
    toast = {"type": "success", "content": "Approved"}
    return P2CardActionTriggerResponse({"toast": toast, "card": {"type": "raw", "data": card(f"approved by {who}")}})


handler = (
    lark.EventDispatcherHandler.builder("", "")
    .register_p2_im_message_receive_v1(message)
    .register_p2_card_action_trigger(clicked)
    .build()
)
lark.ws.Client(APP_ID, APP_SECRET, event_handler=handler, domain=URL, log_level=lark.LogLevel.ERROR).start()
