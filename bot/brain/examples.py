"""Requests that are understood, to show beside one that was not: the nearest by the words they share."""

from bot.brain.planner import Reply
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from bot.brain.tokens import tokenise
from executor.reason import reason
from executor.redact import mask

_SHOWN = 3
_EXAMPLES = {
    "zh": (
        "看下 shop 命名空间的 pod",
        "为什么 shop 起不来",
        "重启 nginx",
        "web 扩到 5 个副本",
        "查看 nginx 最近 50 行日志",
        "把 web 的镜像换成 nginx:1.27",
        "删除 pod web-0 -n shop",
        "在 web-0 里执行 `ls /tmp`",
        "shop 命名空间的事件",
        "有哪些节点",
        "审计 今天",
        "帮助",
    ),
    "en": (
        "get pods in shop",
        "why is shop not starting",
        "restart nginx",
        "scale web to 5",
        "last 50 lines of nginx logs",
        "set the image of web to nginx:1.27",
        "delete pod web-0 -n shop",
        "exec in web-0: `ls /tmp`",
        "events in shop",
        "list nodes",
        "audit today",
        "help",
    ),
}
_COMMON = frozenset(
    {Tag.NAME, Tag.NUMBER, Tag.NOISE, Tag.DE, Tag.OF, Tag.IN, Tag.TO, Tag.UNIT, Tag.QUOTED, Tag.FLAG, Tag.COLON}
)


def unknown(text: str, tokens: tuple[Token, ...], language: str) -> Reply:
    """Says that `text` was not understood."""
    said = {token.tag for token in tokens} - _COMMON

    def distance(example: str) -> int:
        return -len(said & ({token.tag for token in tokenise(example)} - _COMMON))

    nearest = sorted(_EXAMPLES[language], key=distance)[:_SHOWN]
    shown = mask(text[:60]).text
    return Reply(reason=reason("rules.unknown", text=shown, examples=" · ".join(nearest)))
