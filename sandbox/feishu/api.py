"""The calls that the stand-in answers: method, path and the permissions of which one is enough."""

from dataclasses import dataclass

SEND_AS_BOT = "im:message:send_as_bot"
READ_MESSAGES = "im:message:readonly"
HEAR_ALONE = "im:message.p2p_msg:readonly"
HEAR_MENTIONS = "im:message.group_at_msg:readonly"
HEAR_EVERYTHING = "im:message.group_msg"
REACT = "im:message.reactions:write_only"
CHATS = "im:chat:readonly"
CONTACT = "contact:contact.base:readonly"
EMPLOYEE_ID = "contact:user.employee_id:readonly"
CARDKIT = "cardkit:card:write"
SELF_MANAGE = "application:application:self_manage"

GRANTED = frozenset(
    {
        SEND_AS_BOT,
        READ_MESSAGES,
        HEAR_ALONE,
        HEAR_MENTIONS,
        REACT,
        CHATS,
        CONTACT,
        EMPLOYEE_ID,
        CARDKIT,
        SELF_MANAGE,
    }
)
"""What an application has from the start. Hearing what does not mention the bot is not among it."""

WRITE = ("im:message", SEND_AS_BOT)


@dataclass(frozen=True, slots=True)
class Api:
    method: str
    path: str
    scopes: tuple[str, ...] = ()
    token: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


ENDPOINT = Api("POST", "/callback/ws/endpoint", token=False)
TENANT_TOKEN = Api("POST", "/open-apis/auth/v3/tenant_access_token/internal", token=False)

BOT_INFO = Api("GET", "/open-apis/bot/v3/info")
USERS_BATCH = Api("GET", "/open-apis/contact/v3/users/batch", (CONTACT, "contact:contact:readonly_as_app"))
USER_GET = Api("GET", "/open-apis/contact/v3/users/{user_id}", (CONTACT, "contact:contact:readonly_as_app"))
CHAT_GET = Api("GET", "/open-apis/im/v1/chats/{chat_id}", (CHATS, "im:chat"))
APPLICATION_GET = Api(
    "GET", "/open-apis/application/v6/applications/{app_id}", (SELF_MANAGE, "admin:app.info:readonly")
)
SCOPES_LIST = Api("GET", "/open-apis/application/v6/scopes")

SEND = Api("POST", "/open-apis/im/v1/messages", WRITE)
REPLY = Api("POST", "/open-apis/im/v1/messages/{message_id}/reply", WRITE)
PATCH = Api("PATCH", "/open-apis/im/v1/messages/{message_id}", (*WRITE, "im:message:update"))
EDIT = Api("PUT", "/open-apis/im/v1/messages/{message_id}", (*WRITE, "im:message:update"))
RECALL = Api("DELETE", "/open-apis/im/v1/messages/{message_id}", (*WRITE, "im:message:recall"))
GET_MESSAGE = Api("GET", "/open-apis/im/v1/messages/{message_id}", ("im:message", READ_MESSAGES))
ADD_REACTION = Api("POST", "/open-apis/im/v1/messages/{message_id}/reactions", ("im:message", REACT))
DELETE_REACTION = Api("DELETE", "/open-apis/im/v1/messages/{message_id}/reactions/{reaction_id}", ("im:message", REACT))
CARD_UPDATE = Api("POST", "/open-apis/interactive/v1/card/update")

CARD_CREATE = Api("POST", "/open-apis/cardkit/v1/cards", (CARDKIT,))
CARD_PUT = Api("PUT", "/open-apis/cardkit/v1/cards/{card_id}", (CARDKIT,))
CARD_SETTINGS = Api("PATCH", "/open-apis/cardkit/v1/cards/{card_id}/settings", (CARDKIT,))
CARD_BATCH = Api("POST", "/open-apis/cardkit/v1/cards/{card_id}/batch_update", (CARDKIT,))
ID_CONVERT = Api("POST", "/open-apis/cardkit/v1/cards/id_convert", (CARDKIT,))
ELEMENT_CREATE = Api("POST", "/open-apis/cardkit/v1/cards/{card_id}/elements", (CARDKIT,))
ELEMENT_PUT = Api("PUT", "/open-apis/cardkit/v1/cards/{card_id}/elements/{element_id}", (CARDKIT,))
ELEMENT_PATCH = Api("PATCH", "/open-apis/cardkit/v1/cards/{card_id}/elements/{element_id}", (CARDKIT,))
ELEMENT_DELETE = Api("DELETE", "/open-apis/cardkit/v1/cards/{card_id}/elements/{element_id}", (CARDKIT,))
ELEMENT_CONTENT = Api("PUT", "/open-apis/cardkit/v1/cards/{card_id}/elements/{element_id}/content", (CARDKIT,))

MESSAGE_EVENT = "im.message.receive_v1"
CARD_CALLBACK = "card.action.trigger"
