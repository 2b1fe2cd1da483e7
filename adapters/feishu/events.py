"""Events about people: who left the organisation.

Source: the pages reference/contact-v3/user/events/deleted and …/updated. An application hears them only when it has subscribed
to them and may read contacts, and of the people within its range.
"""

from adapters.feishu.frames import CHANGED, LEFT, Event
from adapters.strange import json_object, string
from adapters.types import Person

HEEDED = (LEFT, CHANGED)


def leaver(event: Event) -> Person | None:
    """None for a change that leaves somebody where they are."""
    about = json_object(event.body.get("object"))
    open_id = string(about.get("open_id"))
    gone = event.kind == LEFT or resigned(about)
    return Person(platform="feishu", id=open_id, name=string(about.get("name"))) if open_id and gone else None


def resigned(user: dict[str, object]) -> bool:
    """Of a user as Feishu describes one. Frozen or not yet activated is not left."""
    return json_object(user.get("status")).get("is_resigned") is True
