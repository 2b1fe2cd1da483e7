"""What /healthz says: a public document, whose names other people's alerts depend on."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

PATHS = ("/healthz", "/readyz", "/metrics")
"""Asked by kubelets and Prometheus, which know an address and no name: the only paths for which the Host header does not matter."""


class LineHealth(BaseModel):
    """One platform's line. `seconds_since` it was last heard; a working one is heard every half minute or so."""

    model_config = ConfigDict(frozen=True)

    state: Literal["connecting", "up", "retiring", "down", "parked"]
    since: datetime
    last_heard: datetime | None
    seconds_since: float | None
    reason: str
    again_at: datetime | None


class AlertmanagerHealth(BaseModel):
    """Whether it answers: `waiting` until it was asked once. `reason` says what to do when it does not."""

    model_config = ConfigDict(frozen=True)

    state: Literal["waiting", "up", "down"]
    since: datetime
    last_heard: datetime | None
    seconds_since: float | None
    reason: str


class Health(BaseModel):
    """`alertmanager` is None where none is asked. Without it Steward is degraded and still ready: chat works."""

    model_config = ConfigDict(frozen=True)

    lines: dict[str, LineHealth]
    alertmanager: AlertmanagerHealth | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Literal["ok", "degraded"]:
        deaf = self.alertmanager is not None and self.alertmanager.state == "down"
        return "ok" if self.ready and not deaf else "degraded"

    @property
    def ready(self) -> bool:
        """Every line hears, or is just being replaced."""
        return all(line.state in {"up", "retiring"} for line in self.lines.values())
