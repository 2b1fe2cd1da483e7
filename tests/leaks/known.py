"""The secrets that are there from the start: those of clusters, and the credentials that tests give to Steward."""

from collections.abc import Mapping

from sandbox.claude.standin import API_KEY
from sandbox.cluster.access import Access
from sandbox.cluster.planted import CLUSTER_SECRETS
from sandbox.dingtalk.parts import CLIENT_SECRET
from sandbox.feishu.parts import APP_SECRET
from tests.leaks.secrets import Secret

_KEPT = "store: settings.value"
"""What the setup collected is kept there, in a file that only its owner reads."""
DINGTALK = (
    "dingtalk: POST /v1.0/gateway/connections/open",
    "dingtalk: POST /v1.0/oauth2/*",
    "dingtalk: GET /gettoken",
    _KEPT,
)
FEISHU = ("feishu: POST /callback/ws/endpoint", "feishu: POST /open-apis/auth/v3/*", _KEPT)
TYPED = ("store: inbox.body", "store: actions.change_order")
"""What a person typed is kept until the message has been dealt with, and in an order as what will be run: it is nobody else's
text, and without it nothing could run after a restart. Everything that tells of it is masked."""
_HOMES = {"DINGTALK_CLIENT_SECRET": DINGTALK, "FEISHU_APP_SECRET": FEISHU}
_LAST_WORDS = ("_SECRET", "_KEY", "_PASSWORD", "_TOKEN")


def of_stand_ins() -> tuple[Secret, ...]:
    """Those that stand-ins ask for when nothing else was said."""
    tokens = (Secret(f"the token of {user.name}", token, (_KEPT,)) for token, user in Access().users.items())
    return (
        Secret("DingTalk's client secret", CLIENT_SECRET, DINGTALK),
        Secret("Feishu's app secret", APP_SECRET, FEISHU),
        Secret("the model's API key", API_KEY, (_KEPT,)),
        *tokens,
    )


def of_clusters() -> tuple[Secret, ...]:
    """What the stand-in's clusters hold: at home nowhere."""
    return tuple(Secret(f"the cluster's {name}", value) for name, value in CLUSTER_SECRETS.items())


def typed(*values: str) -> tuple[Secret, ...]:
    return tuple(Secret(f"typed secret {number}", value, TYPED) for number, value in enumerate(values, start=1))


def of_settings(settings: Mapping[str, str]) -> tuple[Secret, ...]:
    """Settings whose names say that they are secret."""
    return tuple(
        Secret(f"the setting {name}", value, _HOMES.get(name.upper(), (_KEPT,)))
        for name, value in settings.items()
        if name.upper().endswith(_LAST_WORDS)
    )
