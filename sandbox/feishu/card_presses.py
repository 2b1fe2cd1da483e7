"""What can be pressed or filled in on a card: its texts, its question before, what it does."""

from typing import Any

from sandbox.feishu import card_tags as tags
from sandbox.feishu.card_findings import BAD_JSON, Findings, number

NAMELESS = 200530


def check_pressable(findings: Findings, tag: str, path: str, element: dict[str, Any], *, in_form: bool) -> None:
    for key in ("text", "placeholder", "label", "hover_tips", "disabled_tips"):
        if key in element:
            findings.text(f"{path} -> {key}", element[key])
    for key in ("disabled", "required"):
        if not isinstance(element.get(key, False), bool):
            findings.add(BAD_JSON, f"{path} -> {key}", f"{key} is no bool")
    findings.icon(path, element)
    if "confirm" in element:
        confirm = element["confirm"]
        if not isinstance(confirm, dict) or not isinstance(confirm.get("title"), dict):
            findings.add(BAD_JSON, f"{path} -> confirm", "confirm has no title")
        else:
            findings.known(f"{path} -> confirm", confirm, tags.CONFIRM)
            findings.text(f"{path} -> confirm -> title", confirm["title"])
            if "text" in confirm:
                findings.text(f"{path} -> confirm -> text", confirm["text"])
    _behaviors(findings, path, element.get("behaviors", []))
    if tag == "input" and not 1 <= number(element.get("max_length", 1000)) <= 1000:
        findings.add(BAD_JSON, f"{path} -> max_length", "max_length is not within 1 and 1000")
    name = element.get("name")
    if name is not None and (not isinstance(name, str) or not name):
        findings.add(BAD_JSON, f"{path} -> name", "name is no text")
    elif name:
        findings.names[name] += 1
    elif in_form:
        findings.add(NAMELESS, path, "the name of a component in a form is empty")
    if "form_action_type" in element and not in_form:
        findings.add(BAD_JSON, path, "form_action_type outside a form")


def _behaviors(findings: Findings, path: str, behaviors: Any) -> None:
    if not isinstance(behaviors, list):
        findings.add(BAD_JSON, f"{path} -> behaviors", "behaviors is no list")
        return
    for index, one in enumerate(behaviors):
        where = f"{path} -> behaviors -> [{index}]"
        kind = one.get("type") if isinstance(one, dict) else None
        if kind == "callback":
            findings.known(where, one, tags.CALLBACK)
            if not isinstance(one.get("value"), dict):
                findings.add(BAD_JSON, f"{where} -> value", "the value of a callback is no object")
        elif kind == "open_url":
            findings.known(where, one, tags.OPEN_URL)
            if not isinstance(one.get("default_url"), str):
                findings.add(BAD_JSON, f"{where} -> default_url", "default_url is missing")
        else:
            findings.add(BAD_JSON, where, f"unknown behavior {kind}")
