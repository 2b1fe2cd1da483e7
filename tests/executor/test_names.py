"""Names as Kubernetes accepts them: what would route elsewhere, or only looks right, is none."""

import pytest

from executor.names import (
    valid_container,
    valid_image,
    valid_label_key,
    valid_label_value,
    valid_name,
    valid_namespace,
    valid_rbac_name,
)

WRONG = [
    "",
    ".",
    "..",
    "a..b",
    "-a",
    "a-",
    "A",
    "a_b",
    "a/b",
    "a%2fb",
    "a b",
    "a\n",
    "ａ",
    "а",
    "a\u200b",
    "a?x=1",
    "a#b",
]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_dns_name_is_no_name_at_all(name: str) -> None:
    for right in (valid_name, valid_namespace, valid_container):
        assert not right(name)


def test_lengths_are_those_of_kubernetes() -> None:
    assert valid_name("a" * 253)
    assert valid_name("a.b-1.c")
    assert not valid_name("a" * 254)
    assert valid_namespace("a" * 63)
    assert not valid_namespace("a" * 64)
    assert not valid_namespace("a.b")
    assert not valid_container("a.b")


def test_rbac_names_may_hold_a_colon_but_no_path() -> None:
    assert valid_rbac_name("system:node-Proxier")
    for name in ("", ".", "..", "a/b", "a%b", "a b", "a\n", "é", "a" * 254):
        assert not valid_rbac_name(name)


def test_label_keys_and_values() -> None:
    for key in ("app", "app.kubernetes.io/name", "A_b.c"):
        assert valid_label_key(key)
    for key in ("", "/a", "a/", "a/b/c", "-a", "A.b/" + "c" * 64, "a b", "UP/x"):
        assert not valid_label_key(key)
    assert valid_label_value("")
    assert valid_label_value("v1.2_x")
    assert not valid_label_value("-v")
    assert not valid_label_value("v" * 64)


@pytest.mark.parametrize(
    "image",
    ["nginx", "nginx:1.27", "a.b:5000/team/web:v1", "x@sha256:" + "a" * 64, "r.io/x:1@sha256:" + "0" * 64, "a__b/c"],
)
def test_images_that_a_runtime_takes(image: str) -> None:
    assert valid_image(image)


@pytest.mark.parametrize(
    "image", ["", ":1", "a:", "a:b:c", "A", "a b", "http://a/b", "a@sha256:ab", "a//b", "a\n", "-a", "a:" + "b" * 129]
)
def test_images_that_none_takes(image: str) -> None:
    assert not valid_image(image)
