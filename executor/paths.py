"""Paths of the API, built only from names that were checked (`executor.names` says why)."""

from urllib.parse import quote

from executor.errors import BadName
from executor.kinds import Kind
from executor.names import valid_name, valid_namespace, valid_rbac_name

_RBAC = "rbac.authorization.k8s.io"


def collection(kind: Kind, version: str, namespace: str | None) -> str:
    """Where objects of a kind are listed; `namespace=None` is all of them."""
    root = f"/apis/{kind.group}/{version}" if kind.group else f"/api/{version}"
    if namespace is None:
        return f"{root}/{kind.plural}"
    if not kind.namespaced:
        raise BadName(f"{kind.kind} is not namespaced")
    if not valid_namespace(namespace):
        raise BadName(f"not a namespace: {namespace!r}")
    return f"{root}/namespaces/{namespace}/{kind.plural}"


def one(kind: Kind, version: str, namespace: str | None, name: str, subresource: str = "") -> str:
    """Where one object is. A namespaced kind without a namespace is refused: it would be another path."""
    if kind.namespaced and namespace is None:
        raise BadName(f"{kind.kind} {name!r} without a namespace")
    path = f"{collection(kind, version, namespace)}/{checked(kind, name)}"
    return f"{path}/{subresource}" if subresource else path


def checked(kind: Kind, name: str) -> str:
    """The name as a path segment; raises BadName."""
    if not (valid_rbac_name(name) if kind.group == _RBAC else valid_name(name)):
        raise BadName(f"not a name of a {kind.kind}: {name!r}")
    return quote(name, safe="")
