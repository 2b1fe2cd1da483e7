"""The unmodified official client with empty handlers, as a process: `official_sdk.py URL CLIENT_ID SECRET`.

`ChatbotHandler` and `CallbackHandler` with a `process` that returns at once: what the SDK costs before anybody does anything.
"""

import logging
import os
import sys

os.environ["DINGTALK_OPENAPI_ENDPOINT"] = sys.argv[1]  # read when the SDK is imported

import dingtalk_stream


class EmptyChatbot(dingtalk_stream.ChatbotHandler):
    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, str]:
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


class EmptyCard(dingtalk_stream.CallbackHandler):
    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, dict[str, object]]:
        return dingtalk_stream.AckMessage.STATUS_OK, {}


client = dingtalk_stream.DingTalkStreamClient(
    dingtalk_stream.Credential(sys.argv[2], sys.argv[3]), logging.getLogger("official")
)
client.register_callback_handler(dingtalk_stream.chatbot.ChatbotMessage.TOPIC, EmptyChatbot())
client.register_callback_handler(dingtalk_stream.CallbackHandler.TOPIC_CARD_CALLBACK, EmptyCard())
client.start_forever()
