"""Admission webhooks: whom they call, whether that is there, how long their certificate authority is good for."""

from collections.abc import Iterator

from executor.analysers.situation import Surroundings
from executor.certificates import not_after
from executor.fields import mapping, name_of, objects, text

KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def webhook_fields(around: Surroundings, hook: str) -> Iterator[str]:
    for configuration in around.webhooks:
        for webhook in objects(configuration, "webhooks"):
            if text(webhook, "name") != hook:
                continue
            where = f"{text(configuration, 'kind').lower()} {name_of(configuration)}"
            yield f"{where} failurePolicy: {text(webhook, 'failurePolicy') or 'Fail'}"
            service = mapping(webhook, "clientConfig", "service")
            if service:
                yield f"{where} clientConfig.service: {text(service, 'namespace')}/{text(service, 'name')}"
            if expires := not_after(text(webhook, "clientConfig", "caBundle")):
                yield f"{where} clientConfig.caBundle notAfter: {expires:%Y-%m-%d}"
