from typing import Any

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from sandbox.cluster.clock import Clock
from tests.sandbox.cluster.client import MERGE, Api, config_maps, deployments

WEB = deployments(name="web")


async def generation(api: Api, change: dict[str, Any], path: str = WEB) -> int:
    return int((await api.patch(path, change)).body["metadata"]["generation"])


async def test_a_generation_follows_the_spec_not_labels_or_status(api: Api) -> None:
    await api.post(deployments(), m.deployment("web", "nginx", replicas=0))
    assert await generation(api, {"spec": {"replicas": 1}}) == 2
    assert await generation(api, {"spec": {"replicas": 1}}) == 2
    assert await generation(api, {"metadata": {"labels": {"a": "b"}}}) == 2
    assert await generation(api, {"metadata": {"finalizers": ["x.io/y"]}}) == 2
    assert await generation(api, {"status": {"replicas": 9}}, f"{WEB}/status") == 2


async def test_a_deployments_annotations_move_its_generation(api: Api) -> None:
    """Only theirs: registry/apps/deployment/strategy.go."""
    await api.post(deployments(), m.deployment("web", "nginx", replicas=0))
    assert await generation(api, {"metadata": {"annotations": {"a": "b"}}}) == 2
    sets = "/apis/apps/v1/namespaces/default/statefulsets"
    await api.post(sets, m.stateful_set("db", "redis", replicas=0))
    assert await generation(api, {"metadata": {"annotations": {"a": "b"}}}, f"{sets}/db") == 1


async def test_the_same_restart_stamp_twice_is_no_restart(api: Api) -> None:
    await api.post(deployments(), m.deployment("web", "nginx", replicas=0))
    stamp = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}}}
    assert await generation(api, {"spec": {"template": stamp}}) == 2
    assert await generation(api, {"spec": {"template": stamp}}) == 2


async def test_a_config_map_has_no_generation(api: Api) -> None:
    created = await api.post(config_maps(), m.config_map("a", {}))
    assert "generation" not in created.body["metadata"]


def owned(answer: dict[str, Any]) -> dict[str, str]:
    """Field manager to the paths it owns, as text."""
    return {
        f"{entry['manager']}{'/' + entry['subresource'] if 'subresource' in entry else ''}": str(entry["fieldsV1"])
        for entry in answer["metadata"]["managedFields"]
    }


async def test_a_write_names_its_manager_and_takes_the_field(api: Api) -> None:
    await api.post(f"{deployments()}?fieldManager=maker", m.deployment("web", "nginx", replicas=0))
    await api.patch(f"{WEB}?fieldManager=steward", {"spec": {"replicas": 2}})
    found = owned((await api.get(WEB)).body)
    assert found["steward"] == "{'f:spec': {'f:replicas': {}}}"
    assert "f:replicas" not in found["maker"]
    await api.patch(f"{WEB}/scale?fieldManager=scaler", {"spec": {"replicas": 3}}, MERGE)
    found = owned((await api.get(WEB)).body)
    assert "steward" not in found
    assert found["scaler/scale"] == "{'f:spec': {'f:replicas': {}}}"


async def test_the_default_manager_is_the_user_agents_product(api: Api) -> None:
    created = await api.post(config_maps(), m.config_map("a", {"n": "1"}))
    assert list(owned(created.body)) == ["tests"]
    assert (await api.post(f"{config_maps()}?fieldManager={'x' * 129}", m.config_map("b", {}))).status == 422


class Ticking(Clock):
    """A minute passes with every stamp."""

    minutes = 0

    def stamp(self) -> str:
        self.minutes += 1
        return f"2026-01-01T{self.minutes // 60 % 24:02}:{self.minutes % 60:02}:00Z"


async def test_the_time_of_a_manager_moves_only_with_the_set_of_its_fields() -> None:
    """As on the real server: a second scale by the same manager keeps the time of the first."""
    async with ClusterStandIn(clock=Ticking()) as cluster, Api(cluster.server, "admin-token") as api:

        async def time_after(change: dict[str, Any]) -> str:
            body = (await api.patch(f"{config_maps(name='a')}?fieldManager=steward", change)).body
            entry = next(e for e in body["metadata"]["managedFields"] if e["manager"] == "steward")
            return str(entry["time"])

        await api.post(config_maps(), m.config_map("a", {"n": "0"}))
        first = await time_after({"data": {"n": "1"}})
        assert await time_after({"data": {"n": "2"}}) == first
        assert await time_after({"data": {"other": "1"}}) > first


async def test_versions_rise_over_all_objects(api: Api) -> None:
    versions = []
    for name in ("a", "b"):
        await api.post(config_maps(), m.config_map(name, {}))
    for change in ("1", "2"):
        for name in ("a", "b"):
            body = (await api.patch(config_maps(name=name), {"data": {"n": change}})).body
            versions.append(int(body["metadata"]["resourceVersion"]))
    assert versions == sorted(set(versions))
