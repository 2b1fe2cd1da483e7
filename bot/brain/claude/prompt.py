"""What the model is told, in both languages (`system.txt`). It never changes: it is the prefix that is cached.

What does change (the mark of the frames, the conversation before, the request) comes in the first message.
"""

from importlib import resources

from bot.brain.claude.curtain import Curtain, cut
from bot.brain.memory import Memory
from executor import kubectl

SYSTEM = resources.files(__package__).joinpath("system.txt").read_text("utf-8")

_LONGEST_REQUEST = 8000
"""Bytes."""
_LONGEST_EARLIER = 6000
_LONGEST_DIAGNOSIS = 24 * 1024


def request(text: str, memory: Memory, curtain: Curtain) -> str:
    """The first message of a request: the mark, what was said before, and what a person asks now."""
    return "\n\n".join([*_before(memory, curtain), f"REQUEST:\n{cut(curtain.hide(text), _LONGEST_REQUEST)}"])


def diagnosis(text: str, seen: str, memory: Memory, curtain: Curtain) -> str:
    framed = curtain.frame("Steward's rules", seen, most=_LONGEST_DIAGNOSIS)
    asked = f"REQUEST:\n{cut(curtain.hide(text), _LONGEST_REQUEST)}"
    return "\n\n".join([*_before(memory, curtain), f"DIAGNOSIS:\n{framed}", asked])


def _before(memory: Memory, curtain: Curtain) -> list[str]:
    parts = [f"MARK: {curtain.mark}"]
    lines = []
    for turn in memory.turns:
        about = ", ".join(f"{target} ({target.namespace or '-'})" for target in turn.targets)
        lines += [f"person: {turn.asked}", f"Steward: {turn.told}", *([f"  about: {about}"] if about else [])]
    lines += [f"a person denied: {kubectl.command_of(denied.operation)}" for denied in memory.denied]
    if memory.card:
        shown = ", ".join(f"{target} ({target.namespace or '-'})" for target in memory.card)
        lines.append(f"the newest card here is about: {shown}")
    if lines:
        earlier = "\n".join(lines)[-_LONGEST_EARLIER:]
        parts.append(curtain.frame("this conversation, earlier", earlier, most=_LONGEST_EARLIER * 3))
    return parts
