"""Refusals as the API server words them: one exception that carries the Status object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.cluster.resources import Resource

_CAUSES = {
    "FieldValueRequired": "Required value",
    "FieldValueInvalid": "Invalid value",
    "FieldValueDuplicate": "Duplicate value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueNotSupported": "Unsupported value",
    "FieldValueTooLong": "Too long",
}


class Failure(Exception):
    """An answer other than 2xx. `status` is the body; `headers` are added to the answer (Retry-After).

    `text`, where there is one, is the body instead: not every 404 of an API server is a Status.
    """

    def __init__(self, code: int, reason: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.headers: dict[str, str] = {}
        self.text = ""
        self.status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
        }
        if reason:
            self.status["reason"] = reason
        if details:
            self.status["details"] = {key: value for key, value in details.items() if value}
        self.status["code"] = code


@dataclass(frozen=True, slots=True)
class Cause:
    """One field error: `reason` as in Status causes, `text` what follows its standard words."""

    reason: str
    field: str
    text: str = ""

    @property
    def message(self) -> str:
        words = _CAUSES[self.reason]
        return f"{words}: {self.text}" if self.text else words


def required(field: str, text: str = "") -> Cause:
    return Cause("FieldValueRequired", field, text)


def wrong(field: str, value: str, text: str) -> Cause:
    """`value` as Go prints it: strings in quotes."""
    return Cause("FieldValueInvalid", field, f"{value}: {text}")


def immutable(field: str, value: str) -> Cause:
    return wrong(field, value, "field is immutable")


def not_allowed(field: str, text: str) -> Cause:
    return Cause("FieldValueForbidden", field, text)


def _about(resource: Resource, name: str) -> dict[str, Any]:
    return {"name": name, "group": resource.group, "kind": resource.plural}


def not_found(resource: Resource, name: str) -> Failure:
    return Failure(404, "NotFound", f'{resource.qualified} "{name}" not found', **_about(resource, name))


def already_exists(resource: Resource, name: str) -> Failure:
    return Failure(409, "AlreadyExists", f'{resource.qualified} "{name}" already exists', **_about(resource, name))


def conflict(resource: Resource, name: str, message: str = "") -> Failure:
    text = message or "the object has been modified; please apply your changes to the latest version and try again"
    return Failure(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": {text}',
        **_about(resource, name),
    )


def precondition_failed(resource: Resource, name: str, message: str) -> Failure:
    """A delete precondition; unlike other conflicts it names the kind, not the resource."""
    return Failure(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {resource.qualified_kind} "{name}": {message}',
        name=name,
        group=resource.group,
        kind=resource.kind,
    )


def invalid(kind: str, group: str, name: str, causes: Sequence[Cause]) -> Failure:
    qualified = f"{kind}.{group}" if group else kind
    errors = [f"{cause.field}: {cause.message}" for cause in causes]
    text = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
    return Failure(
        422,
        "Invalid",
        f'{qualified} "{name}" is invalid: {text}',
        name=name,
        group=group,
        kind=kind,
        causes=[{"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes],
    )


def invalid_object(resource: Resource, name: str, causes: Sequence[Cause]) -> Failure:
    return invalid(resource.kind, resource.group, name, causes)


def invalid_patch(value: str, text: str) -> Failure:
    return invalid("", "", "", [wrong("patch", f'"{value}"', text)])


def refused(resource: Resource, name: str, text: str, causes: Sequence[dict[str, str]] = ()) -> Failure:
    """A 403 of admission, not of RBAC."""
    return Failure(
        403,
        "Forbidden",
        f'{resource.qualified} "{name}" is forbidden: {text}',
        **_about(resource, name),
        causes=list(causes),
    )


def bad_request(message: str) -> Failure:
    return Failure(400, "BadRequest", message)


def unauthorized() -> Failure:
    return Failure(401, "Unauthorized", "Unauthorized")


def _bare(code: int, reason: str, message: str) -> Failure:
    """The answers of the routing layer come with an empty `details`."""
    failure = Failure(code, reason, message)
    failure.status = {**failure.status, "details": {}, "code": code}
    return failure


def no_such_resource() -> Failure:
    return _bare(404, "NotFound", "the server could not find the requested resource")


def no_such_group() -> Failure:
    """An API group that nobody serves (metrics.k8s.io without a metrics-server): plain text."""
    failure = no_such_resource()
    failure.text = "404 page not found\n"
    return failure


def method_not_allowed() -> Failure:
    return _bare(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def not_acceptable() -> Failure:
    return _bare(406, "NotAcceptable", "406: Not Acceptable")


def rejected_patch() -> Failure:
    """A JSON patch whose `test` failed or whose path is missing: the server does not say which."""
    return _bare(422, "Invalid", "the server rejected our request due to an error in our request")


def unsupported_patch_type() -> Failure:
    return _bare(415, "UnsupportedMediaType", "415: Unsupported Media Type")


def unsupported_body() -> Failure:
    return Failure(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml, application/vnd.kubernetes.protobuf",
    )


def expired(message: str) -> Failure:
    return Failure(410, "Expired", message)


def internal_error(message: str) -> Failure:
    return Failure(500, "InternalError", message)
