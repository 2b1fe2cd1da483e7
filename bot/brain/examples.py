"""Requests that are understood, to show beside one that was not: the nearest by the words they share, said of the same thing."""

from collections.abc import Sequence

from bot.brain.planner import Reply
from bot.brain.spelling import Token
from bot.brain.tags import VERBS, Tag
from bot.brain.tokens import tokenise
from executor.reason import reason
from executor.redact import mask

_SHOWN = 3
EXAMPLES = {
    "zh": (
        "看下 shop 命名空间的 pod",
        "为什么 {web} 起不来",
        "重启 {web}",
        "{web} 扩到 5 个副本",
        "给 {web} 加 2 个副本",
        "查看 {web} 最近 50 行日志",
        "{web} 的详情",
        "{web} 的事件",
        "把 {web} 的镜像换成 nginx:1.27",
        "删除 pod {web}-0 -n shop",
        "在 {web}-0 里执行 `ls /tmp`",
        "有哪些节点",
        "谁重启了 {web}",
        "审计 今天",
        "帮助",
    ),
    "en": (
        "get pods in shop",
        "why is {web} not starting",
        "restart {web}",
        "scale {web} to 5",
        "add 2 replicas to {web}",
        "last 50 lines of {web} logs",
        "describe {web}",
        "events of {web}",
        "set the image of {web} to nginx:1.27",
        "delete pod {web}-0 -n shop",
        "exec in {web}-0: `ls /tmp`",
        "list nodes",
        "who restarted {web}",
        "audit today",
        "help",
    ),
}
"""`{web}` is the last name of the message, else web."""
_COMMON = frozenset(
    {Tag.NAME, Tag.NUMBER, Tag.NOISE, Tag.DE, Tag.OF, Tag.IN, Tag.TO, Tag.UNIT, Tag.QUOTED, Tag.FLAG, Tag.COLON}
)


def unknown(text: str, tokens: tuple[Token, ...], language: str) -> Reply:
    """Says that `text` was not understood."""
    said = {token.tag for token in tokens} - _COMMON
    names = [token.value for token in tokens if token.tag is Tag.NAME]

    def distance(example: str) -> int:
        """Verbs tell most; where something was named, what is said of nothing is far."""
        shared = said & ({token.tag for token in tokenise(example.format(web="web"))} - _COMMON)
        return 2 * (bool(names) and "{web}" not in example) - sum(3 if tag in VERBS else 1 for tag in shared)

    nearest = sorted(EXAMPLES[language], key=distance)[:_SHOWN]
    shown = mask(text[:60]).text
    return Reply(reason=reason("rules.unknown", text=shown, examples=" · ".join(_said_of(nearest, names))))


def _said_of(examples: Sequence[str], names: Sequence[str]) -> list[str]:
    name = mask(names[-1]).text if names else "web"
    return [example.format(web=name) for example in examples]
