"""Which labels a selector takes: Kubernetes' own rules, for lists that are here already."""

import re
from collections.abc import Iterator

from executor.fields import Raw, mapping, objects, text, texts

_COMMA = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"(?P<key>\S+) (?P<operator>in|notin) \((?P<values>[^)]*)\)")


def takes(selector: str, labels: Raw) -> bool:
    """`selector` as a list takes it (`app=web,tier in (a,b),!old`); "" takes all."""
    return all(_holds(term.strip(), labels) for term in _COMMA.split(selector) if term.strip())


def _holds(term: str, labels: Raw) -> bool:
    if found := _SET.fullmatch(term):
        among = labels.get(found["key"]) in {value.strip() for value in found["values"].split(",")}
        return among if found["operator"] == "in" else not among
    if "!=" in term:
        key, _, value = term.partition("!=")
        return labels.get(key) != value
    if "=" in term:
        key, _, value = term.partition("=")
        return labels.get(key) == value.lstrip("=")
    return term[1:] not in labels if term.startswith("!") else term in labels


def chosen_by(selector: Raw, labels: Raw) -> bool:
    """Whether a plain map of labels (a Service's) chooses them; an empty one chooses nothing."""
    return bool(selector) and selector.items() <= labels.items()


def unmet_terms(term: Raw, labels: Raw) -> Iterator[str]:
    """What of a node selector term (`matchExpressions`) these labels do not meet, as a person would write it."""
    for expression in objects(term, "matchExpressions"):
        key, operator = text(expression, "key"), text(expression, "operator")
        values = texts(expression, "values")
        had = mapping({"labels": labels}, "labels").get(key)
        met = {
            "In": had in values,
            "NotIn": had not in values,
            "Exists": had is not None,
            "DoesNotExist": had is None,
        }.get(operator, True)
        if not met:
            yield f"{key} {operator} {values}" if values else f"{key} {operator}"
