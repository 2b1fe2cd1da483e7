"""How much CPU and memory pods ask for, and how it is written for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from executor.fields import Raw, field, mapping, objects
from executor.glances import CPU, MEMORY, quantity


@dataclass(frozen=True, slots=True)
class Amount:
    """CPU in cores, memory in bytes."""

    cpu: float = 0.0
    memory: float = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.cpu + other.cpu, self.memory + other.memory)

    def __str__(self) -> str:
        return f"cpu {round(self.cpu * 1000)}m, memory {round(self.memory / 2**20)}Mi"

    def share(self, whole: "Amount") -> str:
        """`cpu 3200m (80%), memory 512Mi (13%)` of the whole."""
        cpu, memory = (
            f" ({round(100 * part / all_of)}%)" if all_of else ""
            for part, all_of in ((self.cpu, whole.cpu), (self.memory, whole.memory))
        )
        return f"cpu {round(self.cpu * 1000)}m{cpu}, memory {round(self.memory / 2**20)}Mi{memory}"


def amount_of(amounts: Raw) -> Amount:
    """Of a map like `{"cpu": "500m", "memory": "1Gi"}`; quantities may come as numbers."""
    cpu, memory = (str(amounts.get(name) or "") for name in ("cpu", "memory"))
    return Amount(quantity(cpu, CPU), quantity(memory, MEMORY))


def asked_by(pod: Raw, what: str) -> Amount:
    """`requests` or `limits` as the scheduler counts them: the containers and sidecars together, or the largest other init
    container where that is more, and the overhead."""
    initial = objects(pod, "spec", "initContainers")
    lasting = [
        *objects(pod, "spec", "containers"),
        *(one for one in initial if field(one, "restartPolicy") == "Always"),
    ]
    passing = [amount_of(mapping(one, "resources", what)) for one in initial if field(one, "restartPolicy") != "Always"]
    together = together_of(amount_of(mapping(one, "resources", what)) for one in lasting)
    largest = Amount(
        max((one.cpu for one in passing), default=0.0),
        max((one.memory for one in passing), default=0.0),
    )
    most = Amount(max(together.cpu, largest.cpu), max(together.memory, largest.memory))
    return most + amount_of(mapping(pod, "spec", "overhead"))


def together_of(amounts: Iterable[Amount]) -> Amount:
    whole = Amount()
    for each in amounts:
        whole += each
    return whole
