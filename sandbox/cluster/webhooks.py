"""Admission webhooks. Nothing here calls one: what it answers is read off its path, as a pod's life is off its image.

anything else   agrees
deny            refuses the object
expired         shows a certificate that is over
untrusted       shows a certificate that its `caBundle` did not sign
late            does not answer in time

A Service that is not there cannot be called, whatever the path.
"""

from datetime import UTC, datetime

from sandbox.cluster import resources as r
from sandbox.cluster.clock import stamp_of
from sandbox.cluster.failures import Failure, internal_error
from sandbox.cluster.objects import Object, labels_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import matches, selector_of
from sandbox.cluster.store import Store

_X509 = "tls: failed to verify certificate: x509: "
_TROUBLE = {
    "expired": f"{_X509}certificate has expired or is not yet valid: current time {{now}} is after 2026-01-01T00:00:00Z",
    "untrusted": f"{_X509}certificate signed by unknown authority",
    "late": "context deadline exceeded",
}


def call_webhooks(store: Store, resource: Resource, namespace: str) -> None:
    """Raises 403 for a webhook that refuses, 500 for one that cannot be called and whose failure counts."""
    home = store.get(r.NAMESPACES, "", namespace) if namespace else None
    for kind in (r.MUTATING_WEBHOOKS, r.VALIDATING_WEBHOOKS):
        for configuration in store.objects(kind):
            for webhook in configuration.get("webhooks") or ():
                if _meant(webhook, resource, home):
                    _call(store, webhook)


def _meant(webhook: Object, resource: Resource, home: Object | None) -> bool:
    selector = webhook.get("namespaceSelector")
    if selector and (home is None or not matches(selector_of(selector), labels_of(home))):
        return False
    return any(
        {resource.plural, "*"} & set(rule.get("resources") or ())
        and {resource.group, "*"} & set(rule.get("apiGroups") or ())
        and {"CREATE", "*"} & set(rule.get("operations") or ())
        for rule in webhook.get("rules") or ()
    )


def _call(store: Store, webhook: Object) -> None:
    url, missing = _address(store, webhook)
    path = url.partition("://")[2].partition("/")[2]
    trouble = next((text for word, text in _TROUBLE.items() if word in path), "")
    failed = missing or trouble.format(now=stamp_of(datetime.now(UTC)))
    if failed and webhook.get("failurePolicy", "Fail") == "Fail":
        why = f'failed to call webhook: Post "{url}?timeout={webhook.get("timeoutSeconds", 10)}s": {failed}'
        raise internal_error(f'Internal error occurred: failed calling webhook "{webhook["name"]}": {why}')
    if not failed and "deny" in path:
        text = f'admission webhook "{webhook["name"]}" denied the request: every pod needs the label owner'
        raise Failure(403, "Forbidden", text)


def _address(store: Store, webhook: Object) -> tuple[str, str]:
    """(its URL, why it cannot be reached or "")."""
    service = (webhook.get("clientConfig") or {}).get("service")
    if service is None:
        return str((webhook.get("clientConfig") or {}).get("url", "")), ""
    url = f"https://{service['name']}.{service['namespace']}.svc:{service.get('port', 443)}{service.get('path', '/')}"
    there = store.get(r.SERVICES, service["namespace"], service["name"]) is not None
    return url, "" if there else f'service "{service["name"]}" not found'
