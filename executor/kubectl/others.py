"""Verbs whose risk is known and that Steward does not perform: read in full all the same, so that nothing slips through."""

from collections.abc import Sequence

from executor.kinds import WORKLOADS, Kind, kind_named
from executor.kubectl.command import Command, Verb, verb
from executor.kubectl.lexer import Word
from executor.kubectl.rejected import Refused
from executor.kubectl.resources import changed, resources, target
from executor.names import valid_name
from executor.operations import Operation, Other, Target

_CREATED = {
    "deployment": "Deployment", "deploy": "Deployment", "job": "Job", "cronjob": "CronJob", "cj": "CronJob",
    "configmap": "ConfigMap", "cm": "ConfigMap", "namespace": "Namespace", "ns": "Namespace", "ingress": "Ingress",
    "ing": "Ingress", "service": "Service",
    "svc": "Service", "poddisruptionbudget": "PodDisruptionBudget", "pdb": "PodDisruptionBudget", "quota": "ResourceQuota",
    "resourcequota": "ResourceQuota", "priorityclass": "PriorityClass", "pc": "PriorityClass",
}  # fmt: skip
_CREATES_ACCESS = ("token", "role", "rolebinding", "clusterrole", "clusterrolebinding", "serviceaccount", "sa")
_MANIFEST = (".yaml", ".yml", ".json")


def argv_as_read(command: Command) -> tuple[str, ...]:
    """The command in one spelling, whatever order and form its flags had."""
    words = [*command.verb.split(), *(word.text for word in command.line.words)]
    for name, value in command.line.flags.items():
        if name == "namespace":
            words += ["-n", value.text]
        else:
            words.append(f"--{name}" if value.text == "true" else f"--{name}={value.text}")
    if command.line.rest is not None:
        words += ["--", *(word.text for word in command.line.rest)]
    return tuple(words)


def plain_other(command: Command) -> tuple[Operation, ...]:
    return other(command)


def other(command: Command, *kinds: Kind) -> tuple[Operation, ...]:
    """One Other without a target. A Secret among the kinds is refused."""
    if any(kind.kind == "Secret" for kind in kinds):
        raise Refused("risk.secret")
    return (Other(command=command.verb, argv=argv_as_read(command)),)


def targeted_other(command: Command, words: Sequence[Word], *, change: bool = True) -> tuple[Operation, ...]:
    """One Other for each object that is named."""
    found = resources(words, several_kinds=not change)
    argv = argv_as_read(command)
    operations: list[Operation] = []
    for item in found:
        if item.kind.kind == "Secret":
            raise Refused("risk.secret")
        if change:
            about: Target | None = changed(item, command.namespace)
        else:
            about = target(item, command.namespace) if item.name is not None else None
        operations.append(Other(command=command.verb, argv=argv, target=about))
    return tuple(operations)


def _on_objects(command: Command) -> tuple[Operation, ...]:
    return targeted_other(command, command.line.words)


def _on_workloads(command: Command) -> tuple[Operation, ...]:
    operations = targeted_other(command, command.line.words)
    for operation in operations:
        if isinstance(operation, Other) and operation.target is not None and operation.target.kind not in WORKLOADS:
            raise Refused("kubectl.wrong_kind", verb=command.verb, kind=operation.target.kind)
    return operations


def _on_nodes(command: Command) -> tuple[Operation, ...]:
    words = [word if "/" in word.text else Word(f"node/{word.text}", word.odd) for word in command.line.words]
    return _only_nodes(command, targeted_other(command, words))


def _only_nodes(command: Command, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    for operation in operations:
        if isinstance(operation, Other) and operation.target is not None and operation.target.kind != "Node":
            raise Refused("kubectl.wrong_kind", verb=command.verb, kind=operation.target.kind)
    return operations


def is_assignment(word: Word) -> bool:
    """`key=value`, or `key-` which takes it away; no resource looks like either."""
    return "=" in word.text or word.text.endswith("-") or ":" in word.text


def _with_assignments(command: Command) -> tuple[Operation, ...]:
    """`label pod x a=b c-`: objects first, then what is set."""
    about = [word for word in command.line.words if not is_assignment(word)]
    if len(about) == len(command.line.words):
        raise Refused("kubectl.assignment_missing", verb=command.verb)
    return targeted_other(command, about)


def _taint(command: Command) -> tuple[Operation, ...]:
    return _only_nodes(command, _with_assignments(command))


def _set_env(command: Command) -> tuple[Operation, ...]:
    source = command.text("from")
    if source is not None and source.lower().startswith("secret"):
        raise Refused("risk.secret")
    about = [word for word in command.line.words if not is_assignment(word)]
    return targeted_other(command, about)


def _manifest(command: Command) -> tuple[Operation, ...]:
    """`-f` may only name a file; what is in it is not here, so that it cannot be shown."""
    if command.line.words:
        raise Refused("kubectl.resource_form", text=command.line.words[0].text)
    name = command.text("filename")
    if name is None:
        raise Refused("kubectl.value_missing", flag="-f")
    if "://" in name or name.startswith("-") or not name.lower().endswith(_MANIFEST) or ".." in name:
        raise Refused("kubectl.files", flag="-f")
    return other(command)


def _create(command: Command) -> tuple[Operation, ...]:
    words = [word.text for word in command.line.words]
    if not words:
        return _manifest(command)
    if words[0] in ("secret", "secrets"):
        raise Refused("risk.secret")
    if words[0] in _CREATES_ACCESS:
        raise Refused("kubectl.creates_access", kind=words[0])
    kind = _CREATED.get(words[0])
    if kind is None:
        raise Refused("kubectl.kind_unknown", kind=words[0])
    if kind == "Service":
        if words[1:2] != ["clusterip"]:
            raise Refused("kubectl.exposes", flag=" ".join(words[1:2]))
        words.pop(1)
    if len(words) != 2 or command.text("filename") is not None:
        raise Refused("kubectl.resource_form", text=" ".join(words))
    if not valid_name(words[1]):
        raise Refused("risk.name", name=words[1])
    known = kind_named(kind)
    if known.namespaced and command.namespace is None:
        raise Refused("kubectl.namespace_missing")
    about = Target(kind=kind, name=words[1], namespace=command.namespace if known.namespaced else None)
    return (Other(command=command.verb, argv=argv_as_read(command), target=about),)


def _expose(command: Command) -> tuple[Operation, ...]:
    wanted = command.text("type")
    if wanted is not None and wanted.lower() != "clusterip":
        raise Refused("kubectl.exposes", flag=f"--type={wanted}")
    return targeted_other(command, command.line.words)


def _run(command: Command) -> tuple[Operation, ...]:
    words = [word.text for word in command.line.words]
    if len(words) != 1 or command.text("image") is None:
        raise Refused("kubectl.run_form")
    if not valid_name(words[0]):
        raise Refused("risk.name", name=words[0])
    if command.namespace is None:
        raise Refused("kubectl.namespace_missing")
    about = Target(kind="Pod", name=words[0], namespace=command.namespace)
    return (Other(command=command.verb, argv=argv_as_read(command), target=about),)


_DRY = "dry-run= field-manager= o/output="

OTHERS: dict[str, Verb] = {
    "rollout undo": verb(f"{_DRY} to-revision=", _on_workloads),
    "rollout pause": verb(_DRY, _on_workloads),
    "rollout resume": verb(_DRY, _on_workloads),
    "autoscale": verb(f"{_DRY} min= max= cpu-percent= cpu= memory= name=", _on_objects),
    "label": verb(f"{_DRY} overwrite", _with_assignments),
    "annotate": verb(f"{_DRY} overwrite", _with_assignments),
    "cordon": verb(_DRY, _on_nodes),
    "uncordon": verb(_DRY, _on_nodes),
    "taint": verb(f"{_DRY} overwrite", _taint),
    "drain": verb(
        f"{_DRY} ignore-daemonsets delete-emptydir-data grace-period= timeout= skip-wait-for-delete-timeout=", _on_nodes
    ),
    "set env": verb(
        f"{_DRY} c/containers= e/env= from= keys= prefix= overwrite", _set_env, refused={"list": "kubectl.unsupported"}
    ),
    "set resources": verb(f"{_DRY} c/containers= limits= requests=", _on_objects),
    "set selector": verb(_DRY, _with_assignments),
    "apply": verb(f"{_DRY} f/filename= server-side validate= wait timeout= overwrite", _manifest),
    "replace": verb(f"{_DRY} f/filename= validate= wait timeout=", _manifest),
    "create": verb(
        f"{_DRY} f/filename= image= replicas= port= from-literal= schedule= from= tcp= clusterip= rule= class= annotation= "
        "default-backend= hard= scopes= min-available= max-unavailable= selector= value= global-default description= "
        "preemption-policy= restart= save-config validate=",
        _create,
        rest=True,
    ),
    "expose": verb(
        f"{_DRY} port= target-port= name= type= protocol= l/labels= selector= session-affinity= cluster-ip= generator=",
        _expose,
    ),
    "run": verb(
        f"{_DRY} image= port= env= l/labels= restart= command image-pull-policy= annotations=", _run, rest=True
    ),
}
