"""The Pod Security admission, as far as its most usual checks: a namespace's label says what its pods may not have
(https://kubernetes.io/docs/concepts/security/pod-security-standards/)."""

from collections.abc import Iterator

from sandbox.cluster.objects import Object, containers_of, labels_of

_ENFORCE = "pod-security.kubernetes.io/enforce"
_HOST = ("hostNetwork", "hostPID", "hostIPC")


def violation(home: Object | None, pod_spec: Object) -> str:
    """What the API server says of a pod that its namespace does not take; "" where it does."""
    level = labels_of(home).get(_ENFORCE, "") if home is not None else ""
    found = [*_baseline(pod_spec)] if level in ("baseline", "restricted") else []
    found += [*_restricted(pod_spec)] if level == "restricted" else []
    return f'violates PodSecurity "{level}:latest": {", ".join(found)}' if found else ""


def _baseline(spec: Object) -> Iterator[str]:
    if shared := [f"{name}=true" for name in _HOST if spec.get(name)]:
        yield f"host namespaces ({', '.join(shared)})"
    for container in containers_of(spec):
        if (container.get("securityContext") or {}).get("privileged"):
            name = container["name"]
            yield f'privileged (container "{name}" must not set securityContext.privileged=true)'
    if paths := [volume["name"] for volume in spec.get("volumes") or () if "hostPath" in volume]:
        yield "hostPath volumes (" + ", ".join(f'volume "{name}"' for name in paths) + ")"


def _restricted(spec: Object) -> Iterator[str]:
    for container in containers_of(spec):
        had, where = container.get("securityContext") or {}, f'container "{container["name"]}" must set securityContext'
        if had.get("allowPrivilegeEscalation") is not False:
            yield f"allowPrivilegeEscalation != false ({where}.allowPrivilegeEscalation=false)"
        if "ALL" not in ((had.get("capabilities") or {}).get("drop") or ()):
            yield f'unrestricted capabilities ({where}.capabilities.drop=["ALL"])'
        if not (had.get("runAsNonRoot") or (spec.get("securityContext") or {}).get("runAsNonRoot")):
            yield f"runAsNonRoot != true ({where}.runAsNonRoot=true)"
