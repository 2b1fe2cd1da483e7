"""What the rules say about the object that an alert points to, as far as the cluster answers."""

import asyncio

import structlog

from bot.alerts.alert import Alert
from bot.alerts.subject import subject_of
from executor import triage
from executor.cluster import Reader
from executor.diagnosis import Diagnosis
from executor.errors import ClusterError, Throttled, Unreachable

log = structlog.get_logger()

SECONDS = 20.0
MOST = 25
"""Looks in one round: the others wait for the next one."""


class Inspection:
    """One round of looks. `dark` once the cluster did not answer: it is not waited for once more."""

    def __init__(self, cluster: Reader) -> None:
        self._cluster = cluster
        self._looks = 0
        self.dark = False

    @property
    def spent(self) -> bool:
        return self._looks >= MOST

    async def of(self, alert: Alert) -> Diagnosis | None:
        """None where the object cannot be found or asked."""
        if self.dark:
            return None
        self._looks += 1
        try:
            async with asyncio.timeout(SECONDS):
                target = await subject_of(self._cluster, alert.place)
                return await triage.diagnose(self._cluster, target) if target else None
        except (Unreachable, Throttled, TimeoutError) as error:
            self.dark = True
            log.info("alert.undiagnosed", key=alert.key, reason=type(error).__name__)
        except ClusterError as error:
            log.info("alert.undiagnosed", key=alert.key, reason=type(error).__name__)
        except Exception:  # our bug with this very object: it would end us again after every start
            log.exception("alert.undiagnosed", key=alert.key)
        return None

    async def is_ill(self, alert: Alert) -> bool:
        """Whether the object is still not well, or nobody can tell because the cluster does not answer. What is gone, or of a kind
        that is not diagnosed, is not ill."""
        seen = await self.of(alert)
        if seen is None:
            return self.dark
        return not seen.ready if seen.ready is not None else bool(seen.findings)
