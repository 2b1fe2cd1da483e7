"""kubectl text becomes operations or is refused with its own reason, and operations become kubectl text."""

import pytest

from executor.kubectl import Rejected, argv_of, command_of, looks_like_kubectl, parse
from executor.operations import (
    Delete,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Patch,
    Restart,
    Scale,
    SetImage,
    Target,
)
from executor.risk import Level


def target(name: str, kind: str = "Deployment", namespace: str | None = "shop") -> Target:
    return Target(kind=kind, name=name, namespace=namespace)


def only(text: str) -> Operation:
    (operation,) = parse(text)
    return operation


def why(text: str) -> str:
    with pytest.raises(Rejected) as refused:
        parse(text)
    return refused.value.reasons[0].code


def test_the_ways_to_name_an_object_mean_the_same() -> None:
    said = ["deploy/web", "deployment web", "deployments.apps/web", "Deployment.v1.apps web"]
    assert {only(f"kubectl rollout restart {words} -n shop") for words in said} == {Restart(target=target("web"))}


def test_flags_may_stand_anywhere_and_in_every_spelling() -> None:
    said = [
        "kubectl scale deploy/web --replicas=3 -n shop",
        "kubectl -n shop scale deploy/web --replicas 3",
        "kubectl scale --namespace=shop --replicas=3 deploy/web",
        "k scale -n=shop deploy web --replicas '3'",
    ]
    assert {only(text) for text in said} == {Scale(target=target("web"), replicas=3)}


def test_several_names_are_several_operations() -> None:
    assert parse("kubectl delete pod a b -n shop") == (
        Delete(target=target("a", "Pod")),
        Delete(target=target("b", "Pod")),
    )


def test_kinds_and_all_of_a_read_are_several_reads() -> None:
    assert parse("kubectl get pod,svc -n shop") == (
        Get(kind="Pod", namespace="shop"),
        Get(kind="Service", namespace="shop"),
    )
    assert len(parse("kubectl get all -n shop")) == 9


def test_a_cluster_scoped_kind_has_no_namespace_even_where_one_was_said() -> None:
    assert only("kubectl get node n1 -n shop") == Get(kind="Node", name="n1")
    assert only("kubectl get nodes -A") == Get(kind="Node")


def test_reads_keep_what_was_asked() -> None:
    assert only("kubectl get pods -n shop -l app=web,tier!=db --field-selector status.phase=Running -o json") == Get(
        kind="Pod", namespace="shop", selector="app=web,tier!=db", fields="status.phase=Running", output="json"
    )
    assert only("kubectl logs web-0 app -p --tail -1 --since 1h30m") == Logs(
        target=target("web-0", "Pod", None), container="app", previous=True, tail=2000, since_seconds=5400
    )
    assert only("kubectl get events -n shop") == Events(namespace="shop")
    assert only("kubectl events -n shop --for pod/web-0 --types=Warning") == Events(
        target=target("web-0", "Pod"), namespace="shop", warnings_only=True
    )


def test_a_grace_period_means_what_kubectl_makes_of_it() -> None:
    said = {"": None, "--grace-period=-1": None, "--grace-period=0": 1, "--now": 1, "--force": 0, "--grace-period=9": 9}
    for flags, seconds in said.items():
        assert only(f"kubectl delete pod a -n shop {flags}") == Delete(target=target("a", "Pod"), grace_seconds=seconds)


def test_a_patch_body_may_hold_what_a_command_may_not() -> None:
    read = only("""kubectl patch deploy web -n shop --type merge -p '{"spec": {"note": "$(x) 中文 %~"}}'""")
    assert read == Patch(target=target("web"), patch_type="merge", body='{"spec":{"note":"$(x) 中文 %~"}}')
    assert only(r"""kubectl patch deploy web -n shop -p "{\"spec\":{\"replicas\":2}}" """) == Patch(
        target=target("web"), body='{"spec":{"replicas":2}}'
    )


@pytest.mark.parametrize(
    "body", ["spec: {}", "{}", "[]", '{"a":1,"a":2}', '{"a":NaN}', '{"a":"\\ud800"}', "[" * 3000, '"x"']
)
def test_a_patch_body_that_is_not_plain_json_is_refused(body: str) -> None:
    assert why(f"kubectl patch deploy web -n shop -p '{body}'") == "kubectl.patch_json"


def test_all_containers_may_be_said_with_a_quoted_star() -> None:
    image = only("kubectl set image deploy/web '*=nginx:1.27' -n shop")
    assert isinstance(image, SetImage)
    assert image.images[0].container == "*"
    assert why("kubectl set image deploy/web *=nginx:1.27 -n shop") == "kubectl.metacharacter"


def test_what_exec_runs_is_taken_as_it_stands() -> None:
    assert only("kubectl exec -n shop web-0 -c app -- nginx -s reload --n -it") == Exec(
        target=target("web-0", "Pod"), container="app", argv=("nginx", "-s", "reload", "--n", "-it")
    )


def test_a_verb_that_is_not_performed_is_read_in_one_spelling() -> None:
    assert only("kubectl rollout undo -n shop deploy web --to-revision 2") == Other(
        command="rollout undo",
        argv=("rollout", "undo", "deploy", "web", "-n", "shop", "--to-revision=2"),
        target=target("web"),
    )


def test_one_forbidden_object_forbids_the_whole_line() -> None:
    for text in ("kubectl get pods,secrets -n shop", "kubectl get pod/a secret/b -n shop", "kubectl get all,secrets"):
        with pytest.raises(Rejected) as refused:
            parse(text)
        assert refused.value.risk.level is Level.FORBIDDEN
        assert refused.value.reasons[0].code == "risk.secret"


def test_a_refusal_says_what_it_was_about() -> None:
    with pytest.raises(Rejected) as refused:
        parse("kubectl delete pod web-0 -n shop --now --foo")
    seen = refused.value
    assert (seen.verb, seen.kind, seen.namespace, seen.name) == ("delete", "Pod", "shop", "web-0")
    assert seen.risk.level is Level.FORBIDDEN


def test_a_dry_run_or_an_editor_is_refused_with_the_risk_of_the_real_thing() -> None:
    for text, code in (
        ("kubectl delete pod a -n shop --dry-run=client", "kubectl.dry_run"),
        ("kubectl edit deploy web -n shop", "kubectl.edit"),
    ):
        with pytest.raises(Rejected) as refused:
            parse(text)
        assert refused.value.reasons[0].code == code
        assert refused.value.risk.level is Level.HIGH
    with pytest.raises(Rejected) as refused:
        parse("kubectl delete ns shop --dry-run=server")
    assert refused.value.risk.level is Level.FORBIDDEN


def test_a_look_alike_is_named_by_its_code_point_and_not_shown_if_it_is_not_seen() -> None:
    with pytest.raises(Rejected) as refused:
        parse("kubectl dele\u200bte pod a -n shop")
    assert refused.value.reasons[0].code == "kubectl.unseen"
    assert refused.value.reasons[0].values == {"code": "U+200B"}
    with pytest.raises(Rejected) as refused:
        parse("kubectl d\u0435lete pod a -n shop")
    assert refused.value.reasons[0].values["code"] == "U+0435"


def test_a_secret_in_a_refused_text_is_not_repeated() -> None:
    with pytest.raises(Rejected) as refused:
        parse("kubectl foo=password=hunter2-very-long")
    assert "hunter2" not in str(refused.value.reasons)


def test_a_command_for_people_is_masked_and_one_to_read_back_is_not() -> None:
    patch = Patch(target=target("web"), body='{"spec":{"env":[{"name":"DB_PASSWORD","value":"hunter2"}]}}')
    assert "hunter2" not in command_of(patch)
    assert only(command_of(patch, masked=False)) == patch
    assert "hunter2" not in command_of(Exec(target=target("a", "Pod"), argv=("ls", "--password=hunter2")))


@pytest.mark.parametrize(
    "line",
    [
        """kubectl patch secret db -n shop --type=merge -p '{"stringData":{"k":"hunter2"}}'""",
        """kubectl patch secret db -n shop --type=json -p '[{"op":"add","path":"/data/k","value":"hunter2"}]'""",
    ],
)
def test_what_a_secret_would_hold_is_not_repeated(line: str) -> None:
    assert "hunter2" not in command_of(only(line))


def test_a_command_names_no_namespace_where_there_is_none() -> None:
    assert command_of(Restart(target=target("web", namespace=None))) == "kubectl rollout restart deployment/web"
    assert argv_of(Get(kind="Pod", all_namespaces=True)) == ("kubectl", "get", "pods", "-A")


def test_an_amount_that_is_not_yet_known_cannot_be_read_back() -> None:
    assert command_of(Scale(target=target("web"), factor=2)) == "kubectl scale deployment/web -n shop '--replicas=<x2>'"
    assert why(command_of(Scale(target=target("web"), delta=-1))) == "kubectl.metacharacter"


@pytest.mark.parametrize(
    "text",
    [
        "kubectl get pods", "  kubectl delete", "k get pods", "KUBECTL get pods", "`kubectl get pods`", "$ kubectl get pods",
        "sudo kubectl get pods", "/usr/bin/kubectl get pods", "kubectl.exe get pods", "kube\u0441tl get pods", "kubectl-foo get",
        "ku\u200bbectl delete pod a", "\uff4b\uff55\uff42\uff45\uff43\uff54\uff4c get pods", "kubectl d\u0435lete pod a", "kubectl",
    ],
)  # fmt: skip
def test_a_message_that_means_kubectl_is_seen_however_it_is_dressed(text: str) -> None:
    assert looks_like_kubectl(text)


@pytest.mark.parametrize(
    "text", ["", "重启 nginx", "kubectl 是什么", "k8s 怎么样", "k", "k 重启 nginx", "restart nginx", "kubectl，怎么用"]
)
def test_prose_is_not_taken_for_kubectl(text: str) -> None:
    assert not looks_like_kubectl(text)
