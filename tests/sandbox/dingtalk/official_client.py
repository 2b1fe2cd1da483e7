"""The unmodified official client, as a process: `official_client.py URL CLIENT_ID SECRET`; one JSON line for each thing heard.

A process of its own because its open call blocks and its start() cannot be cancelled.
"""

import asyncio
import json
import logging
import os
import sys

os.environ["DINGTALK_OPENAPI_ENDPOINT"] = sys.argv[1]  # read when the SDK is imported

import dingtalk_stream


def say(kind: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **fields}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Listener(dingtalk_stream.ChatbotHandler):
    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, str]:
        message = dingtalk_stream.ChatbotMessage.from_dict(callback.data)
        say("message", text=message.get_text_list(), user=message.sender_staff_id, webhook=message.session_webhook)
        if "card" in message.get_text_list()[0]:
            await asyncio.to_thread(self.post_card, message)
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"

    def post_card(self, message: dingtalk_stream.ChatbotMessage) -> None:
        card = dingtalk_stream.MarkdownButtonCardInstance(self.dingtalk_client, message)
        buttons = [{"text": "Approve", "color": "blue", "id": "approve", "request": True}]
        card.set_title_and_logo("Approve?", "")
        card.reply("restart nginx", buttons, recipients=None)
        say("card", track=card.card_instance_id)


class Clicked(dingtalk_stream.CallbackHandler):
    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, dict[str, object]]:
        click = dingtalk_stream.CardCallbackMessage.from_dict(callback.data)
        say("click", track=click.card_instance_id, user=click.user_id, content=click.content)
        empty = json.dumps({"msgButtons": []})
        answer = {
            "cardUpdateOptions": {"updateCardDataByKey": True},
            "cardData": {"cardParamMap": {"markdown": f"approved by {click.user_id}", "sys_full_json_obj": empty}},
        }
        return dingtalk_stream.AckMessage.STATUS_OK, answer


class Happened(dingtalk_stream.EventHandler):
    async def process(self, event: dingtalk_stream.EventMessage) -> tuple[int, str]:
        say("event", type=event.headers.event_type)
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


client = dingtalk_stream.DingTalkStreamClient(
    dingtalk_stream.Credential(sys.argv[2], sys.argv[3]), logging.getLogger("official")
)
client.register_callback_handler(dingtalk_stream.chatbot.ChatbotMessage.TOPIC, Listener())
client.register_callback_handler(dingtalk_stream.CallbackHandler.TOPIC_CARD_CALLBACK, Clicked())
client.register_all_event_handler(Happened())
client.start_forever()
