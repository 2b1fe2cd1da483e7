"""What an alert is about, by the labels that kube-prometheus writes, and which object of the cluster that is."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import asking
from bot.alerts.labels import alert_of, harmless, place_of
from bot.alerts.subject import askable, subject_of
from bot.brain.planner import Diagnose
from bot.brain.rules import plan
from executor.cluster import connect
from sandbox.cluster import ClusterStandIn, demo_shop
from tests.bot.alerts.duty import duty
from tests.bot.stand import ZH, Clock

SINCE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
STATE_METRICS = {"job": "kube-state-metrics", "instance": "10.0.0.9:8080", "container": "kube-rbac-proxy-main"}
NODE_EXPORTER = {
    "job": "node-exporter",
    "namespace": "monitoring",
    "pod": "node-exporter-x7k2p",
    "container": "node-exporter",
}
KUBELET = {"job": "kubelet", "service": "kubelet", "metrics_path": "/metrics"}


@pytest.mark.parametrize(
    ("labels", "kind", "name", "namespace"),
    [
        (
            {**STATE_METRICS, "namespace": "shop", "pod": "cart-7d9c5b6f4d-x2vbn", "container": "cart"},
            "",
            "cart",
            "shop",
        ),
        ({**STATE_METRICS, "namespace": "shop", "deployment": "web"}, "Deployment", "web", "shop"),
        ({**STATE_METRICS, "namespace": "shop", "statefulset": "redis"}, "StatefulSet", "redis", "shop"),
        ({**STATE_METRICS, "namespace": "kube-system", "daemonset": "proxy"}, "DaemonSet", "proxy", "kube-system"),
        ({**STATE_METRICS, "namespace": "shop", "job_name": "backup-28394857"}, "Job", "backup-28394857", "shop"),
        ({**STATE_METRICS, "namespace": "shop", "cronjob": "backup"}, "CronJob", "backup", "shop"),
        (
            {**STATE_METRICS, "namespace": "shop", "horizontalpodautoscaler": "web"},
            "HorizontalPodAutoscaler",
            "web",
            "shop",
        ),
        ({**STATE_METRICS, "namespace": "shop", "replicaset": "web-7d9c5b6f4d"}, "", "web", "shop"),
        (
            {**KUBELET, "namespace": "shop", "persistentvolumeclaim": "data-redis-0", "node": "node-1"},
            "PersistentVolumeClaim",
            "data-redis-0",
            "shop",
        ),
        ({**STATE_METRICS, "node": "node-1"}, "Node", "node-1", ""),
        ({**NODE_EXPORTER, "instance": "node-1"}, "Node", "node-1", ""),
        ({**NODE_EXPORTER, "instance": "10.0.0.5:9100", "node": "node-2"}, "Node", "node-2", ""),
        (
            {
                "job": "exporter",
                "namespace": "monitoring",
                "pod": "exporter-0",
                "exported_pod": "redis-0",
                "exported_namespace": "shop",
            },
            "",
            "redis",
            "shop",
        ),
        ({"job": "apiserver", "namespace": "default", "service": "kubernetes"}, "", "", "default"),
        ({"job": "anything"}, "", "", ""),
    ],
)
def test_labels_of_kube_prometheus_name_their_object(
    labels: dict[str, str], kind: str, name: str, namespace: str
) -> None:
    place = place_of({"alertname": "X", **labels})
    assert (place.kind, place.name, place.namespace) == (kind, name, namespace)


def test_the_runs_of_a_cron_job_are_one_story() -> None:
    keys = {
        alert_of({"alertname": "KubeJobFailed", "namespace": "shop", "job_name": f"backup-{run}"}, {}, SINCE).key
        for run in ("28394857", "28394917")
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x/y",
        "dtmd://dingtalkclient/sendMessage?content=批准",
        "http://ops:pw@host/x",
        "https://good.example@evil.example/",
        "https://x/?token=abcdefgh12345678",
        "https://x/a b",
        "https://x/](http://evil)",
        "https://x/<script>",
        "http://" + "x" * 2000,
        "//evil.example",
        "",
    ],
)
def test_a_link_that_is_no_plain_web_address_is_none(url: str) -> None:
    assert not harmless(url)
    assert alert_of({"alertname": "X"}, {"runbook_url": url}, SINCE, source=url).links == ()


def test_links_of_an_alert_are_kept_and_marked_as_its_own() -> None:
    alert = alert_of(
        {"alertname": "X"},
        {"runbook_url": "https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping"},
        SINCE,
        source="http://prometheus-k8s-0:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    )
    assert [each.kind for each in alert.links] == ["runbook", "source"]


async def test_the_card_says_whose_links_they_are_and_sends_no_click_for_them(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        alert = alert_of({"alertname": "X"}, {"runbook_url": "https://wiki.example/x"}, here.clock.now)
        await here.poll(alert)
        card = await here.card()
        link = next(button for button in card.buttons if button.url)
        assert (link.text, link.url, link.twin) == ("📖 告警附的手册 wiki.example", "https://wiki.example/x", None)
        assert any("没有核实" in section.title for section in card.sections)


@pytest.mark.parametrize(
    "name", ["nginx; 重启 nginx", "nginx -n kube-system 起不来\n批准 7F3K", "../secrets/x", "NGINX", ""]
)
def test_a_name_that_no_object_has_is_put_into_no_command(name: str) -> None:
    place = place_of({"alertname": "X", "namespace": "shop", "deployment": name or " "})
    target = askable(place)
    assert target is None or target.kind == "Namespace"


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ({"namespace": "shop", "deployment": "nginx"}, "Deployment"),
        ({"namespace": "shop", "pod": "nginx-7d9c5b6f4d-x2vbn"}, ""),
        ({"node": "node-1"}, "Node"),
        ({"namespace": "shop", "horizontalpodautoscaler": "web"}, "HorizontalPodAutoscaler"),
        ({"namespace": "shop", "persistentvolumeclaim": "data"}, "PersistentVolumeClaim"),
        ({"namespace": "shop", "resourcequota": "all"}, "Namespace"),
        ({"namespace": "shop"}, "Namespace"),
    ],
)
def test_to_diagnose_again_is_a_command_that_can_be_typed(labels: dict[str, str], kind: str) -> None:
    target = askable(place_of({"alertname": "X", **labels}))
    assert target is not None
    typed = plan(ZH("flow.why_command", target=asking.path(target)))
    assert isinstance(typed, Diagnose) and typed.target.kind == kind


def hpa() -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "nginx", "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nginx"},
            "minReplicas": 1,
            "maxReplicas": 3,
        },
    }


def claim() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "shop"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "none",
        },
    }


async def test_labels_lead_to_the_live_object_or_to_none(tmp_path: Path) -> None:
    async with ClusterStandIn(seed=demo_shop, speed=20) as cluster:
        await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig")
        for made in (hpa(), claim()):
            cluster.apply(made)
        await cluster.until(lambda: bool(cluster.objects("pods", "shop")))
        pod = next(
            one["metadata"]["name"] for one in cluster.objects("pods", "shop") if "nginx" in one["metadata"]["name"]
        )
        node = cluster.objects("nodes")[0]["metadata"]["name"]
        async with connect(str(tmp_path / "kubeconfig")) as connection:

            async def found(**labels: str) -> str:
                return str(await subject_of(connection.reader, place_of({"alertname": "X", **labels})))

            assert await found(namespace="shop", pod=pod) == "deployment/nginx"
            assert await found(namespace="shop", deployment="nginx") == "deployment/nginx"
            assert await found(node=node) == f"node/{node}"
            assert await found(job="node-exporter", instance=node, pod="node-exporter-x7k2p") == f"node/{node}"
            assert await found(namespace="shop", horizontalpodautoscaler="nginx") == "horizontalpodautoscaler/nginx"
            assert await found(namespace="shop", persistentvolumeclaim="data") == "persistentvolumeclaim/data"
            for nothing in (
                {"namespace": "shop", "deployment": "ngin"},
                {"namespace": "elsewhere", "deployment": "nginx"},
                {"namespace": "shop", "deployment": "../../secrets/x"},
                {"namespace": "shop"},
            ):
                assert await found(**nothing) == "None"
        async with duty(tmp_path, Clock(), cluster=cluster) as here:
            alert = alert_of(
                {"alertname": "KubePersistentVolumeClaimPending", "namespace": "shop", "persistentvolumeclaim": "data"},
                {},
                here.clock.now,
            )
            await here.poll(alert)
            card = await here.card()
            assert "data" in card.title
            assert any("重新诊断" in button.text for button in card.buttons)


async def test_all_that_kube_prometheus_says_of_a_workload_that_does_not_come_up_is_one_card(tmp_path: Path) -> None:
    told = [
        {"alertname": "KubePodCrashLooping", "pod": "cart-7d9c5b6f4d-x2vbn"},
        {"alertname": "KubePodCrashLooping", "pod": "cart-7d9c5b6f4d-9zqwl"},
        {"alertname": "KubePodNotReady", "pod": "cart-7d9c5b6f4d-x2vbn"},
        {"alertname": "KubeDeploymentReplicasMismatch", "deployment": "cart"},
    ]
    async with duty(tmp_path, Clock()) as here:
        alerts = [
            alert_of({"namespace": "shop", "severity": "warning", **labels}, {}, here.clock.now) for labels in told
        ]
        await here.poll(
            *alerts,
            alert_of({"alertname": "HighLatency", "namespace": "shop", "deployment": "cart"}, {}, here.clock.now),
        )
        titles = {card.title for card in await here.cards()}
        assert titles == {
            "告警：KubeDeploymentReplicasMismatch + KubePodCrashLooping + KubePodNotReady · deployment/cart (shop)",
            "告警：HighLatency · deployment/cart (shop)",
        }
