"""The markdowns of the two platforms: CommonMark with tables, and the tags that each documents.

A tag that is not documented stays text, as does every link that is not http(s). Tags become tokens, never strings of HTML: the
renderer escapes whatever they carry.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from sandbox.preview.palette import hue
from sandbox.preview.words import text, web_address

Attributes = Mapping[str, str]
Face = Callable[[Attributes, Mapping[str, str]], tuple[str, str | None]]
"""What a tag looks like, given its attributes and the names of people: its class, and the text that stands in for what is
between its ends (None: that itself)."""

_TAG = re.compile(r"<([a-z_]+)((?:\s+[A-Za-z_]\w*\s*=\s*(?:'[^'<>]*'|\"[^\"<>]*\"|[^\s'\"<>/]+))*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_]\w*)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"<>/]+))")


def _font(attributes: Attributes, _people: Mapping[str, str]) -> tuple[str, str | None]:
    return f"ink {hue(attributes.get('color'))}", None


def _tag(attributes: Attributes, _people: Mapping[str, str]) -> tuple[str, str | None]:
    return f"tag {hue(attributes.get('color', 'neutral'))}", None


def _at(attributes: Attributes, people: Mapping[str, str]) -> tuple[str, str | None]:
    who = next((attributes[key] for key in ("id", "user_id", "open_id") if key in attributes), "")
    return "at", f"@{'所有人' if who == 'all' else people.get(who, who)}"


def _person(attributes: Attributes, people: Mapping[str, str]) -> tuple[str, str | None]:
    who = attributes.get("id", "")
    return "person", people.get(who, who)


_DINGTALK_INKS = ("green", "red", "blue", "orange", "yellow", "gray", "purple")


def _dingtalk_font(attributes: Attributes, _people: Mapping[str, str]) -> tuple[str, str | None]:
    token = attributes.get("colorTokenV2", attributes.get("color", ""))
    named = next((colour for colour in _DINGTALK_INKS if colour in token), "")
    small = " small" if "foot" in attributes.get("sizeToken", "") else ""
    faded = " faded" if "level2" in token or "level3" in token else ""
    return f"ink{small}{faded} {hue(named)}", None


def _dingtalk_at(attributes: Attributes, _people: Mapping[str, str]) -> tuple[str, str | None]:
    return ("at", None) if "atId" in attributes else ("", None)


FEISHU: Mapping[str, Face] = {"font": _font, "text_tag": _tag, "at": _at, "person": _person}
DINGTALK: Mapping[str, Face] = {"font": _dingtalk_font, "a": _dingtalk_at}


def markdown(source: str, faces: Mapping[str, Face], *, breaks: bool, people: Mapping[str, str] | None = None) -> str:
    """`breaks`: whether a single newline breaks the line, as it does on Feishu and not on DingTalk."""
    reader = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(["table", "strikethrough"])
    reader.validateLink = lambda url: bool(web_address(url))  # type: ignore[method-assign]
    reader.inline.ruler.before("html_inline", "tag", _rule(faces, people or {}))
    reader.add_render_rule("image", _picture)
    reader.add_render_rule("table_open", lambda *_: '<div class="grid"><table>')
    reader.add_render_rule("table_close", lambda *_: "</table></div>")
    return str(reader.render(source))


def _picture(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: Any) -> str:
    return f'<span class="missing">图片 {text(tokens[index].content)}</span>'


def _rule(faces: Mapping[str, Face], people: Mapping[str, str]) -> Callable[[StateInline, bool], bool]:
    def rule(state: StateInline, silent: bool) -> bool:
        found = _TAG.match(state.src, state.pos, state.posMax)
        if not found:
            return False
        name, given, closed = found[1], found[2], found[3]
        if name == "br":
            if not silent:
                state.push("hardbreak", "br", 0)
            state.pos = found.end()
            return True
        end = found.end() if closed else state.src.find(f"</{name}>", found.end(), state.posMax)
        if name not in faces or end < 0:
            return False
        attributes = {one[1]: one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(given)}
        classes, instead = faces[name](attributes, people)
        if not classes:
            return False
        if not silent:
            _push(state, classes, instead, found.end(), end)
        state.pos = end if closed else end + len(f"</{name}>")
        return True

    return rule


def _push(state: StateInline, classes: str, instead: str | None, start: int, end: int) -> None:
    last = state.posMax
    state.push("tag_open", "span", 1).attrs = {"class": classes.strip()}
    if instead is None:
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
    else:
        state.push("text", "", 0).content = instead
    state.push("tag_close", "span", -1)
    state.posMax = last
