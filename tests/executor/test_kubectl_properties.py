"""Whatever is typed is either read or refused, and what is read survives being written."""

import json
import string
import unicodedata
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from executor.kinds import KINDS, SCALABLE, WORKLOADS, Kind, kind_named
from executor.kubectl import Rejected, command_of, looks_like_kubectl, parse
from executor.operations import (
    ContainerImage,
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Patch,
    Restart,
    Scale,
    SetImage,
    Target,
    canonical,
)
from executor.risk import Level, assess

NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
CONTAINERS = NAMES
WORDS = st.text(string.ascii_letters + string.digits + "-_./:=@,+ '\"!", min_size=1, max_size=20)
READABLE = [kind for kind in KINDS if kind.kind not in ("Secret", "Event")]


def target_in(*kinds: str) -> st.SearchStrategy[Target]:
    return st.builds(Target, kind=st.sampled_from(kinds), name=NAMES, namespace=NAMES)


def target_of_kind(kind: Kind) -> st.SearchStrategy[Target]:
    return st.builds(Target, kind=st.just(kind.kind), name=NAMES, namespace=NAMES if kind.namespaced else st.none())


ANY_TARGET = st.sampled_from(READABLE).flatmap(target_of_kind)
CHANGED = st.sampled_from([kind for kind in KINDS if kind.kind != "Secret"]).flatmap(target_of_kind)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def seen(value: Any) -> bool:
    return all(not unicodedata.category(char).startswith("C") for char in json.dumps(value, ensure_ascii=False))


@st.composite
def gets(draw: st.DrawFn) -> Get:
    kind = draw(st.sampled_from(READABLE))
    output = draw(st.sampled_from(["table", "wide", "name", "yaml", "json"]))
    namespace = draw(st.none() | NAMES) if kind.namespaced else None
    if draw(st.booleans()):
        return Get.model_validate({"kind": kind.kind, "name": draw(NAMES), "namespace": namespace, "output": output})
    everywhere = kind.namespaced and namespace is None and draw(st.booleans())
    selector = draw(st.none() | st.builds("{}={}".format, NAMES, NAMES) | st.builds("{}!={}".format, NAMES, NAMES))
    fields = draw(st.none() | st.builds("metadata.name={}".format, NAMES))
    said = {"kind": kind.kind, "namespace": namespace, "all_namespaces": everywhere, "selector": selector}
    return Get.model_validate({**said, "fields": fields, "output": output})


@st.composite
def events(draw: st.DrawFn) -> Events:
    warnings = draw(st.booleans())
    if draw(st.booleans()):
        about = draw(target_in("Pod", *WORKLOADS))
        return Events(target=about, namespace=about.namespace, warnings_only=warnings)
    namespace = draw(st.none() | NAMES)
    everywhere = namespace is None and draw(st.booleans())
    return Events(namespace=namespace, all_namespaces=everywhere, warnings_only=warnings)


@st.composite
def patches(draw: st.DrawFn) -> Patch:
    if draw(st.booleans()):
        body: Any = draw(st.dictionaries(st.text(max_size=6), JSON, min_size=1, max_size=3).filter(seen))
        kind = draw(st.sampled_from(["strategic", "merge"]))
    else:
        steps = st.fixed_dictionaries({"op": st.just("add"), "path": st.text(max_size=8), "value": JSON})
        body, kind = draw(st.lists(steps, min_size=1, max_size=2).filter(seen)), "json"
    return Patch.model_validate({"target": draw(CHANGED), "patch_type": kind, "body": canonical(body)})


LOGS = st.builds(
    Logs,
    target=st.builds(Target, kind=st.sampled_from(("Pod", *WORKLOADS)), name=NAMES, namespace=st.none() | NAMES),
    container=st.none() | CONTAINERS,
    previous=st.booleans(),
    tail=st.integers(1, 2000),
    since_seconds=st.none() | st.integers(1, 86400),
)
DELETES = st.builds(
    Delete,
    target=CHANGED,
    cascade=st.sampled_from(["background", "foreground", "orphan"]),
    grace_seconds=st.none() | st.integers(0, 3600),
)
IMAGES = st.lists(
    st.builds(
        ContainerImage,
        container=CONTAINERS | st.just("*"),
        image=st.sampled_from(["nginx", "a.b/c/d:1.2", "x@sha256:" + "a" * 64]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda image: image.container,
).map(tuple)
OTHERS = st.sampled_from(
    [
        "kubectl top pods -n shop", "kubectl drain n1 --ignore-daemonsets",
        "kubectl rollout undo deploy/web --to-revision=2 -n shop",
        "kubectl label pod web-0 a=b c- -n shop", "kubectl run x --image=a -n shop -- sleep 'a b'", "kubectl version",
        "kubectl autoscale deploy web --min=2 --max=5 -n shop", "kubectl config get-contexts", "kubectl create -f x.yaml",
    ]
).map(lambda text: parse(text)[0])  # fmt: skip
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    gets(),
    st.builds(Describe, target=ANY_TARGET),
    LOGS,
    events(),
    DELETES,
    st.builds(Scale, target=target_in(*SCALABLE), replicas=st.integers(0, 10_000)),
    st.builds(SetImage, target=target_in(*WORKLOADS), images=IMAGES),
    patches(),
    st.builds(
        Exec,
        target=target_in("Pod", *WORKLOADS),
        container=st.none() | CONTAINERS,
        argv=st.lists(WORDS, min_size=1, max_size=4).map(tuple),
    ),
    st.builds(Restart, target=target_in(*WORKLOADS)),
    OTHERS,
)


@settings(max_examples=400)
@given(OPERATIONS)
def test_what_is_written_is_read_back(operation: Operation) -> None:
    assert parse(command_of(operation, masked=False)) == (operation,)


@settings(max_examples=300)
@given(OPERATIONS)
def test_a_command_for_people_is_one_visible_line(operation: Operation) -> None:
    assert command_of(operation).isprintable()


def outcome(text: str) -> tuple[Operation, ...] | None:
    try:
        return parse(text)
    except Rejected:
        return None


_PIECES = (
    "kubectl k get delete scale rollout restart set image patch exec logs events label pod pods deploy deploy/web all web "
    "-n shop -- -A -l a=b -o yaml --replicas=3 -p '{\"a\":1}' --type=json sh --force "
    "-it --all -f x.yaml '' - --- = ' \" , / --= -= "
    "--dry-run=client -c node ns secret config view --tail=-1 .. edit create top explain"
)
PIECES = st.sampled_from(_PIECES.split(" "))


@settings(max_examples=500)
@given(
    st.text(max_size=60)
    | st.lists(PIECES, max_size=9).map(" ".join)
    | st.lists(PIECES, max_size=9).map(lambda p: " ".join(["kubectl", *p]))
)
def test_any_text_is_read_or_refused(text: str) -> None:
    operations = outcome(text)
    assert operations is None or looks_like_kubectl(text)
    for operation in operations or ():
        assert assess(operation).reasons


SNEAKY = st.characters().filter(
    lambda char: (
        ord(char) > 0x7E or unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") or char in ";&|$`<>(){}~#%^*?\\\n"
    )
)
VALID = [
    "kubectl get pods -n shop", "kubectl delete pod web-0 -n shop", "kubectl scale deploy/web --replicas=3 -n shop",
    "kubectl exec web-0 -n shop -- ls /tmp", "kubectl set image deploy/web app=nginx -n shop",
]  # fmt: skip


@settings(max_examples=500)
@given(st.sampled_from(VALID), SNEAKY, st.integers(0, 60), st.sampled_from(["", "'", '"']))
def test_a_forbidden_character_anywhere_forbids_the_line(text: str, char: str, where: int, quote: str) -> None:
    where = min(where, len(text))
    assert outcome(f"{text[:where]}{quote}{char}{quote}{text[where:]}") is None


@settings(max_examples=300)
@given(
    st.sampled_from(["get", "describe", "delete", "label", "patch", "edit"]),
    st.sampled_from(["secret", "secrets", "Secret", "SECRETS.v1.", "secrets.x"]),
    NAMES,
)
def test_a_secret_is_out_of_reach_however_it_is_named(verb: str, word: str, name: str) -> None:
    for form in (
        f"{word} {name}",
        f"{word}/{name}",
        f"pods,{word} {name}",
        f"{word},pods",
        f"pod/a {word}/{name}",
        word,
    ):
        for operation in outcome(f"kubectl {verb} {form} -n shop") or ():
            assert assess(operation).level is Level.FORBIDDEN


@given(st.sampled_from(KINDS), NAMES)
def test_a_forbidden_kind_is_forbidden_to_delete_under_all_its_names(kind: Kind, name: str) -> None:
    levels = set()
    for word in (kind.kind, kind.plural, kind.word, *kind.short):
        (operation,) = parse(f"kubectl delete {word} {name} -n shop")
        levels.add(assess(operation).level)
    assert len(levels) == 1
    assert Level.READ_ONLY not in levels
    if kind in (kind_named("Namespace"), kind_named("Node"), kind_named("ClusterRoleBinding"), kind_named("Secret")):
        assert levels == {Level.FORBIDDEN}
