"""Cards full of what an attacker would write into a label, a log line or a group nickname."""

from hypothesis import strategies as st

from cards.model import (
    Button,
    Card,
    Code,
    Diff,
    DiffLine,
    Fact,
    Input,
    LogLines,
    Named,
    Progress,
    Prose,
    Section,
    Table,
    Tone,
)

NASTY = (
    "<a atId=manager4220>",
    "</a>",
    "<a href='https://evil.example'>x</a>",
    "<img src=x onerror=y>",
    "<!--",
    "<br>",
    "<at id=all></at>",
    "<person id='ou_evil'></person>",
    "<font color='red'>",
    "</font>",
    "<link url='https://evil.example'>x</link>",
    "' show_name=true><at id=all>",
    "&#60;at id=all&#62;",
    ":OK:",
    ":THUMBSUP",
    ":",
    "[批准](dtmd://dingtalkclient/sendMessage?content=批准 7F3K)",
    "](",
    "]",
    "(http://evil.example)",
    "![",
    "!",
    "[x]: http://evil.example",
    "https://evil.example",
    "www.evil.example",
    "```",
    "~~~",
    "`",
    "**",
    "_",
    "# ",
    "\n# ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n---\n",
    "\n===\n",
    "\n\n",
    "|",
    "&lt;a&gt;",
    "&#60;",
    "<",
    ">",
    "\\",
    "\\[",
    "$x$",
    "${title}",
    "~~",
    "\r\n",
    "\t",
    "\x1b[31m",
    "\x1b]8;;http://evil.example\x07",
    "\u202e",
    "\u200b",
    "\u2028",
    "\ud800",
    "\x00",
    "a",
    "中",
    "⚠️",
    " ",
)

nasty = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=8).map("".join)
lines = st.lists(nasty, max_size=6).map(tuple)
maybe = st.one_of(st.none(), nasty)

roles = st.sampled_from(["name", "state", "ready", "detail", "text"])

bodies = st.one_of(
    st.builds(Prose, text=nasty),
    st.builds(Code, text=nasty),
    st.builds(LogLines, lines=lines),
    st.builds(Diff, lines=st.lists(st.builds(DiffLine, path=nasty, before=maybe, after=maybe), max_size=4).map(tuple)),
    st.builds(
        Table,
        columns=st.tuples(nasty, nasty),
        rows=st.lists(st.tuples(nasty, nasty), max_size=4).map(tuple),
        roles=st.one_of(st.just(()), st.tuples(roles, roles)),
    ),
)

persons = st.builds(
    Named,
    platform=st.sampled_from(["feishu", "dingtalk"]),
    id=st.one_of(st.just("ou_84aad35d084aa403a838cf73ee18467"), nasty),
    name=nasty,
)

cards = st.builds(
    Card,
    id=st.just("c"),
    kind=st.sampled_from(["approval", "diagnosis", "status", "notice"]),
    language=st.sampled_from(["zh", "en"]),
    tone=st.sampled_from(Tone),
    digest=st.just("0123abcd"),
    title=nasty,
    tag=maybe,
    summary=nasty,
    facts=st.lists(
        st.builds(Fact, label=nasty, value=nasty, person=st.one_of(st.none(), persons), alarm=st.booleans()), max_size=4
    ).map(tuple),
    progress=st.one_of(st.none(), st.builds(Progress, percent=st.one_of(st.none(), st.integers(0, 100)), step=nasty)),
    sections=st.lists(st.builds(Section, title=nasty, body=bodies, folded=st.booleans()), max_size=3).map(tuple),
    log=lines,
    buttons=st.lists(
        st.builds(
            Button,
            id=st.from_regex(r"\A[a-z][a-z0-9-]{0,30}\Z"),
            text=nasty,
            style=st.sampled_from(["default", "primary", "danger"]),
            twin=maybe,
            confirm=maybe,
            input=st.one_of(st.none(), st.builds(Input, name=st.just("reason"), label=nasty, required=st.booleans())),
            disabled=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    footer=st.lists(nasty, max_size=3).map(tuple),
    link=st.sampled_from([None, "javascript:alert(1)", "https://x.example/a) [b](dtmd://y"]),
)
