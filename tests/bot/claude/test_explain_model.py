"""`steward explain --model`: the plan with a model, with and without a cluster; nothing runs."""

import asyncio
import json
import os
import sys
from pathlib import Path

from sandbox.claude.remote import claude_process
from sandbox.cluster import ClusterStandIn, demo_shop
from tests.bot.claude.world import OPEN

ROOT = Path(__file__).parents[3]


async def explained(text: str, folder: Path, **settings: str) -> tuple[int, str]:
    names = ("STEWARD", "ANTHROPIC", "KUBE", "DINGTALK", "FEISHU")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "explain", "--model", text),
        env=kept | {"PYTHONPATH": str(ROOT), **settings},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode() or err.decode()


async def test_a_request_is_explained_with_a_model_and_a_cluster(tmp_path: Path) -> None:
    async with claude_process() as claude, ClusterStandIn(seed=demo_shop) as cluster:
        code, said = await explained(
            OPEN,
            tmp_path,
            KUBECONFIG=str(cluster.write_kubeconfig(tmp_path / "kubeconfig")),
            ANTHROPIC_API_KEY=claude.api_key,
            ANTHROPIC_BASE_URL=claude.url,
        )
        answer = json.loads(said)
        assert (code, answer["kind"]) == (0, "proposal")
        assert answer["operations"][0] | {"reason": ""} == {
            "verb": "scale",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "web",
            "command": "kubectl scale deployment/web -n shop --replicas=5",
            "risk": "high",
            "reason": "",
        }
        assert not [call for call in cluster.calls if call.method in ("PATCH", "PUT", "DELETE")]


async def test_without_a_cluster_the_model_is_told_and_answers_in_words(tmp_path: Path) -> None:
    async with claude_process() as claude:
        settings = {"ANTHROPIC_API_KEY": claude.api_key, "ANTHROPIC_BASE_URL": claude.url}
        code, said = await explained(OPEN, tmp_path, KUBECONFIG=str(tmp_path / "none"), **settings)
        assert (code, json.loads(said)["kind"]) == (0, "reply")
        assert "no cluster is connected" in (await claude.bodies())[-1]


async def test_names_are_masked_here_too_or_do_not_leave(tmp_path: Path) -> None:
    async with claude_process() as claude, ClusterStandIn(seed=demo_shop) as cluster:
        settings = {
            "ANTHROPIC_API_KEY": claude.api_key,
            "ANTHROPIC_BASE_URL": claude.url,
            "STEWARD_MODEL_MASK_NAMES": "true",
        }
        kubeconfig = str(cluster.write_kubeconfig(tmp_path / "kubeconfig"))
        code, said = await explained(OPEN, tmp_path, KUBECONFIG=kubeconfig, **settings)
        assert (code, json.loads(said)["operations"][0]["name"]) == (0, "web")
        heard = await claude.bodies()
        assert heard and not any(
            '"web"' in body or "shop" in json.dumps(json.loads(body)["messages"]) for body in heard
        )
        code, said = await explained(OPEN, tmp_path, KUBECONFIG=str(tmp_path / "none"), **settings)
        assert (code, await claude.bodies()) == (0, heard)


async def test_without_a_key_it_says_what_is_missing(tmp_path: Path) -> None:
    code, said = await explained(OPEN, tmp_path)
    assert code == 1
    assert "ANTHROPIC_API_KEY" in said
