"""From a request line to what it asks for, by the rules of the API server's RequestInfo."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sandbox.cluster.access import Ask
from sandbox.cluster.failures import bad_request
from sandbox.cluster.resources import NAMESPACES, Resource, served

_NAMESPACE_SUBRESOURCES = ("status", "finalize")
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(frozen=True, slots=True)
class Route:
    """A request about resources. `namespace` and `name` are "" where the path has none; `plural` may not be served."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: tuple[str, ...] = ()

    @property
    def resource(self) -> Resource | None:
        """None when there is no such resource, or it does not live at that scope."""
        resource = served(self.group, self.version, self.plural)
        if resource is None or self.rest:
            return None
        if resource is NAMESPACES:
            return resource
        cluster_list = not self.namespace and not self.name
        return resource if resource.namespaced == bool(self.namespace) or cluster_list else None

    @property
    def home(self) -> str:
        """The namespace that the object lives in: a Namespace itself lives in none."""
        return "" if self.plural == NAMESPACES.plural and not self.group else self.namespace

    def verb(self, method: str, query: Mapping[str, str]) -> str:
        if method in ("GET", "HEAD"):
            if self.name:
                return "get"
            return "watch" if is_true(query.get("watch", "false")) else "list"
        if method == "DELETE":
            return "delete" if self.name else "deletecollection"
        return _VERBS.get(method, method.lower())

    def ask(self, verb: str) -> Ask:
        return Ask(verb, self.group, self.plural, self.subresource, self.namespace, self.name)


def is_true(text: str) -> bool:
    """Go's conversion of a query parameter: everything but `false` and `0` is true."""
    return text.lower() not in ("false", "0")


def segments_of(raw_path: str) -> list[str]:
    """The path's steps, decoded; slashes at either end do not count."""
    return [unquote(step) for step in raw_path.strip("/").split("/")]


def parse_route(steps: list[str]) -> Route | None:
    """None for a path that is not about resources (discovery, health). Raises 400 for names that are path tricks."""
    if steps[0] == "api" and len(steps) > 2:
        group, version, rest = "", steps[1], steps[2:]
    elif steps[0] == "apis" and len(steps) > 3:
        group, version, rest = steps[1], steps[2], steps[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    for step in rest[1:2]:
        if step in (".", "..") or "%" in step:
            raise bad_request(f"Name parameter invalid: \"{step}\": may not be '{step}'")
    padded = [*rest, "", "", ""]
    return Route(group, version, padded[0], namespace, padded[1], padded[2], tuple(rest[3:]))
