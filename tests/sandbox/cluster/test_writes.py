import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, config_maps, deployments, pods


def web(**spec: object) -> dict[str, object]:
    return m.deployment("web", "nginx", **spec)


async def test_a_new_object_gets_its_identity_and_defaults(api: Api) -> None:
    created = await api.post(deployments(), web())
    assert created.status == 201
    metadata, spec = created.body["metadata"], created.body["spec"]
    assert metadata["generation"] == 1
    assert metadata["uid"]
    assert metadata["resourceVersion"]
    assert metadata["creationTimestamp"].endswith("Z")
    assert (spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (600, 10)
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": "25%"}
    assert spec["template"]["spec"]["containers"][0]["imagePullPolicy"] == "Always"
    assert created.body["status"] == {}


async def test_generate_name_makes_a_name(api: Api) -> None:
    first, second = [await api.post(config_maps(), {"metadata": {"generateName": "job-"}}) for _ in range(2)]
    assert first.body["metadata"]["name"].startswith("job-")
    assert first.body["metadata"]["name"] != second.body["metadata"]["name"]


async def test_the_same_name_twice_already_exists(api: Api) -> None:
    await api.post(deployments(), web())
    twice = await api.post(deployments(), web())
    assert (twice.status, twice.reason) == (409, "AlreadyExists")
    assert twice.message == 'deployments.apps "web" already exists'


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"metadata": {"name": "Bad_Name"}}, "metadata.name", "FieldValueInvalid"),
        ({"metadata": {}}, "metadata.name", "FieldValueRequired"),
        ({"metadata": {"name": "web", "labels": {"a": "no spaces"}}}, "metadata.labels", "FieldValueInvalid"),
    ],
)
async def test_bad_metadata_is_invalid(api: Api, change: dict[str, object], field: str, reason: str) -> None:
    refused = await api.post(deployments(), web() | change)
    assert (refused.status, refused.reason) == (422, "Invalid")
    assert (
        refused.body["details"]["causes"][0] | {"field": field, "reason": reason}
        == refused.body["details"]["causes"][0]
    )


@pytest.mark.parametrize(
    ("spec", "field", "reason"),
    [
        ({"replicas": -1}, "spec.replicas", "FieldValueInvalid"),
        ({"selector": {"matchLabels": {"x": "y"}}}, "spec.template.metadata.labels", "FieldValueInvalid"),
        ({"template": m.template("web")}, "spec.template.spec.containers", "FieldValueRequired"),
        ({"template": m.template("web", "")}, "spec.template.spec.containers[0].image", "FieldValueRequired"),
        ({"strategy": {"type": "Recreate", "rollingUpdate": {}}}, "spec.strategy.rollingUpdate", "FieldValueForbidden"),
        ({"progressDeadlineSeconds": 0}, "spec.progressDeadlineSeconds", "FieldValueInvalid"),
    ],
)
async def test_a_bad_workload_is_invalid(api: Api, spec: dict[str, object], field: str, reason: str) -> None:
    refused = await api.post(deployments(), web(**spec))
    assert (refused.status, refused.reason) == (422, "Invalid")
    assert {"field": field, "reason": reason}.items() <= refused.body["details"]["causes"][0].items()
    assert refused.message.startswith('Deployment.apps "web" is invalid: ')


async def test_two_containers_of_one_name_are_a_duplicate(api: Api) -> None:
    pod = m.pod("twins", "nginx", "nginx")
    pod["spec"]["containers"][1]["name"] = "app"
    causes = (await api.post(pods(), pod)).body["details"]["causes"]
    assert [(cause["field"], cause["reason"]) for cause in causes] == [
        ("spec.containers[1].name", "FieldValueDuplicate")
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{bad", 400), ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}, 400), ([1], 400)],
)
async def test_a_body_that_is_no_deployment_is_a_bad_request(api: Api, body: object, status: int) -> None:
    assert (await api.post(deployments(), body)).status == status


async def test_a_value_of_the_wrong_type_is_a_bad_request(api: Api) -> None:
    refused = await api.post(deployments(), web(replicas="3"))
    assert (refused.status, refused.reason) == (400, "BadRequest")
    assert "replicas" in refused.message


async def test_the_namespace_must_be_there_and_be_the_one_in_the_path(api: Api) -> None:
    gone = await api.post(deployments("nowhere"), m.deployment("x", "nginx", home="nowhere"))
    assert (gone.status, gone.message) == (404, 'namespaces "nowhere" not found')
    other = await api.post(deployments(), m.deployment("x", "nginx", home="kube-system"))
    assert (other.status, other.reason) == (400, "BadRequest")


async def test_unknown_fields_are_dropped_with_a_warning_and_refused_when_strict(api: Api) -> None:
    typo = web(replica=3)
    created = await api.post(deployments(), typo)
    assert created.status == 201
    assert "replica" not in created.body["spec"]
    assert created.headers["Warning"] == '299 - "unknown field \\"spec.replica\\""'
    strict = await api.post(f"{deployments()}?fieldValidation=Strict", typo)
    assert (strict.status, "strict decoding error" in strict.message) == (400, True)


async def test_a_replace_needs_the_current_version_if_it_names_one(api: Api) -> None:
    await api.post(config_maps(), m.config_map("a", {"n": "1"}))
    body = (await api.get(config_maps(name="a"))).body
    body["data"] = {"n": "2"}
    assert (await api.put(config_maps(name="a"), body)).status == 200
    stale = await api.put(config_maps(name="a"), body)
    assert (stale.status, stale.reason) == (409, "Conflict")
    assert "please apply your changes to the latest version" in stale.message
    del body["metadata"]["resourceVersion"]
    body["data"] = {"n": "3"}
    assert (await api.put(config_maps(name="a"), body)).body["data"] == {"n": "3"}


async def test_a_replace_with_another_uid_conflicts_and_with_another_name_is_refused(api: Api) -> None:
    await api.post(config_maps(), m.config_map("a", {}))
    assert (await api.put(config_maps(name="a"), {"metadata": {"name": "a", "uid": "other"}})).status == 409
    assert (await api.put(config_maps(name="a"), {"metadata": {"name": "b"}})).status == 400
    assert (await api.put(config_maps(name="none"), {"metadata": {"name": "none"}})).status == 404


async def test_status_and_spec_are_written_apart(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.config_map("unrelated", {}))
    await api.post(
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        {"metadata": {"name": "b"}, "spec": {"minAvailable": 1}},
    )
    path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b"
    ignored = await api.patch(path, {"status": {"disruptionsAllowed": 7}})
    assert ignored.body["status"]["disruptionsAllowed"] == 0
    written = await api.patch(f"{path}/status", {"status": {"disruptionsAllowed": 7}, "spec": {"minAvailable": 5}})
    assert written.body["status"]["disruptionsAllowed"] == 7
    assert written.body["spec"]["minAvailable"] == 1


async def test_an_update_that_changes_nothing_is_no_new_version(api: Api) -> None:
    await api.post(config_maps(), m.config_map("a", {"n": "1"}))
    before = (await api.get(config_maps(name="a"))).body
    after = await api.patch(config_maps(name="a"), {"data": {"n": "1"}})
    assert after.body["metadata"] == before["metadata"]


async def test_a_selector_is_immutable(api: Api) -> None:
    await api.post(deployments(), web())
    change = {"spec": {"selector": {"matchLabels": {"app": "z"}}, "template": {"metadata": {"labels": {"app": "z"}}}}}
    refused = await api.patch(deployments(name="web"), change)
    assert refused.status == 422
    assert refused.body["details"]["causes"][0]["field"] == "spec.selector"
    assert refused.message.endswith("field is immutable")


async def test_only_images_of_a_pod_may_change(api: Api) -> None:
    await api.post(pods(), m.pod("a", "nginx"))
    allowed = await api.patch(pods(name="a"), {"spec": {"containers": [{"name": "app", "image": "nginx:2"}]}})
    assert (allowed.status, allowed.body["metadata"]["generation"]) == (200, 2)
    refused = await api.patch(pods(name="a"), {"spec": {"containers": [{"name": "app", "command": ["x"]}]}})
    assert (refused.status, refused.body["details"]["causes"][0]["reason"]) == (422, "FieldValueForbidden")


async def test_an_immutable_config_map_stays(api: Api) -> None:
    await api.post(config_maps(), m.config_map("a", {"n": "1"}) | {"immutable": True})
    assert (await api.patch(config_maps(name="a"), {"data": {"n": "2"}})).status == 422


async def test_a_secret_is_stored_encoded(api: Api) -> None:
    path = "/api/v1/namespaces/default/secrets"
    created = await api.post(path, m.secret("db", {"password": "hunter2"}))
    assert created.body["data"] == {"password": "aHVudGVyMg=="}
    assert "stringData" not in created.body
    assert (await api.post(path, {"metadata": {"name": "bad"}, "data": {"x": "%%"}})).status == 400


async def test_the_wrong_method_or_media_type_is_refused(api: Api) -> None:
    await api.post(deployments(), web())
    for method, path in (("POST", deployments(name="web")), ("PUT", deployments()), ("PATCH", deployments()),
                         ("POST", "/api/v1/pods"), ("DELETE", "/api/v1/pods"), ("DELETE", "/api/v1/namespaces")):  # fmt: skip
        refused = await api.call(method, path, {} if method != "DELETE" else None)
        assert (refused.status, refused.reason) == (405, "MethodNotAllowed")
    assert (await api.call("POST", deployments(), {}, "text/plain")).status == 415
    assert (await api.patch(deployments(name="web"), {}, "application/json")).status == 415


async def test_quantities_come_back_in_canonical_form(api: Api) -> None:
    template = m.template("web", "nginx")
    template["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "0.5", "memory": "1024Mi"}}
    created = await api.post(deployments(), web(template=template))
    limits = created.body["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"cpu": "500m", "memory": "1Gi"}
