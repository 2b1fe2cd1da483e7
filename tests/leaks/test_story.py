"""People type secrets and ask for places where secrets are. The watch over every way out is the judge; here is what it judges."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from sandbox.claude import ClaudeStandIn, Turn
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.cluster.planted import CLUSTER_SECRETS
from tests.bot.claude.world import OPEN, one_after_the_other, uses
from tests.bot.stage import Stage, stage
from tests.daemon import ADMIN
from tests.leaks import WATCH
from tests.leaks.known import typed
from tests.sides import PLATFORMS, House, Platform, house

pytestmark = pytest.mark.timeout(180)

SECRETS = [f"typed{number}Zq8wErTy{number}" for number in range(1, 15)]
SAID = (
    """kubectl patch cm shop-config -n shop --type merge -p '{"data":{"db.password":"%s"}}'""",
    """kubectl patch cm shop-config -n shop --type merge -p '{"data":{"app.properties":"level=debug\\npassword=%s"}}'""",
    """kubectl patch secret shop-db -n shop -p '{"stringData":{"pin":"%s"}}'""",
    (
        "kubectl patch deployment web -n shop -p "
        """'{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"DB_PASS","value":"%s"}]}]}}}}'"""
    ),
    "kubectl set env deployment/web DB_PASS=%s -n shop",
    "kubectl create secret generic db --from-literal=pin=%s -n shop",
    "kubectl exec redis-0 -n shop -- redis-cli -a %s ping",
    "kubectl exec redis-0 -n shop -- env PASSWORD=%s",
    "把 web 的环境变量 DB_PASSWORD 改成 %s",
    "重启 nginx，密码是 %s",
    "重启 nginx 密码「%s」",
    "登录口令：%s，帮我看看 cart",
    "restart nginx, the password is %s",
    "看下 https://ops:%s@wiki.example.com/runbook 说的 pod",
)
PLACES = (
    "kubectl get cm shop-config -n shop -o yaml",
    "kubectl describe cm shop-config -n shop",
    "kubectl get deployment web -n shop -o yaml",
    "kubectl get deployment nginx -n shop -o json",
    "kubectl describe deployment nginx -n shop",
    "看下 web 的日志",
    "看下 cart 的日志",
    "shop 有什么事件",
    "为什么 cart 起不来",
)
PULL = (
    'Failed to pull image "registry.example.com/shop/cart:2.1.0": Head '
    f'"https://robot:{CLUSTER_SECRETS["mirror password"]}@mirror.example.com/v2/shop/cart/manifests/2.1.0": EOF'
)


def event(message: str) -> dict[str, object]:
    about = {"kind": "Deployment", "name": "cart", "namespace": "shop", "apiVersion": "apps/v1"}
    metadata = {"name": "cart.pull", "namespace": "shop"}
    more = {"type": "Warning", "reason": "Failed", "involvedObject": about, "count": 3}
    return {"apiVersion": "v1", "kind": "Event", "metadata": metadata, "message": message, **more}


async def answered(scene: Stage, text: str) -> None:
    """Any answer will do, and it is there when the message has been handled."""
    handled = len(scene.gateway.messages) + len(scene.gateway.cards)
    await scene.gateway.say(ADMIN, text, conversation="cidK8sOps0001==")
    await scene.gateway.until(lambda: len(scene.gateway.messages) + len(scene.gateway.cards) > handled, 60)


async def test_what_people_type_comes_back_masked_and_is_forgotten(tmp_path: Path) -> None:
    WATCH.learn(*typed(*SECRETS))
    async with stage(tmp_path) as scene:
        for said, secret in zip(SAID, SECRETS, strict=True):
            await answered(scene, said % secret)
    with sqlite3.connect(tmp_path / "steward.db") as file:
        bodies = [row[0] for row in file.execute("SELECT body FROM inbox WHERE state = 'DONE'")]
    file.close()
    assert len(bodies) == len(SAID)
    assert not [secret for secret in SECRETS if secret in str(bodies)]


async def test_what_people_type_reaches_no_model(tmp_path: Path) -> None:
    WATCH.learn(*typed(*SECRETS))
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude) as scene:
        for said, secret in list(zip(SAID, SECRETS, strict=True))[-6:]:
            await answered(scene, f"{OPEN}。{said % secret}")
        assert claude.bodies, "it was asked"


async def test_what_the_cluster_holds_reaches_no_card_and_no_model(tmp_path: Path) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude) as scene:
        scene.cluster.apply(event(PULL))
        for text in PLACES:
            await answered(scene, text)
        deployment = {"kind": "Deployment", "name": "cart", "namespace": "shop"}
        claude.script = one_after_the_other(
            uses("describe", target=deployment),
            uses("logs", target=deployment),
            uses("events", namespace="shop"),
            Turn(text="好了"),
        )
        await answered(scene, OPEN)
        scene.cluster.fail_next("*", "/", status=500, times=30)
        await answered(scene, "看下 shop 的 pod")
        await answered(scene, "重启 nginx")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_a_command_prints_reaches_nobody(tmp_path: Path, platform: Platform) -> None:
    """The daemon as a process: its log, its database and what both commands of its own print are looked through as well."""
    async with ClusterStandIn(seed=demo_shop, speed=4) as cluster:
        await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig")
        async with house(tmp_path, tmp_path / "kubeconfig", platform) as made:
            await _run_env(made)
            await made.daemon.command("audit", "export", "--format", "jsonl")
            await made.daemon.command("explain", "kubectl exec redis-0 -n shop -- env")
            await made.daemon.stop()


async def _run_env(made: House) -> None:
    (side,) = made.sides
    card = await side.ask("kubectl exec redis-0 -n shop -- cat /app/app.conf")
    await side.press(side.admin, card, side.offers(card)[0])
    text = await side.headed(card, "成功")
    assert "token: ***" in text.replace("\\", "")
