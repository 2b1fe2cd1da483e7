"""What can be asked of a cluster, as typed values.

An operation comes from a planner with holes (`namespace=None`, `kind=""`, "double it"), is made whole against the live cluster
by `executor.resolve`, judged by `executor.risk`, shown by `executor.preview` and run by `executor.run`. It never holds a
command line: `executor.kubectl` reads one into operations and writes one for people to see.
"""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from executor.reason import Frozen


class Target(Frozen):
    """One object. `kind` is Kubernetes' name for it (`Deployment`), or "" while the words did not say;
    `namespace` is None for cluster-scoped kinds and while the words did not say."""

    kind: str
    name: str
    namespace: str | None = None

    def __str__(self) -> str:
        return f"{self.kind.lower()}/{self.name}" if self.kind else self.name


class Get(Frozen):
    """List objects of a kind, or show one. `namespace=None` without `all_namespaces` is the default namespace's choice.
    `selector` and `fields` select by labels and fields; `output` is kubectl's (`yaml`, `json`: the masked object)."""

    verb: Literal["get"] = "get"
    kind: str
    name: str | None = None
    namespace: str | None = None
    all_namespaces: bool = False
    selector: str | None = None
    fields: str | None = None
    output: Literal["table", "wide", "name", "yaml", "json"] = "table"


class Describe(Frozen):
    verb: Literal["describe"] = "describe"
    target: Target


class Logs(Frozen):
    """`target` is a Pod, or a workload whose worst pod is meant. `tail` counts lines."""

    verb: Literal["logs"] = "logs"
    target: Target
    container: str | None = None
    previous: bool = False
    tail: Annotated[int, Field(ge=1, le=2000)] = 200
    since_seconds: Annotated[int, Field(ge=1, le=30 * 86400)] | None = None


class Events(Frozen):
    """Events about one object, or of a namespace; `warnings_only` leaves out those of type Normal."""

    verb: Literal["events"] = "events"
    target: Target | None = None
    namespace: str | None = None
    all_namespaces: bool = False
    warnings_only: bool = False


class Delete(Frozen):
    verb: Literal["delete"] = "delete"
    target: Target
    cascade: Literal["background", "foreground", "orphan"] = "background"
    grace_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None


class Scale(Frozen):
    """Exactly one of: `replicas` (absolute), `factor` ("扩大一倍" is 2), `delta` ("加两个" is +2). Resolved, it is `replicas`."""

    verb: Literal["scale"] = "scale"
    target: Target
    replicas: Annotated[int, Field(ge=0, le=10_000)] | None = None
    factor: Annotated[float, Field(gt=0, le=100)] | None = None
    delta: Annotated[int, Field(ge=-10_000, le=10_000)] | None = None

    @model_validator(mode="after")
    def one_amount(self) -> Self:
        if sum(amount is not None for amount in (self.replicas, self.factor, self.delta)) != 1:
            raise ValueError("exactly one of replicas, factor, delta")
        return self


class ContainerImage(Frozen):
    """`container` is None for "the only container", which `executor.resolve` fills; `*` for all of them."""

    container: str | None
    image: str


class SetImage(Frozen):
    verb: Literal["set-image"] = "set-image"
    target: Target
    images: Annotated[tuple[ContainerImage, ...], Field(min_length=1)]


class Patch(Frozen):
    """`body` is canonical JSON text: an object for strategic and merge, a list for json (RFC 6902)."""

    verb: Literal["patch"] = "patch"
    target: Target
    patch_type: Literal["strategic", "merge", "json"] = "strategic"
    body: str

    @model_validator(mode="after")
    def body_fits_type(self) -> Self:
        value = json.loads(self.body)
        if not isinstance(value, list if self.patch_type == "json" else dict) or not value:
            raise ValueError("the patch body does not fit its type")
        return self


class Exec(Frozen):
    """`argv` runs as it is: no shell, no terminal, no input. `target` is a Pod, or a workload of which one ready pod is taken."""

    verb: Literal["exec"] = "exec"
    target: Target
    container: str | None = None
    argv: Annotated[tuple[str, ...], Field(min_length=1)]


class Restart(Frozen):
    """A rolling restart of a workload. Of a Pod: not this, but a `Delete` whose owner makes a new one."""

    verb: Literal["restart"] = "restart"
    target: Target


class Other(Frozen):
    """A kubectl verb whose risk is known and which Steward does not perform (yet). `argv` is the command without `kubectl`."""

    verb: Literal["other"] = "other"
    command: str
    argv: tuple[str, ...]
    target: Target | None = None


Read = Get | Describe | Logs | Events
Change = Delete | Scale | SetImage | Patch | Exec | Restart
Operation = Annotated[Read | Change | Other, Field(discriminator="verb")]

OPERATION: TypeAdapter[Read | Change | Other] = TypeAdapter(Operation, config=ConfigDict(hide_input_in_errors=True))


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text, so that it can be hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def target_of(operation: Read | Change | Other) -> Target | None:
    """The one object that an operation is about; None for lists."""
    if isinstance(operation, Get):
        if operation.name is None:
            return None
        return Target(kind=operation.kind, name=operation.name, namespace=operation.namespace)
    return operation.target
