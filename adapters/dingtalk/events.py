"""The events that we heed: who left the organisation.

Source: the page user-resignation-stream. Events of the contacts are exempt from the month's pushes; an application that did not
subscribe to them in its console hears none.
"""

from adapters.dingtalk.frames import Frame
from adapters.strange import json_object, string
from adapters.types import Person

LEFT = "user_leave_org"
_MOST = 1000
"""Of one event; a department that is removed takes all its people along."""


def is_heeded(frame: Frame) -> bool:
    return bool(frame.headers.event_type == LEFT)


def leavers(frame: Frame, *, corp_id: str) -> tuple[Person, ...]:
    """Whom the event names. Of another organisation than ours, nobody; `corp_id` is "" while ours is not known."""
    theirs = string(getattr(frame.headers, "event_corp_id", ""))
    if corp_id and theirs and theirs != corp_id:
        return ()
    data = json_object(frame.data)
    named = data.get("userId") or data.get("UserId")
    ids = named if isinstance(named, list) else [named]
    return tuple(Person(platform="dingtalk", id=one, name="") for one in map(string, ids[:_MOST]) if one)
