"""What happened lately, with what repeats said once: by object, reason and template, so that no number or id tells two apart."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from executor.ages import age
from executor.fields import Raw, text
from executor.happenings import event_count, event_line, event_time, is_warning
from executor.kinds import kind_named
from executor.loglines import template_of
from executor.looks.telling import rows, told
from executor.operations import Target
from executor.related import EVENT, MAX_EVENTS, related
from executor.sight import Sight, Sparing

_MOST = 30


async def events(
    sight: Sight, namespace: str | None, target: Target | None = None, *, minutes: int = 0, warnings: bool = False
) -> tuple[str, ...]:
    """Of an object and its pods, or of a namespace (None: of all); of the last so many `minutes`, or whatever is kept.

    Raises NotFound, Forbidden (of the object), Unreachable."""
    reader = Sparing(sight)
    if target is None:
        found = await reader.listed(EVENT, namespace)
    elif kind_named(target.kind).namespaced:
        seen = await related(reader, target)
        found = seen.events
        reader.denied |= seen.denied
    else:
        about = f"involvedObject.kind={target.kind},involvedObject.name={target.name}"
        await reader.get(kind_named(target.kind), target.name)  # which checks the name, too
        found = (await reader.list(EVENT, None, fields=about, limit=MAX_EVENTS)).items
    now = datetime.now(UTC)
    since = now - timedelta(minutes=minutes) if minutes else None
    wanted = [
        event
        for event in found
        if (not warnings or is_warning(event)) and (since is None or event_time(event) >= since)
    ]
    what = f"{'warnings' if warnings else 'events'} of the last {minutes} min" if minutes else "events"
    lines = [f"{age(now - event_time(event))} ago {event_line(event)}" for event in _folded(wanted)]
    return told(
        reader, [*rows(f"{what} ({len(wanted)}), newest first, repeats folded", lines, _MOST), *_nothing(wanted)]
    )


def _nothing(events: list[Raw]) -> list[str]:
    return [] if events else ["(no event proves nothing: they expire after an hour, and recorders drop some)"]


def _folded(events: Iterable[Raw]) -> list[Raw]:
    """The newest of those that are alike, with their counts together; the newest first."""
    kept: dict[tuple[str, str, str], Raw] = {}
    for event in sorted(events, key=event_time):
        key = (text(event, "involvedObject", "uid"), text(event, "reason"), template_of(text(event, "message")))
        before = kept.pop(key, None)
        count = event_count(event) + (event_count(before) if before is not None else 0)
        kept[key] = {
            **event,
            "count": count,
            "series": {"count": count, "lastObservedTime": event_time(event).isoformat()},
        }
    return list(reversed(kept.values()))
