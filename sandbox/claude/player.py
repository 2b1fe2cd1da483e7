"""A small model without a model: deterministic, and good enough to play the demo and to be a partner in tests.

It looks for the object that the person names, looks at it, and proposes what the words ask for; of a diagnosis it repeats the
first line of the evidence that speaks of trouble, and cites it. It does nothing that a real model would need wits for.
"""

import re

from sandbox.claude.asked import Asked
from sandbox.claude.script import Turn, Use

_REQUEST = re.compile(r"REQUEST:\n(.*)\Z", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_OBJECT = re.compile(r"^([a-z]+)/([a-z0-9.-]+) -n ([a-z0-9-]+)$", re.MULTILINE)
_EVIDENCE = re.compile(r"^\[(\d+)\] .*\n((?:(?!\[\d+\] |Finding |</data-).*\n?)*)", re.MULTILINE)
_TROUBLE = re.compile(r"error|fatal|panic|fail|refused|denied|kill|back-?off|not found|exceeded|warning", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MORE = re.compile(r"多来|加点|顶不住|扛不住|不够|人手|more capacity|busier|too few|keep up", re.IGNORECASE)
_AGAIN = re.compile(r"卡死|没反应|hang|stuck|fresh start", re.IGNORECASE)
_WHY = re.compile(r"为什么|怎么回事|why|wrong", re.IGNORECASE)
_WORKLOADS = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet"}
_DULL = frozenset(
    {"the", "please", "it", "is", "to", "for", "and", "can", "you", "more", "some", "pod", "why", "with", "up"}
)


def play(asked: Asked) -> Turn:
    """The next answer in whatever conversation this is."""
    found = _REQUEST.search(asked.first)
    request = found[1].strip() if found else asked.first
    if "DIAGNOSIS:" in asked.first:
        return Turn(text=_concluded(asked.first, request))
    if not asked.tools:
        return Turn(text="ok")
    if not asked.results:
        return _first_look(request)
    return _next(asked, request)


def _first_look(request: str) -> Turn:
    names = [name for name in _NAME.findall(request.lower()) if name not in _DULL]
    if not names:
        return Turn(text=_either(request, "请说明是哪个对象。", "Please name the object."))
    return Turn(uses=tuple(Use(name="find", input={"text": name}) for name in dict.fromkeys(names[:2])))


def _next(asked: Asked, request: str) -> Turn:
    last = asked.results[-1]
    if last.name.startswith("propose_"):
        said = ("已提出，等待管理员批准。", "Proposed; an administrator decides.")
        return Turn(
            text=_either(request, *(("这个提案不成立。", "That cannot be proposed.") if last.is_error else said))
        )
    known = [one for result in asked.results if result.name == "find" for one in _OBJECT.findall(result.text)]
    target = next(((kind, name, where) for kind, name, where in known if kind in _WORKLOADS), None)
    if target is None:
        return Turn(text=_either(request, "集群里没有找到这个对象。", "There is no such object in the cluster."))
    kind, name, where = target
    named = {"kind": _WORKLOADS[kind], "name": name, "namespace": where}
    if last.name == "find":
        return Turn(uses=(Use(name="describe", input={"target": named}), Use(name="events", input=named)))
    if _WHY.search(request):
        return Turn(uses=(Use(name="show_diagnosis", input=named),))
    if _MORE.search(request):
        return Turn(uses=(Use(name="propose_scale", input={"target": named, "delta": 2}),))
    if _AGAIN.search(request):
        return Turn(uses=(Use(name="propose_restart", input={"target": named}),))
    state = last.text.split("\n")[1] if "\n" in last.text else last.text
    return Turn(text=f"{kind}/{name} ({where}): {state}")


def _concluded(first: str, request: str) -> str:
    told = [(number, line) for number, lines in _EVIDENCE.findall(first) for line in lines.splitlines() if line.strip()]
    if not told:
        return _either(request, "没有证据能说明原因。", "The evidence does not say why.")
    number, line = next((each for each in told if _TROUBLE.search(each[1])), told[0])
    return _either(
        request,
        f"最可能的原因见证据：{line[:160]} [{number}]",
        f"Most likely, as the evidence says: {line[:160]} [{number}]",
    )


def _either(request: str, zh: str, en: str) -> str:
    return zh if _HAN.search(request) else en
