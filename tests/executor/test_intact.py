"""Who changed an object after us: as its managed fields tell."""

from datetime import UTC, datetime

from executor.intact import last_manager
from executor.run import Applied

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def entry(manager: str, second: int, *fields: str, **more: str) -> dict[str, object]:
    return {
        "manager": manager,
        "time": f"2026-01-02T03:04:{second:02}Z",
        "fieldsV1": {field: {} for field in fields},
        **more,
    }


def newest(*entries: dict[str, object]) -> str:
    return last_manager({"metadata": {"managedFields": list(entries)}}, APPLIED)


APPLIED = Applied(action_id="act-1", at=AT)


def test_a_controller_that_notes_a_revision_afterwards_is_not_who_changed_it() -> None:
    person = entry("kubectl-edit", 6, "f:spec")
    controller = entry("kube-controller-manager", 7, "f:metadata", "f:status")
    assert newest(person, controller) == "kubectl-edit"
    assert newest(controller) == "kube-controller-manager"


def test_what_was_before_us_or_by_us_or_only_a_status_is_nobody() -> None:
    before = entry("kubectl", 4, "f:spec")
    ours = entry("steward", 6, "f:spec")
    status = entry("kubelet", 7, "f:status")
    other = entry("kubelet", 7, "f:metadata", subresource="status")
    assert newest(before, ours, status, other) == "-"
