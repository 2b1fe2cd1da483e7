"""Names as Kubernetes accepts them, checked before any of them becomes part of a path.

The API server routes `namespaces/prod/pods/..` to namespace `prod` and an empty name to the whole collection, so a name that is
merely quoted is not safe. `fullmatch`, because `$` accepts a trailing newline; ASCII only, so that no look-alike passes.
"""

import re

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,251}[a-z0-9])?"
_NAME = re.compile(rf"{_SUBDOMAIN_LABEL}(?:\.{_SUBDOMAIN_LABEL})*", re.ASCII)
_DNS_LABEL = re.compile(_LABEL, re.ASCII)
_RBAC_NAME = re.compile(r"[!-$&-.0-~]{1,253}", re.ASCII)
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", re.ASCII)
_IMAGE = re.compile(
    r"[a-z0-9](?:[a-z0-9._-]{0,127})(?::[0-9]{1,5})?(?:/[a-z0-9](?:[a-z0-9._-]{0,127})){0,12}"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    re.ASCII,
)


def valid_name(name: str) -> bool:
    """A DNS subdomain of at most 253 characters, which all built-in kinds but RBAC's ask for."""
    return len(name) <= 253 and _NAME.fullmatch(name) is not None


def valid_namespace(namespace: str) -> bool:
    """A DNS label of at most 63 characters."""
    return _DNS_LABEL.fullmatch(namespace) is not None


def valid_container(container: str) -> bool:
    """A DNS label of at most 63 characters."""
    return _DNS_LABEL.fullmatch(container) is not None


def valid_rbac_name(name: str) -> bool:
    """A path segment: roles and bindings may be called `system:node`, with no `/`, no `%`, not `.` or `..`."""
    return name not in (".", "..") and _RBAC_NAME.fullmatch(name) is not None


def valid_label_key(key: str) -> bool:
    """`[prefix/]name`: the prefix a DNS subdomain, the name at most 63 characters."""
    prefix, slash, name = key.rpartition("/")
    return (not slash or valid_name(prefix)) and _QUALIFIED.fullmatch(name) is not None


def valid_label_value(value: str) -> bool:
    """Empty, or at most 63 characters of letters, digits, `-`, `_`, `.` that start and end with a letter or digit."""
    return value == "" or _QUALIFIED.fullmatch(value) is not None


def valid_image(image: str) -> bool:
    """`[registry[:port]/]path[:tag][@sha256:digest]` as container runtimes read it, at most 512 characters."""
    return len(image) <= 512 and _IMAGE.fullmatch(image) is not None
