"""The calls that the stand-in answers: method, path, who may make them and whether they count in the monthly budget."""

from dataclasses import dataclass
from typing import Literal

CARD_WRITE = "Card.Instance.Write"
CARD_STREAMING = "Card.Streaming.Write"
ROBOT_SEND = "qyapi_robot_sendmsg"
CONTACT_READ = "qyapi_get_member"
SCOPES = frozenset({CARD_WRITE, CARD_STREAMING, ROBOT_SEND, CONTACT_READ})


@dataclass(frozen=True, slots=True)
class Api:
    """`counted` is about the 5000 calls a month: token and contact calls are exempt by the billing page, and what is
    made without an access token is taken to be exempt too (no page says)."""

    method: str
    path: str
    face: Literal["open", "oapi"] = "open"
    token: bool = True
    scope: str = ""
    counted: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


OPEN_CONNECTION = Api("POST", "/v1.0/gateway/connections/open", token=False, counted=False)
ACCESS_TOKEN = Api("POST", "/v1.0/oauth2/accessToken", token=False, counted=False)
CORP_TOKEN = Api("POST", "/v1.0/oauth2/{corpId}/token", token=False, counted=False)
GET_TOKEN = Api("GET", "/gettoken", "oapi", token=False, counted=False)

SEND_BY_SESSION = Api("POST", "/robot/sendBySession", "oapi", token=False, counted=False)
GROUP_SEND = Api("POST", "/v1.0/robot/groupMessages/send", scope=ROBOT_SEND)
SINGLE_SEND = Api("POST", "/v1.0/robot/oToMessages/batchSend", scope=ROBOT_SEND)
FILE_DOWNLOAD = Api("POST", "/v1.0/robot/messageFiles/download", scope=ROBOT_SEND)
MEDIA_UPLOAD = Api("POST", "/media/upload", "oapi")

CREATE = Api("POST", "/v1.0/card/instances", scope=CARD_WRITE)
DELIVER = Api("POST", "/v1.0/card/instances/deliver", scope=CARD_WRITE)
CREATE_AND_DELIVER = Api("POST", "/v1.0/card/instances/createAndDeliver", scope=CARD_WRITE)
UPDATE = Api("PUT", "/v1.0/card/instances", scope=CARD_WRITE)
ADD_SPACES = Api("PUT", "/v1.0/card/instances/spaces", scope=CARD_WRITE)
STREAMING = Api("PUT", "/v1.0/card/streaming", scope=CARD_STREAMING)
REGISTER_CALLBACK = Api("POST", "/v1.0/card/callbacks/register", scope=CARD_WRITE)
STANDARD_SEND = Api("POST", "/v1.0/im/v1.0/robot/interactiveCards/send", scope=CARD_WRITE)
STANDARD_UPDATE = Api("PUT", "/v1.0/im/robots/interactiveCards", scope=CARD_WRITE)

USER_GET = Api("POST", "/topapi/v2/user/get", "oapi", scope=CONTACT_READ, counted=False)
USER_BY_UNION_ID = Api("POST", "/topapi/user/getbyunionid", "oapi", scope=CONTACT_READ, counted=False)
USER_BY_MOBILE = Api("POST", "/topapi/v2/user/getbymobile", "oapi", scope=CONTACT_READ, counted=False)

BOT_MESSAGE = "/v1.0/im/bot/messages/get"
CARD_CALLBACK = "/v1.0/card/instances/callback"
