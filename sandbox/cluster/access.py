"""Who calls, and what they may do: tokens instead of certificates, rules as in RBAC roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.cluster.failures import Failure, bad_request, invalid, unauthorized, wrong

EVERYTHING = ("*",)
_PUBLIC_PATHS = ("/version", "/healthz", "/livez", "/readyz")
_DISCOVERY_PATHS = ("/api", "/apis")


@dataclass(frozen=True, slots=True)
class Rule:
    """As a PolicyRule, with the namespaces its binding covers. `resources` name subresources as `pods/log`; `*` is any."""

    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    groups: tuple[str, ...] = EVERYTHING
    namespaces: tuple[str, ...] = EVERYTHING
    names: tuple[str, ...] = EVERYTHING

    def allows(self, ask: "Ask") -> bool:
        wanted = (ask.verb, ask.group, ask.path, ask.namespace, ask.name)
        offered = (self.verbs, self.groups, self.resources, self.namespaces, self.names)
        return all("*" in offers or want in offers for want, offers in zip(wanted, offered, strict=True))


@dataclass(frozen=True, slots=True)
class Ask:
    """One permission question. `resource` is the plural; `namespace` and `name` are "" where there is none."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def path(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True)
class User:
    name: str
    rules: tuple[Rule, ...] = ()
    groups: tuple[str, ...] = ("system:authenticated",)

    def may(self, ask: Ask) -> bool:
        review = ask.group == "authorization.k8s.io" and ask.resource == "selfsubjectaccessreviews"
        if review and ask.verb == "create" and "system:authenticated" in self.groups:
            return True
        return any(rule.allows(ask) for rule in self.rules)

    def may_get_path(self, path: str) -> bool:
        if path in _PUBLIC_PATHS or any("*" in rule.verbs for rule in self.rules):
            return True
        signed_in = "system:authenticated" in self.groups
        return signed_in and any(path == root or path.startswith(root + "/") for root in _DISCOVERY_PATHS)


ANONYMOUS = User("system:anonymous", groups=("system:unauthenticated",))
_VIEWED = (
    "bindings", "configmaps", "cronjobs", "controllerrevisions", "daemonsets", "deployments", "deployments/scale",
    "endpoints", "events", "horizontalpodautoscalers", "ingresses", "jobs", "limitranges", "namespaces", "nodes",
    "persistentvolumeclaims", "poddisruptionbudgets", "pods", "pods/log", "pods/status", "replicasets",
    "replicasets/scale", "resourcequotas", "serviceaccounts", "services", "statefulsets", "statefulsets/scale",
)  # fmt: skip

ADMIN = User("admin", (Rule(("*",), ("*",)),), ("system:masters", "system:authenticated"))
VIEWER = User("viewer", (Rule(("get", "list", "watch"), _VIEWED),))
NOBODY = User("nobody")


class Access:
    """The users by their tokens. Tests add their own: `access.users["token"] = User(...)`."""

    def __init__(self, users: Iterable[User] = (ADMIN, VIEWER, NOBODY)) -> None:
        self.users = {f"{user.name}-token": user for user in users}

    def token_of(self, name: str) -> str:
        return next(token for token, user in self.users.items() if user.name == name)

    def user_of(self, authorization: str, impersonated: str = "", groups: Iterable[str] = ()) -> User:
        """Who sends this `Authorization` header. Raises 401, and 403 for an impersonation that is not permitted."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        user = self.users.get(token.strip()) if scheme.lower() == "bearer" else None
        if user is None:
            raise unauthorized()
        if not impersonated:
            if groups:
                raise bad_request("requested groups without impersonating a user")
            return user
        if not user.may(Ask("impersonate", "", "users", name=impersonated)):
            text = f'users "{impersonated}" is forbidden: User "{user.name}" cannot impersonate resource "users"'
            raise Failure(403, "Forbidden", f'{text} in API group "" at the cluster scope', name=impersonated)
        return self.named(impersonated, groups)

    def named(self, name: str, groups: Iterable[str] = ()) -> User:
        """A user by name, with no rules when unknown: nobody else has a role here."""
        if "system:masters" in groups:
            return User(name, ADMIN.rules, (*groups, "system:authenticated"))
        known = next((user for user in self.users.values() if user.name == name), None)
        return known or User(name, groups=(*groups, "system:authenticated"))

    def require(self, user: User, ask: Ask) -> None:
        """Raises the 403 of RBAC."""
        if not user.may(ask):
            raise denied(user, ask)

    def review(self, caller: User, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
        """The answer to a SelfSubjectAccessReview or SubjectAccessReview."""
        user = caller
        if kind == "SubjectAccessReview":
            if not spec.get("user") and not spec.get("groups"):
                text = "at least one of user or group must be specified"
                raise invalid("", "authorization.k8s.io", "", [wrong("spec.user", '""', text)])
            user = self.named(spec.get("user", ""), spec.get("groups") or ())
        attributes = spec.get("resourceAttributes")
        if attributes is None:
            path = (spec.get("nonResourceAttributes") or {}).get("path", "")
            allowed = user.may_get_path(path)
        else:
            ask = Ask(
                attributes.get("verb", ""), attributes.get("group", ""), attributes.get("resource", ""),
                attributes.get("subresource", ""), attributes.get("namespace", ""), attributes.get("name", ""),
            )  # fmt: skip
            allowed = user.may(ask)
        return {
            "kind": kind,
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {},
            "spec": spec,
            "status": {"allowed": allowed},
        }


def denied(user: User, ask: Ask) -> Failure:
    plural = f"{ask.resource}.{ask.group}" if ask.group else ask.resource
    what = f'{plural} "{ask.name}"' if ask.name else plural
    where = f'in the namespace "{ask.namespace}"' if ask.namespace else "at the cluster scope"
    text = (
        f'{what} is forbidden: User "{user.name}" cannot {ask.verb} resource "{ask.path}" '
        f'in API group "{ask.group}" {where}'
    )
    return Failure(403, "Forbidden", text, name=ask.name, group=ask.group, kind=ask.resource)


def denied_path(user: User, path: str) -> Failure:
    failure = Failure(403, "Forbidden", f'forbidden: User "{user.name}" cannot get path "{path}"')
    failure.status["details"] = {}
    return failure
