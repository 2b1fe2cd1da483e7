"""Names that are not to leave: namespaces, workloads, hosts and people become `ns-1`, `app-2`, `host-1`, `person-1`, and back.

An alias stays the same while the daemon runs. A name is hidden wherever it stands as a word of its own, or as one part of a longer
name: the pod `checkout-6d4f-x2` of `checkout` becomes `app-1-6d4f-x2`, the variable `CHECKOUT_PORT` becomes `app-1_PORT`. What
looks like an alias that was given out and is a word of somebody else's is hidden as well, so that it does not come back as a name.
"""

import re
from collections.abc import Iterable
from typing import Literal, cast

Sort = Literal["ns", "app", "host", "person"]

_PLAIN = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "localhost"})
"""Names that every cluster has tell nothing."""
_HOST = re.compile(
    r"(?<![\w.-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:com|cn|net|org|io|dev|local|internal|corp|lan|svc|cloud|intra))(?![\w-]|\.\w)"
)
_ALIAS = re.compile(r"(?<![A-Za-z0-9])(ns|app|host|person)[-_\u2010-\u2013](\d{1,6})(?![A-Za-z0-9])", re.IGNORECASE)
"""As models write them back: at the beginning of a sentence, with another hyphen."""
_SHORTEST = 2


class Aliases:
    """`learn` tells it names; hosts and addresses it knows by their look."""

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}
        self._by_alias: dict[str, str] = {}
        self._counts: dict[Sort, int] = {}
        self._names: re.Pattern[str] | None = None

    def learn(self, sort: Sort, names: Iterable[str]) -> None:
        for name in names:
            if len(name) < _SHORTEST or name in _PLAIN or _key(name) in self._by_name:
                continue
            self._counts[sort] = self._counts.get(sort, 0) + 1
            alias = f"{sort}-{self._counts[sort]}"
            self._by_name[_key(name)], self._by_alias[alias] = alias, name
            self._names = None

    def hide(self, text: str) -> str:
        """Of text that has not been hidden yet."""
        self.learn("host", dict.fromkeys(_HOST.findall(text)))
        for found in _ALIAS.finditer(text):
            if _alias(found) in self._by_alias:
                self.learn(_sort(found), [found[0]])
        if self._names is None and self._by_name:
            longest_first = sorted(self._by_name, key=len, reverse=True)
            words = "|".join(re.escape(name).replace(r"\-", "[-_]") for name in longest_first)
            self._names = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)
        if self._names is None:
            return text
        return self._names.sub(lambda found: self._by_name.get(_key(found[0]), found[0]), text)

    def restore(self, text: str) -> str:
        return _ALIAS.sub(lambda found: self._by_alias.get(_alias(found), found[0]), text)


def _key(name: str) -> str:
    """Names that differ in case, or as variables are written, are one."""
    return name.lower().replace("_", "-")


def _alias(found: re.Match[str]) -> str:
    return f"{_sort(found)}-{int(found[2])}"


def _sort(found: re.Match[str]) -> Sort:
    return cast("Sort", found[1].lower())
