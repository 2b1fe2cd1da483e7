"""Admission webhooks: whom they call, whether that is there, how long their certificate authority is good for."""

from collections.abc import Iterator

from executor.analysers.situation import Surroundings
from executor.certificates import not_after
from executor.fields import Raw, mapping, name_of, objects, text
from executor.operations import Describe, Get, Operation, Target

KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def webhook_step(around: Surroundings, hook: str) -> Operation:
    """To look at the configuration that names the hook, or at all of them where that is not known."""
    for configuration, _ in _named(around, hook):
        return Describe(target=Target(kind=text(configuration, "kind"), name=name_of(configuration)))
    return Get(kind=KINDS[0])


def _named(around: Surroundings, hook: str) -> Iterator[tuple[Raw, Raw]]:
    for configuration in around.webhooks:
        for webhook in objects(configuration, "webhooks"):
            if text(webhook, "name") == hook:
                yield configuration, webhook


def webhook_fields(around: Surroundings, hook: str) -> Iterator[str]:
    for configuration, webhook in _named(around, hook):
        where = f"{text(configuration, 'kind').lower()} {name_of(configuration)}"
        yield f"{where} failurePolicy: {text(webhook, 'failurePolicy') or 'Fail'}"
        service = mapping(webhook, "clientConfig", "service")
        if service:
            yield f"{where} clientConfig.service: {text(service, 'namespace')}/{text(service, 'name')}"
        if url := text(webhook, "clientConfig", "url"):
            yield f"{where} clientConfig.url: {url}"
        if expires := not_after(text(webhook, "clientConfig", "caBundle")):
            yield f"{where} clientConfig.caBundle notAfter: {expires:%Y-%m-%d}"
