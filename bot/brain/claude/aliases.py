"""Names that are not to leave: namespaces, workloads, hosts and people become `ns-1`, `app-2`, `host-1`, `person-1`, and back.

An alias stays the same while the daemon runs. A name is hidden wherever it stands as a word of its own, or as one part of a longer
name: the pod `checkout-6d4f-x2` of `checkout` becomes `app-1-6d4f-x2`.
"""

import re
from collections.abc import Iterable
from typing import Literal

Sort = Literal["ns", "app", "host", "person"]

_PLAIN = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "localhost"})
"""Names that every cluster has tell nothing."""
_HOST = re.compile(
    r"(?<![\w.-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:com|cn|net|org|io|dev|local|internal|corp|lan|svc|cloud|intra))(?![\w-]|\.\w)"
)
_ALIAS = re.compile(r"(?<![A-Za-z0-9])(?:ns|app|host|person)-\d{1,6}(?![A-Za-z0-9])")
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
            if len(name) < _SHORTEST or name in _PLAIN or name in self._by_name:
                continue
            self._counts[sort] = self._counts.get(sort, 0) + 1
            alias = f"{sort}-{self._counts[sort]}"
            self._by_name[name], self._by_alias[alias] = alias, name
            self._names = None

    def hide(self, text: str) -> str:
        self.learn("host", dict.fromkeys(_HOST.findall(text)))
        if self._names is None and self._by_name:
            longest_first = sorted(self._by_name, key=len, reverse=True)
            self._names = re.compile(
                rf"{_ALIAS.pattern}|(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, longest_first))})(?![A-Za-z0-9_])"
            )
        if self._names is None:
            return text
        return self._names.sub(lambda found: self._by_name.get(found[0], found[0]), text)

    def restore(self, text: str) -> str:
        return _ALIAS.sub(lambda found: self._by_alias.get(found[0], found[0]), text)
