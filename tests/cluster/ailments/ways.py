"""Services and Ingresses that lead nowhere."""

from executor.operations import Target
from tests.cluster.ailments.ailment import ailment, ingress, ready, service
from tests.cluster.ailments.sizes import no_replicas
from tests.cluster.bench import Bench, pod_spec


@ailment("service_unmatched", "service web spec.selector: app=wbe", "spec.template.metadata.labels: app=web")
async def a_selector_with_a_slip(bench: Bench) -> Target:
    await ready(bench)
    return await service(bench, app="wbe")


@ailment("service_unready", "service web spec.selector: app=web")
async def a_service_before_a_pod_that_is_done(bench: Bench) -> Target:
    spec = {**pod_spec("done:1"), "restartPolicy": "Never"}
    await bench.create("Pod", {"metadata": {"name": "lone", "labels": {"app": "web"}}, "spec": spec})
    await bench.until("Pod", "lone", lambda raw: raw["status"].get("phase") == "Succeeded")
    return await service(bench)


@ailment("service_asleep", "deployment/web spec.replicas: 0")
async def a_service_before_no_replicas(bench: Bench) -> Target:
    await no_replicas(bench)
    return await service(bench)


@ailment("service_port", "service web spec.ports[80].targetPort: http", "spec.containers[app].ports: 8080 (web)")
async def a_port_that_no_container_has(bench: Bench) -> Target:
    """Seen from the workload, too, which looks well itself."""
    target = await ready(bench, ports=[{"containerPort": 8080, "name": "web"}])
    await service(bench, targetPort="http")
    return target


@ailment("ingress_no_service", "shop.example.com/ backend: wbe:80", "services: web")
async def an_ingress_to_nobody(bench: Bench) -> Target:
    await service(bench)
    return await ingress(bench, "wbe", 80)


@ailment("ingress_port", "shop.example.com/ backend: web:8080", "service web spec.ports: 80")
async def an_ingress_to_another_port(bench: Bench) -> Target:
    await ready(bench)
    await service(bench)
    return await ingress(bench, "web", 8080)


@ailment("ingress_nobody", "service web spec.selector: app=web", "pods: 0, ready: 0")
async def an_ingress_to_an_empty_service(bench: Bench) -> Target:
    await service(bench)
    return await ingress(bench, "web", 80)
