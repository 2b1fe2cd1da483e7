"""What began a moment ago is on its way; what had its time is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from executor.starting import is_starting

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def ago(seconds: int) -> str:
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(
    state: dict[str, Any], *, born: int = 5, restarts: int = 0, conditions: tuple[Any, ...] = (), **spec: Any
) -> dict[str, Any]:
    status = {"name": "app", "ready": False, "restartCount": restarts, "state": state}
    return {
        "kind": "Pod",
        "metadata": {"name": "web-1", "uid": "u", "creationTimestamp": ago(born)},
        "spec": {"containers": [{"name": "app", "image": "web:1", **spec}]},
        "status": {"phase": "Running", "conditions": list(conditions), "containerStatuses": [status] if state else []},
    }


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason}}


def running(seconds: int) -> dict[str, Any]:
    return {"running": {"startedAt": ago(seconds)}}


HOMELESS = {"type": "PodScheduled", "status": "False"}


@pytest.mark.parametrize(
    ("raw", "starting"),
    [
        (pod({}), True),
        (pod({}, born=600), False),
        (pod({}, conditions=(HOMELESS,)), False),
        (pod(waiting("ContainerCreating")), True),
        (pod(waiting("ContainerCreating"), born=600), False),
        (pod(waiting("ErrImagePull")), False),
        (pod(running(5)), True),
        (pod(running(5), born=600), True),
        (pod(running(90)), False),
        (pod(running(5), restarts=1), False),
        (pod(running(90), readinessProbe={"initialDelaySeconds": 60}), True),
        (pod(running(90), startupProbe={"periodSeconds": 10, "failureThreshold": 30}), True),
        (pod(running(90), startupProbe={}), False),
        (pod({"terminated": {"exitCode": 0}}), False),
    ],
)
def test_whether_a_pod_is_starting(raw: dict[str, Any], starting: bool) -> None:
    assert is_starting(raw, NOW) is starting
