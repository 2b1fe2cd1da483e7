"""A card's buttons as Feishu shows them: a row of those that only ask to be pressed, then a form for each that asks for words."""

from typing import Any

from cards.feishu_components import Element, form, one_then_other, plain, side_by_side, text_input
from cards.feishu_limits import MOST_BUTTONS
from cards.markdown import is_address
from cards.model import Button, Card
from cards.parts import LABEL_CHARS, TITLE_CHARS, summary
from cards.plain import clip, one_line

_CONFIRM_CHARS = 120
_TYPES = {"default": "default", "primary": "primary_filled", "danger": "danger"}


def buttons(card: Card, key: str) -> list[Element]:
    shown = list(enumerate(card.buttons[:MOST_BUTTONS]))
    plain_ones = sorted((each for each in shown if not _asks(each[1])), key=lambda each: each[1].disabled)
    pressed = [_button(card, button, key, number) for number, button in plain_ones]
    asked = [(number, button) for number, button in shown if _asks(button)]
    row = [side_by_side(pressed, "buttons")] if len(pressed) > 1 else pressed
    return [*row, *(_form(card, button, key, number, lone=len(asked) == 1) for number, button in asked)]


def _asks(button: Button) -> bool:
    return button.input is not None and not button.disabled and button.url is None


def _form(card: Card, button: Button, key: str, number: int, *, lone: bool) -> Element:
    """Names are unique on the card; the only input keeps its own, for `form_value`."""
    assert button.input is not None
    name = button.input.name if lone else f"{button.input.name}_{number}"
    asked = text_input(
        name,
        clip(one_line(button.input.label), TITLE_CHARS),
        required=button.input.required,
        element_id=f"input_{number}",
    )
    submit = {
        **_button(card, button, key, number),
        "name": f"submit_{number}",
        "form_action_type": "submit",
    }
    return form([one_then_other(asked, submit, f"ask_{number}")], f"form_{number}", f"form_{number}")


def _button(card: Card, button: Button, key: str, number: int) -> Element:
    """The value comes back with the click. What only shows a decision is small and grey, without a frame. A link that is no
    plain web address is greyed: it leads nowhere."""
    dead = button.disabled or (button.url is not None and not is_address(button.url))
    face: Element = {
        "tag": "button",
        "element_id": f"button_{number}",
        "type": "text" if button.disabled else "default" if dead else _TYPES[button.style],
        "size": "small" if button.disabled else "medium",
        "text": plain(clip(one_line(button.text), LABEL_CHARS)),
        "disabled": dead,
    }
    if button.url is not None and not dead:
        return {**face, "behaviors": [{"type": "open_url", "default_url": button.url}]}
    value: dict[str, Any] = {"key": key, "id": button.id}
    if card.digest:
        value["digest"] = card.digest
    if button.confirm and not dead:
        face["confirm"] = {
            "title": plain(clip(one_line(button.confirm), TITLE_CHARS)),
            "text": plain(clip(summary(card), _CONFIRM_CHARS)),
        }
    return {**face, "behaviors": [{"type": "callback", "value": value}]}
