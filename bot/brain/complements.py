"""Chinese says that something does not succeed with a verb, `不` and a complement: `拉不下来`, `连不上`, `过不了`.

The pattern makes more words than any list holds, and each of them is a complaint.
"""

_DIRECTIONS = frozenset(way + goal for way in "起下上出进过回" for goal in "来去") | {"成功"}
_RESULTS = frozenset("了来动上下出进通到成掉完开着住稳全满回够清见响齐")
_NOT_VERBS = frozenset(
    "要用能会可该想敢肯愿得是对差就也都还那先再又并且若才只快好行说做干搞弄免受忍等先也我你他她它这们人"
)


def failing(text: str, verb_end: int, verb: str) -> int | None:
    """Where the complaint ends that a verb ending at `verb_end` begins; None when none does."""
    if verb[-1] in _NOT_VERBS or text[verb_end : verb_end + 1] != "不":
        return None
    at = verb_end + 1
    if text[at : at + 2] in _DIRECTIONS:
        return at + 2
    return at + 1 if text[at : at + 1] in _RESULTS and at < len(text) else None
