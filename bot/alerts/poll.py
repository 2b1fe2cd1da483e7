"""Asks Alertmanager what fires (API v2, its OpenAPI document `api/v2/openapi.yaml`). It is only ever read: silences made there are
honoured, those made here stay here."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from bot.alerts.alert import Alert, Place, Severity, grouped, key_of, workload_of
from executor.fields import shown
from executor.redact import mask

log = structlog.get_logger()

SECONDS = 15.0
LARGEST = 8 * 1024 * 1024
MOST = 2000
LONGEST_TEXT = 400
LONGEST_DETAIL = 2000
_ASKED = {"active": "true", "silenced": "false", "inhibited": "false", "unprocessed": "true"}
_WORDS: dict[Severity, frozenset[str]] = {
    "critical": frozenset({"critical", "crit", "page", "emergency", "error", "fatal", "high", "p0", "p1"}),
    "info": frozenset({"info", "informational", "notice", "low", "p4"}),
}
_SILENT = frozenset({"none"})
"""kube-prometheus' Watchdog: it fires so that somebody notices when it stops."""
_KINDS = (
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("cronjob", "CronJob"),
    ("job_name", "Job"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
)


class Away(Exception):
    """Alertmanager did not answer, or not as it should: nothing is known, which is not the same as that nothing fires."""


class _Status(BaseModel):
    state: str = "active"


class _Gettable(BaseModel):
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    since: AwareDatetime = Field(alias="startsAt")
    status: _Status = _Status()


class Alertmanager:
    """`url` is where its pages are; with a name and password in it those are used. Never logged."""

    def __init__(self, url: str, session: aiohttp.ClientSession, *, seconds: float = SECONDS) -> None:
        self._url = f"{url}/api/v2/alerts"
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def firing(self) -> tuple[tuple[Alert, ...], bool]:
        """What fires now, grouped, and whether that is all of it. Raises Away."""
        raw = await self._fetched()
        try:
            listed = await asyncio.to_thread(json.loads, raw)
        except (ValueError, RecursionError) as exc:
            raise Away("the answer is not JSON") from exc
        if not isinstance(listed, list):
            raise Away("the answer is not a list of alerts")
        alerts, unread = await asyncio.to_thread(_read, listed[:MOST])
        if unread:
            log.warning("alerts.unreadable", count=unread)
        return alerts, not unread and len(listed) <= MOST

    async def _fetched(self) -> bytes:
        try:
            asking = self._session.get(self._url, params=_ASKED, timeout=self._timeout, allow_redirects=False)
            async with asking as answer:
                if answer.status != 200:
                    raise Away(f"it answered with status {answer.status}")
                raw = bytearray()
                async for part in answer.content.iter_chunked(65536):
                    raw += part
                    if len(raw) > LARGEST:
                        raise Away(f"the answer is longer than {LARGEST} bytes")
                return bytes(raw)
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise Away(type(exc).__name__) from exc


def _read(listed: list[Any]) -> tuple[tuple[Alert, ...], int]:
    found: list[Alert] = []
    unread = 0
    for each in listed:
        try:
            given = _Gettable.model_validate(each)
        except ValidationError:
            unread += 1
            continue
        if given.status.state != "suppressed" and given.labels.get("severity", "").lower() not in _SILENT:
            found.append(_alert(given.labels, given.annotations, given.since))
    return grouped(found), unread


def _alert(labels: Mapping[str, str], annotations: Mapping[str, str], since: datetime) -> Alert:
    name, place = labels.get("alertname", ""), _place(labels)
    summary = annotations.get("summary") or annotations.get("message") or annotations.get("description") or ""
    detail = annotations.get("description") or annotations.get("message") or ""
    return Alert(
        source="alertmanager",
        key=key_of("alertmanager", name, place),
        name=shown(name, 120),
        severity=_severity(labels.get("severity", "")),
        place=Place(**{part: shown(said, 260) for part, said in place.model_dump().items()}),
        summary=shown(summary, LONGEST_TEXT),
        detail=mask(detail).text[:LONGEST_DETAIL] if detail != summary else "",
        since=since,
        labels=tuple(shown(f"{label}={value}", 200) for label, value in sorted(labels.items()) if label != "alertname"),
    )


def _severity(said: str) -> Severity:
    return next((severity for severity, words in _WORDS.items() if said.lower() in words), "warning")


def _place(labels: Mapping[str, str]) -> Place:
    """The usual labels of kube-state-metrics and of pods that are scraped."""
    namespace, pod = labels.get("namespace", ""), labels.get("pod", "")
    for label, kind in _KINDS:
        if name := labels.get(label, ""):
            return Place(kind=kind, name=name, namespace=namespace)
    if pod:
        return Place(name=workload_of(pod), namespace=namespace, pod=pod)
    if node := labels.get("node", ""):
        return Place(kind="Node", name=node)
    return Place(namespace=namespace)
