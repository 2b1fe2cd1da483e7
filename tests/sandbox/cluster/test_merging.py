"""Properties of the patches that hold for any document."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cluster.failures import Failure
from sandbox.cluster.json_patch import json_patch
from sandbox.cluster.merging import json_merge, strategic_merge
from sandbox.cluster.quantity import amount, canonical
from sandbox.cluster.schema import ANY
from sandbox.cluster.shapes import CONTAINER

KEYS = st.sampled_from("abcd")
LEAVES = st.one_of(st.integers(0, 3), st.text("xy", max_size=2), st.booleans())
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=3), max_leaves=8
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def difference(before: Any, after: Any) -> Any:
    """The merge patch that leads from one to the other."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    patch: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        if key not in before:
            patch[key] = value
        elif before[key] != value or type(before[key]) is not type(value):
            patch[key] = difference(before[key], value)
    return patch


@given(DOCUMENTS, DOCUMENTS)
def test_a_merge_patch_can_reach_any_document(before: dict[str, Any], after: dict[str, Any]) -> None:
    untouched = copy.deepcopy(before)
    assert json_merge(before, difference(before, after)) == after
    assert before == untouched


@given(DOCUMENTS, DOCUMENTS)
def test_without_keys_a_strategic_patch_is_a_merge_patch(before: dict[str, Any], after: dict[str, Any]) -> None:
    patch = difference(before, after)
    assert strategic_merge(ANY, before, patch) == json_merge(before, patch)


ENV = st.lists(st.tuples(KEYS, st.text("xy", max_size=2)), max_size=4, unique_by=lambda pair: pair[0])


def environment(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


@given(ENV, ENV)
def test_a_keyed_list_keeps_what_the_patch_does_not_name(
    before: list[tuple[str, str]], patch: list[tuple[str, str]]
) -> None:
    merged = strategic_merge(CONTAINER, {"env": environment(before)}, {"env": environment(patch)})["env"]
    assert {item["name"]: item["value"] for item in merged} == dict(before) | dict(patch)
    assert [item["name"] for item in merged if item["name"] in dict(patch)] == [name for name, _ in patch]


@given(DOCUMENTS, KEYS, VALUES)
def test_adding_and_removing_a_member_is_no_change(document: dict[str, Any], key: str, value: Any) -> None:
    document.pop(key, None)
    untouched = copy.deepcopy(document)
    operations = [{"op": "add", "path": f"/{key}", "value": value}, {"op": "test", "path": f"/{key}", "value": value}]
    assert json_patch(document, operations)[key] == value
    assert json_patch(document, [*operations, {"op": "remove", "path": f"/{key}"}]) == untouched
    assert document == untouched


@given(DOCUMENTS)
def test_a_test_of_the_wrong_value_refuses(document: dict[str, Any]) -> None:
    with pytest.raises(Failure):
        json_patch(document, [{"op": "test", "path": "/a", "value": {"not": "this"}}])


def test_array_operations() -> None:
    document = {"items": [1, 2, 3]}
    operations = [
        {"op": "add", "path": "/items/-", "value": 4},
        {"op": "add", "path": "/items/0", "value": 0},
        {"op": "move", "from": "/items/1", "path": "/items/2"},
    ]
    assert json_patch(document, operations) == {"items": [0, 2, 1, 3, 4]}
    for path in ("/items/9", "/items/01x", "/items/-"):
        with pytest.raises(Failure):
            json_patch(document, [{"op": "remove", "path": path}])


@pytest.mark.parametrize(
    ("text", "form"),
    [("0.5", "500m"), ("1000m", "1"), ("1024Mi", "1Gi"), ("0.5Gi", "512Mi"), ("1000", "1k"), ("0", "0"), ("1.5", "1500m"),
     ("100M", "100M"), ("1e3", "1k"), ("no", "no"), (2, "2")],
)  # fmt: skip
def test_quantities_have_one_form(text: str | int, form: str) -> None:
    assert canonical(text) == form


@given(st.integers(0, 10**9), st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi"]))
def test_the_form_of_a_quantity_is_worth_the_same(number: int, unit: str) -> None:
    text = f"{number}{unit}"
    assert amount(canonical(text)) == amount(text)
    assert canonical(canonical(text)) == canonical(text)
