"""What Feishu refuses a card or a post for, and how much of it there is."""

import json

from cards.plain import size

BUDGET = 28 * 1024
"""Bytes of a card or a post as they are sent: a JSON string inside JSON, where each quote costs two. 30 KB are documented for the
whole request (230025)."""
MOST_ELEMENTS = 180
"""200 are documented (11310, 300305), text nodes counted too."""
MOST_TABLES = 3
"""5 are documented (11310); other bots stop at 3, having seen more refused."""
MOST_BUTTONS = 10


def content(rendered: object) -> str:
    """The string that `content` is in a request."""
    return json.dumps(rendered, ensure_ascii=False, separators=(",", ":"))


def sent_size(rendered: object) -> int:
    """Bytes in a request that is UTF-8 throughout; one that escapes what is not ASCII (`ensure_ascii`) takes twice as many for
    Chinese."""
    return size(json.dumps(content(rendered), ensure_ascii=False))


def count(node: object) -> int:
    """Components as Feishu counts them, rather more than less: whatever has a tag."""
    if isinstance(node, dict):
        return ("tag" in node) + sum(map(count, node.values()))
    return sum(map(count, node)) if isinstance(node, list) else 0
