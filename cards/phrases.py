"""The few words that renderers add of their own; everything else on a card comes with it."""

from dataclasses import dataclass

from cards.model import Card, Tone
from cards.plain import one_line


@dataclass(frozen=True, slots=True)
class Phrases:
    """`{count}` is a number of lines, rows or characters, `{button}` what a button says."""

    more_lines: str
    earlier_lines: str
    more_rows: str
    more_columns: str
    more_facts: str
    more_sections: str
    more_buttons: str
    hidden: str
    lines: str
    rows: str
    cut: str
    log: str
    whole: str
    type_instead: str
    typed: str
    withheld: str
    in_words: str
    in_chat: str
    table: str
    code: str
    reason_for: str
    colon: str
    comma: str


_PHRASES = {
    "zh": Phrases(
        more_lines="… 另有 {count} 行",
        earlier_lines="… 前面还有 {count} 行",
        more_rows="… 另有 {count} 项",
        more_columns="未显示的列：{names}",
        more_facts="… 另有 {count} 项未显示",
        more_sections="… 另有 {count} 段未显示",
        more_buttons="… 另有 {count} 个选项放不下，请直接回复名称",
        hidden="（{count} 行未显示）",
        lines="（{count} 行）",
        rows="（{count} 项）",
        cut="…（已截断，共 {count} 字）",
        log="最新日志",
        whole="查看完整卡片",
        type_instead="@我 回复即可操作",
        typed="或回复「{twin}」",
        withheld="明细未通过钉钉的内容审核，未显示",
        in_words="卡片发不出去，改用文字（{why}）",
        in_chat="在群里点卡片上的按钮，或者回复",
        table="表格",
        code="文本",
        reason_for="填写原因并{button}",
        colon="：",
        comma="、",
    ),
    "en": Phrases(
        more_lines="… {count} more",
        earlier_lines="… {count} earlier",
        more_rows="… {count} more",
        more_columns="not shown: {names}",
        more_facts="… {count} more not shown",
        more_sections="… {count} more sections",
        more_buttons="… {count} more choices do not fit: type the name instead",
        hidden=" ({count} not shown)",
        lines=" ({count} lines)",
        rows=" ({count})",
        cut="… (cut, {count} characters in all)",
        log="Latest log",
        whole="Open the full card",
        type_instead="Mention me and type",
        typed="or type “{twin}”",
        withheld="DingTalk's content check refused the details",
        in_words="The card could not be shown, so here it is in words ({why})",
        in_chat="Press a button on the card in the group, or type",
        table="Table",
        code="Text",
        reason_for="{button}: type why and send",
        colon=": ",
        comma=", ",
    ),
}


def phrases(card: Card) -> Phrases:
    return _PHRASES[card.language]


_SIGNS = {
    Tone.WAITING: "🟠",
    Tone.RUNNING: "🔵",
    Tone.VERIFYING: "🟣",
    Tone.SUCCESS: "✅",
    Tone.FAILURE: "❌",
    Tone.WARNING: "⚠️",
    Tone.MUTED: "⚪",
}
_KIND_SIGNS = {"approval": "📝", "diagnosis": "🔎", "status": "📋", "notice": "💬"}


def heading(card: Card) -> str:
    """State first, for those who only see the first words of it in a list of chats."""
    tag = one_line(card.tag or "")
    title = one_line(card.title)
    return f"{_SIGNS.get(card.tone, _KIND_SIGNS[card.kind])} {f'{tag} · {title}' if tag else title}"


def bar(percent: int, cells: int = 10) -> str:
    """Full only at 100, empty only at 0. Squares: fonts for Chinese draw shades (`▓`) as hatching."""
    full = min(max(round(percent * cells / 100), 1 if percent else 0), cells if percent == 100 else cells - 1)
    return "■" * full + "□" * (cells - full)
