"""Each tool that looks closer: what the model gets to read of it, and what it is told of what could not be seen."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from executor.kinds import kind_named
from sandbox.claude import Turn
from tests.bot.claude.world import OPEN, WEB, World, one_after_the_other, uses
from tests.executor.fake_api import pod, status

DONE = Turn(text="看完了")
Raw = dict[str, Any]


async def seen(scene: World, tool: str, /, **given: Any) -> str:
    """What the model got back."""
    scene.claude.script = one_after_the_other(uses(tool, **given), DONE)
    await scene.planner.plan(OPEN)
    (result,) = json.loads(scene.claude.bodies[-1])["messages"][-1]["content"]
    return str(result["content"][0]["text"])


def raw(kind: str, name: str, version: str = "", *, labels: Raw | None = None, **fields: Any) -> Raw:
    known = kind_named(kind)
    group = known.group
    metadata: Raw = {"name": name, "uid": f"uid-{kind}-{name}", "labels": labels or {}}
    if known.namespaced:
        metadata["namespace"] = "shop"
    metadata |= fields.pop("metadata", {})
    api = f"{group}/{version or known.version}" if group else "v1"
    return {"kind": kind, "apiVersion": api, "metadata": metadata, **fields}


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat().replace("+00:00", "Z")


async def test_a_node_shows_its_troubles_its_room_and_its_pods(scene: World) -> None:
    conditions = [
        {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastTransitionTime": ago(hours=5)},
        {"type": "DiskPressure", "status": "True", "reason": "KubeletHasDiskPressure", "message": "disk is 91% full"},
    ]
    node = raw(
        "Node",
        "host-a",
        spec={"unschedulable": True, "taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
        status={
            "conditions": conditions,
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "nodeInfo": {"kubeletVersion": "v1.30.1"},
        },
    )
    on_it = pod("web-9", uid="uid-9")
    on_it["spec"] |= {"nodeName": "host-a"}
    on_it["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1", "memory": "2Gi"}}
    lease = raw("Lease", "host-a", spec={"renewTime": ago(seconds=7)}, metadata={"namespace": "kube-node-lease"})
    scene.api.put(node, on_it, lease)
    text = await seen(scene, "node", name="host-a")
    assert "cordoned" in text and "v1.30.1" in text
    assert "Ready=True for 5h" in text
    assert "DiskPressure=True KubeletHasDiskPressure: disk is 91% full" in text
    assert "taints: gpu=yes:NoSchedule" in text
    assert "heartbeat (lease): 7s ago" in text or "heartbeat (lease): 8s ago" in text
    assert "allocatable: cpu 4000m, memory 8192Mi, pods 110" in text
    assert "requested: cpu 1000m (25%), memory 2048Mi (25%)" in text
    assert "shop/web-9 Running" in text


async def test_a_node_that_is_not_there_is_said_with_names_like_it(scene: World) -> None:
    scene.api.put(raw("Node", "host-a"))
    assert "there is no node/host-b" in (text := await seen(scene, "node", name="host-b"))
    assert "node/host-a" in text


V2 = {
    "spec": {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "minReplicas": 2,
        "maxReplicas": 6,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 70}}}],
    },
    "status": {
        "currentReplicas": 6,
        "desiredReplicas": 6,
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 96}}}],
        "conditions": [{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "message": "at max"}],
    },
}
V1 = {
    "spec": {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "maxReplicas": 6,
        "targetCPUUtilizationPercentage": 70,
    },
    "status": {"currentReplicas": 6, "desiredReplicas": 6, "currentCPUUtilizationPercentage": 96},
}
V2BETA1 = {
    "spec": {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "maxReplicas": 6,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 70}}],
    },
    "status": {
        "currentReplicas": 6,
        "desiredReplicas": 6,
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "currentAverageUtilization": 96}}],
    },
}


@pytest.mark.parametrize(("version", "body"), [("v2", V2), ("v1", V1), ("v2beta1", V2BETA1)])
async def test_an_autoscaler_of_every_version_tells_what_it_measures(scene: World, version: str, body: Raw) -> None:
    scene.api.put(raw("HorizontalPodAutoscaler", "web", version, **body))
    text = await seen(scene, "scaling", namespace="shop", name="web")
    assert "hpa web of Deployment/web: 6 pods, wants 6" in text
    assert "cpu 96% of 70%" in text
    assert ("TooManyReplicas" in text) == (version == "v2")
    assert "not served by this cluster: PodDisruptionBudget" in text


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_a_budget_that_allows_nothing_is_said_to_hold_up_drains(scene: World, version: str) -> None:
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    held = {"disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2, "expectedPods": 2}
    scene.api.put(raw("PodDisruptionBudget", "web", version, spec=spec, status=held))
    text = await seen(scene, "scaling", namespace="shop")
    assert "pdb web (minAvailable 2, selector app=web)" in text
    assert "disruptionsAllowed 0, healthy 2 of 2, needs 2" in text
    assert "waits for this" in text


async def test_storage_goes_from_the_claim_to_its_volume_and_where_it_hangs(scene: World) -> None:
    def claim(name: str, phase: str, volume: str = "", **spec: Any) -> Raw:
        asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}, "volumeName": volume}
        return raw("PersistentVolumeClaim", name, spec=asked | spec, status={"phase": phase})

    scene.api.put(
        claim("data", "Bound", "pv-1"),
        claim("logs", "Pending", storageClassName="fast"),
        raw(
            "PersistentVolume",
            "pv-1",
            spec={"capacity": {"storage": "5Gi"}, "csi": {"driver": "disk.example"}, "claimRef": {"name": "data"}},
            status={"phase": "Bound"},
        ),
        raw("StorageClass", "slow", provisioner="disk.example", volumeBindingMode="WaitForFirstConsumer"),
        {
            "kind": "VolumeAttachment",
            "apiVersion": "storage.k8s.io/v1",
            "metadata": {"name": "a-1"},
            "spec": {"nodeName": "host-a", "source": {"persistentVolumeName": "pv-1"}},
            "status": {"attached": False, "attachError": {"message": "the disk is busy elsewhere"}},
        },
    )
    scene.api.event("no class fast", reason="ProvisioningFailed", about="uid-PersistentVolumeClaim-logs")
    text = await seen(scene, "storage", namespace="shop")
    assert text.index("pvc logs Pending") < text.index("pvc data Bound"), "what is in trouble comes first"
    assert "class fast" in text and "slow: disk.example, WaitForFirstConsumer" in text
    assert "Warning ProvisioningFailed" in text and "no class fast" in text
    assert "pv pv-1 Bound: 5Gi" in text and "disk.example" in text
    assert "pv pv-1 on node host-a: not attached" in text and "the disk is busy elsewhere" in text


async def test_a_route_shows_who_listens_and_what_does_not_match(scene: World) -> None:
    listening = pod("web-7", uid="uid-7")
    listening["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 8080}]
    scene.api.put(
        listening,
        raw(
            "Service",
            "web",
            spec={"selector": {"app": "web"}, "ports": [{"port": 80, "name": "main", "targetPort": "htpt"}]},
        ),
        raw(
            "EndpointSlice",
            "web-abc",
            labels={"kubernetes.io/service-name": "web"},
            endpoints=[
                {"conditions": {"ready": True}, "targetRef": {"name": "web-7"}},
                {"conditions": {"ready": False}, "targetRef": {"name": "web-8"}},
            ],
        ),
        raw(
            "Ingress",
            "front",
            spec={
                "rules": [
                    {
                        "host": "shop.example.com",
                        "http": {
                            "paths": [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 81}}}}]
                        },
                    }
                ]
            },
        ),
        raw("NetworkPolicy", "shut", spec={"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]}),
    )
    text = await seen(scene, "route", namespace="shop", name="web")
    assert "endpoints: 1 ready, 1 not ready" in text and "not ready: web-8" in text
    assert "MISMATCH: targetPort htpt is no port name of pod" in text
    assert "shop.example.com/ to web:81 MISMATCH: the service has no port 81 (it has 80, main)" in text
    assert "networkpolicy shut" in text and "lets in: nobody" in text


async def test_without_endpoint_slices_the_endpoints_tell(scene: World) -> None:
    subsets = [{"addresses": [{"targetRef": {"name": "web-7"}}], "notReadyAddresses": [{}, {}]}]
    scene.api.put(raw("Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}))
    scene.api.put(raw("Endpoints", "web", subsets=subsets))
    assert "endpoints: 1 ready, 2 not ready" in await seen(scene, "route", namespace="shop", name="web")


async def test_needs_name_what_is_missing_and_read_no_secret(scene: World) -> None:
    env = [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "app", "key": "gone"}}},
        {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "ghost", "key": "b"}}},
        {"name": "C", "valueFrom": {"secretKeyRef": {"name": "shop-db", "key": "password"}}},
    ]
    live = scene.api.objects["/apis/apps/v1/namespaces/shop/deployments/web"]
    live["spec"]["template"]["spec"]["containers"][0]["env"] = env
    scene.api.put(raw("ConfigMap", "app", data={"url": "http://x"}))
    text = await seen(scene, "needs", **WEB)
    assert "ConfigMap ghost: MISSING" in text
    assert "ConfigMap app: there, keys MISSING: gone" in text
    assert "Secret shop-db: not read" in text
    assert not [where for _, where in scene.api.requests if "/secrets" in where]


async def test_the_health_of_the_api_says_what_fails(scene: World) -> None:
    checks = "[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\nreadyz check failed\n"
    scene.api.plan.append(("GET", "/readyz", web.Response(status=500, text=checks)))
    down = {"type": "Available", "status": "False", "reason": "MissingEndpoints", "message": "nobody answers"}
    hook = {
        "name": "pods.hook.example.com",
        "failurePolicy": "Fail",
        "clientConfig": {"service": {"namespace": "x", "name": "y"}},
    }
    scene.api.put(
        raw("APIService", "v1beta1.metrics.k8s.io", status={"conditions": [down]}),
        raw("ValidatingWebhookConfiguration", "guard", webhooks=[hook]),
    )
    text = await seen(scene, "api_health")
    assert "/readyz: 2 checks ok, 1 failed readyz check failed" in text
    assert "[-]etcd failed" in text
    assert "v1beta1.metrics.k8s.io: Available=False MissingEndpoints: nobody answers" in text
    assert "validating pods.hook.example.com: failurePolicy Fail" in text and "x/y" in text


async def test_events_that_differ_in_numbers_are_one_and_old_ones_are_left_out(scene: World) -> None:
    for number in range(6):
        scene.api.event(f"probe {number} failed after {number}00 ms", name=f"e{number}")
    for place, event in scene.api.objects.items():
        if "/events/" in place:
            event["lastTimestamp"] = ago(minutes=5)
    scene.api.event("an old story", reason="Old", name="old")
    text = await seen(scene, "events", minutes=30, **WEB)
    assert "events of the last 30 min (6)" in text
    assert "(x18)" in text and text.count("probe") == 1
    assert "an old story" not in text
    assert "an old story" in await seen(scene, "events", namespace="shop")


async def test_pods_tell_how_they_ended_last_and_are_objects_that_were_shown(scene: World) -> None:
    ill = pod("web-ill", uid="uid-ill", ready=False)
    ill["status"]["containerStatuses"][0] |= {
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": ago(minutes=3)}},
    }
    scene.api.put(ill)
    text = await seen(scene, "pods", namespace="shop")
    assert text.index("web-ill CrashLoopBackOff") < text.index("web-5d4-x1")
    assert "restarts 3 (last 3m" in text and "last exit 137 (OOMKilled)" in text


async def test_a_rollout_tells_what_the_newest_revision_changed(scene: World) -> None:
    older = json.loads(json.dumps(scene.api.objects["/apis/apps/v1/namespaces/shop/replicasets/web-5d4"]))
    newer = json.loads(json.dumps(older))
    newer["metadata"] |= {
        "name": "web-6e5",
        "uid": "uid-rs2",
        "annotations": {"deployment.kubernetes.io/revision": "2"},
    }
    for made, image in ((older, "shop/web:1"), (newer, "shop/web:2")):
        made["spec"]["template"] = {"spec": {"containers": [{"name": "app", "image": image}]}}
    scene.api.put(older, newer)
    text = await seen(scene, "rollout", **WEB)
    assert "from revision 1 to 2" in text
    assert "image: shop/web:1 → shop/web:2" in text


async def test_usage_is_told_beside_what_was_asked_for(scene: World) -> None:
    heavy = pod("web-5d4-x1")
    heavy["spec"]["containers"][0]["resources"] = {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    scene.api.put(
        heavy,
        {
            "kind": "PodMetrics",
            "apiVersion": "metrics.k8s.io/v1beta1",
            "metadata": {"name": "web-5d4-x1", "namespace": "shop"},
            "containers": [{"name": "app", "usage": {"cpu": "250m", "memory": "120Mi"}}],
        },
    )
    scene.api.objects["/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/web-5d4-x1"] = scene.api.objects.pop(
        "/apis/metrics.k8s.io/v1beta1/namespaces/shop/podmetricss/web-5d4-x1"
    )
    text = await seen(scene, "top", namespace="shop")
    assert "shop/web-5d4-x1 uses cpu 250m, memory 120Mi; asks cpu 0m, memory 64Mi; limits cpu 0m, memory 128Mi" in text


async def test_without_metrics_it_says_so(scene: World) -> None:
    assert "no metrics-server" in await seen(scene, "top", kind="Node")


CLOSED = {
    "node": ({"name": "host-a"}, "/api/v1/pods", "not permitted to read: Pod"),
    "scaling": ({"namespace": "shop"}, "/horizontalpodautoscalers", "not permitted to read: HorizontalPodAutoscaler"),
    "storage": ({"namespace": "shop"}, "/storageclasses", "not permitted to read: StorageClass"),
    "route": ({"namespace": "shop", "name": "web"}, "/networkpolicies", "not permitted to read: NetworkPolicy"),
    "api_health": ({}, "/readyz", "/readyz: not permitted to read"),
    "events": ({"namespace": "shop"}, "/events", "not permitted to read: Event"),
    "pods": ({"namespace": "shop"}, "/pods", "Forbidden"),
}


@pytest.mark.parametrize("tool", CLOSED)
async def test_what_may_not_be_read_is_said_and_is_no_health(scene: World, tool: str) -> None:
    given, where, said = CLOSED[tool]
    scene.api.put(
        raw("Node", "host-a"),
        raw("HorizontalPodAutoscaler", "web", **V2),
        raw("StorageClass", "slow"),
        raw("NetworkPolicy", "shut"),
        raw("Service", "web", spec={"selector": {"app": "web"}}),
    )
    scene.api.plan += [("GET", where, status(403, "Forbidden", "you may not"))]
    assert said in await seen(scene, tool, **given)


async def test_many_rows_are_cut_and_counted(scene: World) -> None:
    scene.api.put(*(pod(f"web-many-{n}", uid=f"uid-m{n}") for n in range(90)))
    text = await seen(scene, "pods", namespace="shop")
    assert "pods: 40 of 91 are shown" in text
    assert len(text.encode()) < 13 * 1024


@pytest.mark.parametrize("tool", ["node", "scaling", "storage", "route", "needs"])
async def test_a_name_that_is_no_name_is_refused_before_anything_is_sent(scene: World, tool: str) -> None:
    evil = {"name": "../../secrets/shop-db", "namespace": "shop", "kind": "Deployment"}
    wanted = {
        key: evil[key]
        for key in {"node": ("name",), "needs": ("kind", "name", "namespace")}.get(tool, ("name", "namespace"))
    }
    if tool == "scaling":
        wanted["namespace"] = "shop/../kube-system"
    text = await seen(scene, tool, **wanted)
    assert ("0" if tool == "scaling" else "不是合法的对象名") in text
    assert not [where for _, where in scene.api.requests if ".." in where or "secrets" in where]
