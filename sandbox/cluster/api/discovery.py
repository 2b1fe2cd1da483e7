"""What the server says it serves."""

from sandbox.cluster.failures import Failure, no_such_group, no_such_resource
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import RESOURCES, Resource

VERSION = {
    "major": "1", "minor": "36", "gitVersion": "v1.36.2", "gitCommit": "0" * 40, "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z", "goVersion": "go1.26.0", "compiler": "gc", "platform": "linux/amd64",
}  # fmt: skip
_REVIEWS = ("authorization.k8s.io", "v1", ("selfsubjectaccessreviews", "subjectaccessreviews"))
_SUBRESOURCES: dict[str, Object] = {
    "status": {"verbs": ["get", "patch", "update"]},
    "scale": {"group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": ["get", "patch", "update"]},
    "log": {"verbs": ["get"]},
    "exec": {"kind": "PodExecOptions", "verbs": ["create", "get"]},
}
PATHS = ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"]
REVIEW_KINDS = {"selfsubjectaccessreviews": "SelfSubjectAccessReview", "subjectaccessreviews": "SubjectAccessReview"}


def answer(steps: list[str], address: str) -> Object:
    """The body for `/version`, `/api`, `/apis` and below. Raises 404."""
    match steps:
        case ["version"]:
            return dict(VERSION)
        case ["api"]:
            return {
                "kind": "APIVersions",
                "versions": ["v1"],
                "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
            }
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in _groups()]}
        case ["apis", group] if group in _groups():
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group)}
        case ["api", "v1"]:
            return _resources("", "v1")
        case ["apis", group, version] if _groups().get(group) == version:
            return _resources(group, version)
        case ["apis", group, *_] if group not in _groups():
            raise no_such_group()
        case ["api" | "apis", *_]:
            raise no_such_resource()
        case [""]:
            return {"paths": PATHS}
        case _:
            raise _unknown_path()


def _unknown_path() -> Failure:
    """Outside of the APIs a 404 lists what there is."""
    failure = no_such_resource()
    failure.status = {"paths": PATHS}
    return failure


def allowed(subresource: str, verb: str) -> bool:
    """Whether a subresource that is served takes the verb."""
    verbs: list[str] = _SUBRESOURCES[subresource]["verbs"]
    return verb in verbs


def serves_group(group: str) -> bool:
    return not group or group in _groups()


def _groups() -> dict[str, str]:
    """Group to its one version, without the core group."""
    served = {resource.group: resource.version for resource in RESOURCES if resource.group}
    return {**served, _REVIEWS[0]: _REVIEWS[1]}


def _group(name: str) -> Object:
    version = {"groupVersion": f"{name}/{_groups()[name]}", "version": _groups()[name]}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _resources(group: str, version: str) -> Object:
    if group == _REVIEWS[0]:
        entries = [
            {"name": name, "singularName": kind.lower(), "namespaced": False, "kind": kind, "verbs": ["create"]}
            for name, kind in REVIEW_KINDS.items()
        ]
    else:
        served = sorted((r for r in RESOURCES if r.group == group), key=lambda r: r.plural)
        entries = [entry for resource in served for entry in _entries(resource)]
    name = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": entries}


def _entries(resource: Resource) -> list[Object]:
    shared = {"singularName": resource.kind.lower(), "namespaced": resource.namespaced, "kind": resource.kind}
    main: Object = {"name": resource.plural, **shared, "verbs": list(resource.verbs)}
    if resource.short:
        main["shortNames"] = list(resource.short)
    if resource.categories:
        main["categories"] = list(resource.categories)
    inner = [
        {"name": f"{resource.plural}/{name}", **shared, "singularName": "", **_SUBRESOURCES[name]}
        for name in resource.subresources
    ]
    return [main, *inner]
