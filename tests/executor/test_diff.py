"""What people see of a change, and what an approval is bound to."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.diff import MAX_LINES, MAX_VALUE, fingerprint, leaves, lines, outcome
from tests.executor.fake_api import deployment

Raw = dict[str, Any]


def shown(
    before: Raw, after: Raw, kind: str = "Deployment", *, moment: str = ""
) -> dict[str, tuple[str | None, str | None]]:
    return {line.path: (line.before, line.after) for line in lines(leaves(before, after, moment=moment), kind)}


def config(**values: str) -> Raw:
    return {"metadata": {"name": "conf"}, "data": values}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["spec", "data", "name", "a.b/c"]), JSON, max_size=4)


@given(OBJECTS)
def test_an_object_does_not_differ_from_itself(raw: Raw) -> None:
    assert leaves(raw, copy.deepcopy(raw)) == ()


@given(OBJECTS, OBJECTS)
def test_every_difference_is_seen_and_has_its_own_hash(before: Raw, after: Raw) -> None:
    changed = leaves(before, after)
    same = str(before) == str(after)
    assert same or changed or before == after
    assert (outcome(changed) == outcome(())) == (changed == ())
    assert len(lines(changed, "X")) >= bool(changed)


def test_a_container_is_named_and_not_numbered() -> None:
    before, after = deployment(), deployment()
    container = after["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "shop/web:2"
    container["env"] = [{"name": "A", "value": "1"}]
    after["spec"]["template"]["spec"]["containers"].insert(0, {"name": "side", "image": "x"})
    assert shown(before, after) == {
        "spec.template.spec.containers[app].env[A].name": (None, "A"),
        "spec.template.spec.containers[app].env[A].value": (None, "1"),
        "spec.template.spec.containers[app].image": ("shop/web:1", "shop/web:2"),
        "spec.template.spec.containers[side].image": (None, "x"),
        "spec.template.spec.containers[side].name": (None, "side"),
    }


def test_items_that_share_a_name_are_told_apart_by_the_next_key() -> None:
    before = {"spec": {"mounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]}}
    after = {"spec": {"mounts": [{"name": "v", "mountPath": "/a", "readOnly": True}, {"name": "v", "mountPath": "/b"}]}}
    assert shown(before, after) == {"spec.mounts[/a].readOnly": (None, "true")}


def test_another_order_of_the_same_items_is_a_change() -> None:
    before = {"spec": {"rules": [{"name": "a"}, {"name": "b"}]}}
    after = {"spec": {"rules": [{"name": "b"}, {"name": "a"}]}}
    assert shown(before, after) == {"spec.rules": ('["a","b"]', '["b","a"]')}


def test_what_the_server_keeps_and_our_mark_are_no_change() -> None:
    before, after = deployment(), deployment()
    after["status"] = {"replicas": 9}
    after["metadata"] |= {
        "resourceVersion": "2",
        "generation": 2,
        "managedFields": [{}],
        "annotations": {"steward/action": "a"},
    }
    assert shown(before, after) == {}


def test_an_empty_mapping_is_told_from_none() -> None:
    assert shown({"spec": {}}, {"spec": {"emptyDir": {}}}) == {"spec.emptyDir": (None, "{}")}
    assert shown({"spec": {"x": []}}, {"spec": {}}) == {"spec.x": ("[]", None)}


def test_a_timestamp_of_this_very_write_reads_now() -> None:
    before, after = deployment(), deployment()
    after["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "T1"}
    path = "spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]"
    assert shown(before, after, moment="T1") == {path: (None, "<now>")}
    assert shown(before, after, moment="T2") == {path: (None, "T1")}


def test_secrets_are_masked_and_their_change_is_still_seen() -> None:
    before, after = (
        config(PASSWORD="hunter22-a", url="http://u:hunter22@h/"),
        config(PASSWORD="hunter22-b", url="http://u:hunter23@h/"),
    )
    seen = shown(before, after, "ConfigMap")
    assert seen["data.PASSWORD"] == ("*** (before)", "*** (after)")
    assert seen["data.url"][0] != seen["data.url"][1]
    assert "hunter2" not in str(seen)
    assert outcome(leaves(before, after)) != outcome(
        leaves(before, config(PASSWORD="hunter22-c", url="http://u:hunter23@h/"))
    )


def test_the_value_of_an_environment_variable_is_masked_by_its_name() -> None:
    before, after = deployment(), deployment()
    before["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "hunter22"}]
    after["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "hunter23"}]
    assert shown(before, after) == {
        "spec.template.spec.containers[app].env[DB_PASSWORD].value": ("*** (before)", "*** (after)")
    }


def test_arguments_are_masked() -> None:
    before = {"spec": {"args": ["--password", "hunter22", "--port=1"]}}
    after = {"spec": {"args": ["--password", "hunter22", "--port=2"]}}
    (line,) = lines(leaves(before, after), "Pod")
    assert "hunter22" not in f"{line.before}{line.after}"
    assert (line.before or "").endswith('"--port=1"]')


def test_nothing_of_a_secret_is_shown() -> None:
    assert shown({"data": {"a": "Zm9v", "b": "x"}}, {"data": {"a": "YmFy", "c": "y"}}, "Secret") == {
        "data.a": ("*** (before)", "*** (after)"),
        "data.b": ("***", None),
        "data.c": (None, "***"),
    }


def test_a_text_is_compared_line_by_line() -> None:
    before = config(**{"app.conf": "a\nb\nc\nd\n"})
    after = config(**{"app.conf": "a\nB\nc\nd\ne\n"})
    assert shown(before, after) == {"data[app.conf]:2": ("b", "B"), "data[app.conf]:5": (None, "e")}


def test_a_key_in_a_text_is_masked_before_it_is_cut_into_lines() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIabcdef{}\n-----END PRIVATE KEY-----\n"
    seen = shown(config(**{"a.pem": key.format("1")}), config(**{"a.pem": key.format("2")}))
    assert "MIIabcdef" not in str(seen)
    assert seen


def test_a_long_value_is_cut_where_it_differs() -> None:
    ((before, after),) = shown(config(a="x" * 5000 + "1"), config(a="x" * 5000 + "2")).values()
    assert before is not None
    assert after is not None
    assert len(before) <= MAX_VALUE
    assert before.endswith("x1")
    assert after.endswith("x2")


def test_a_huge_change_is_counted_and_bound_all_the_same() -> None:
    many = {f"k{number}": "1" for number in range(500)}
    seen = lines(leaves(config(), config(**many)), "ConfigMap")
    assert len(seen) == MAX_LINES
    assert seen[-1].path == "… +301"
    big = "\n".join(map(str, range(20_000)))
    assert list(shown(config(t="x\n"), config(t="x\n" + big)).values()) == [("… (0)", "… (20000)")]


@pytest.mark.parametrize(
    "moves",
    [{"status": {"x": 1}}, {"metadata": {"resourceVersion": "9"}}, {"metadata": {"managedFields": [{"manager": "x"}]}}],
)
def test_a_fingerprint_ignores_what_moves_by_itself(moves: Raw) -> None:
    before, after = deployment(), deployment()
    for key, value in moves.items():
        after[key] = {**after[key], **value}
    assert fingerprint(before) == fingerprint(after)


@pytest.mark.parametrize(
    "change",
    [{"spec": {"replicas": 9}}, {"metadata": {"labels": {}}}, {"metadata": {"annotations": {"a": "b"}}}, {"metadata": {"uid": "u"}},
     {"metadata": {"deletionTimestamp": "now"}}],
)  # fmt: skip
def test_a_fingerprint_sees_everything_else(change: Raw) -> None:
    before, after = deployment(), deployment()
    for key, value in change.items():
        after[key] = {**after[key], **value}
    assert fingerprint(before) != fingerprint(after)


def test_a_fingerprint_holds_through_a_rollout_and_moves_with_everything_else() -> None:
    shown_then = fingerprint(deployment())
    rolling = deployment()
    rolling["status"] = {"updatedReplicas": 1}
    rolling["metadata"] |= {
        "generation": 7,
        "resourceVersion": "9",
        "annotations": {"deployment.kubernetes.io/revision": "2"},
    }
    plain = deployment()
    plain["metadata"]["annotations"] = {}
    assert fingerprint(rolling) == fingerprint(plain) == shown_then
    for place, value in (("annotations", {"note": "x"}), ("labels", {"app": "other"})):
        touched = deployment()
        touched["metadata"][place] = value
        assert fingerprint(touched) != shown_then
    scaled = deployment()
    scaled["spec"]["replicas"] = 41
    assert fingerprint(scaled) != shown_then


def test_a_secret_that_changes_within_a_text_is_seen_to_change_but_not_read() -> None:
    """Beside a visible change it was not mentioned at all: whoever approved did not know of it."""
    before = config(**{"app.conf": "level=info\npassword=hunter2aa\nport=80\n"})
    after = config(**{"app.conf": "level=debug\npassword=hunter2bb\nport=80\n"})
    assert shown(before, after, "ConfigMap") == {
        "data[app.conf]:1": ("level=info", "level=debug"),
        "data[app.conf]:2": ("password=*** (before)", "password=*** (after)"),
    }


def test_a_key_that_changes_within_a_text_is_seen_to_change_but_not_read() -> None:
    def text(level: str, body: str) -> Raw:
        key = f"-----BEGIN PRIVATE KEY-----\n{body * 64}\n{body * 64}\n-----END PRIVATE KEY-----"
        return config(**{"app.conf": f"level={level}\n{key}\n"})

    assert shown(text("info", "M"), text("debug", "N"), "ConfigMap") == {
        "data[app.conf]:1": ("level=info", "level=debug"),
        "data[app.conf]": ("*** (before)", "*** (after)"),
    }
    assert "data[app.conf]" not in shown(text("info", "M"), text("debug", "M"), "ConfigMap")
