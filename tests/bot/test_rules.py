"""The rules planner: what people write and what becomes of it. The corpus has the breadth; here is one case for each rule."""

import pytest

from bot.brain.examples import EXAMPLES
from bot.brain.planner import ME, Clarify, Decide, Pick, Refusal, Reply
from bot.brain.rules import RulesPlanner, plan
from executor.operations import Delete, Restart, Target
from tests.corpus.requests import changes, notation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("帮我重启下 nginx", "restart nginx"),
        ("web 扩到 5 个副本", "scale web replicas=5"),
        ("web 扩到５个副本", "scale web replicas=5"),
        ("web 扩到十二个副本", "scale web replicas=12"),
        ("给 web 加俩副本", "scale web delta=+2"),
        ("scale web to five", "scale web replicas=5"),
        ("重启 shop 命名空间下的 nginx", "restart nginx -n shop"),
        ("重启 shop/nginx", "restart nginx -n shop"),
        ("restart nginx -n shop", "restart nginx -n shop"),
        ("restart nginx ns=shop", "restart nginx -n shop"),
        ("restart deployment/nginx in shop", "restart Deployment/nginx -n shop"),
        ("重启 “logs”", "restart logs"),
        ("重启 nginx😀👍🏽", "restart nginx"),
        ("@李四 重启 nginx [强]", "restart nginx"),
        ("重启\u3000nginx\u00a0", "restart nginx"),
        ("删除 node/node-1", "delete Node/node-1"),
        ("重启 pod web-0", "delete Pod/web-0"),
    ],
)
def test_words_and_marks_as_people_type_them(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


@pytest.mark.parametrize(
    ("text", "code", "fragment"),
    [
        ("重启 nginх", "rules.odd_character", "U+0445"),
        ("重启 ｎｇｉｎｘ", "rules.odd_character", "U+FF4E"),
        ("重启 nginx\u200b", "rules.odd_character", "U+200B"),
        ("重启 ng\u200dinx", "rules.odd_character", "U+200D"),
        ("restart nginx —n shop", "rules.odd_character", "U+2014"),
        ("restart nginx１", "rules.odd_character", "U+FF11"),
        ("delete ..", "rules.bad_name", ".."),
        ("delete pod ../../etc", "rules.bad_name", "../../etc"),
        ("重启 my_app", "rules.bad_name", "my_app"),
        ("重启 -nshop", "rules.leftover", "-nshop"),
    ],
)
def test_what_is_no_name_is_refused_or_asked_about_with_what_offends(text: str, code: str, fragment: str) -> None:
    found = plan(text)
    reasons = found.reasons if isinstance(found, Refusal) else (found.question,) if isinstance(found, Clarify) else ()
    assert [reason.code for reason in reasons] == [code]
    assert fragment in " ".join(str(value) for value in reasons[0].values.values())


def test_capital_letters_are_offered_in_lower_case() -> None:
    found = plan("重启 Nginx 在 Shop")
    assert isinstance(found, Clarify)
    assert [choice.command for choice in found.choices] == ["重启 nginx 在 shop"]


def test_a_message_that_is_too_long_is_refused_and_an_empty_one_gets_help() -> None:
    assert plan("") == Reply(topic="help")
    assert plan(" \n ") == Reply(topic="help")
    long = plan("重启 nginx " * 1000)
    assert isinstance(long, Refusal)
    assert long.reasons[0].code == "rules.too_long"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 重启 web\n- 重启 api", "restart web; restart api"),
        ("1. 重启 web\n2. 把 api 扩到 3", "restart web; scale api replicas=3"),
        ("1、重启 web\n2、重启 api", "restart web; restart api"),
        ("❌ 重启 web", "reply unknown"),
        ("~~重启 web~~", "clarify"),
        ("重启 web（不要动 api）", "reply unknown"),
        ("restart web at 5pm", "clarify"),
        ("restart web in 10m", "clarify"),
        ("把 web 的 cpu 改成 2 个", "refusal"),
        ("看下 web 的内存", "describe web"),
        ("重启 deployment/nginx 和 web", "restart Deployment/nginx; restart web"),
        ("重启 shop 的 nginx 和 web", "restart nginx -n shop; restart web -n shop"),
        ("重启 shop/nginx 和 web", "restart nginx -n shop; restart web"),
        ("删除 pod a1 和 b1", "delete Pod/a1; delete Pod/b1"),
        ("web/api 都重启一下", "clarify"),
        ("web 和 api 挂了，都重启下", "restart web; restart api"),
        ("web 扩到 3，api 2 个", "scale web replicas=3; scale api replicas=2"),
        ("scale web to 3 and api to 1", "scale web replicas=3; scale api replicas=1"),
        ("web 换成 a/web:1，api b/api:2", "set-image web a/web:1; set-image api b/api:2"),
    ],
)
def test_lists_marks_and_what_is_shared_by_several_names(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drop web to 2", "scale web replicas=2"),
        ("drop two replicas from web", "scale web delta=-2"),
        ("drop pod web-0", "delete Pod/web-0"),
        ("drop it like it's hot", "reply unknown"),
        ("take two replicas off web", "scale web delta=-2"),
        ("deploy a/web:1 to web", "set-image web a/web:1"),
        ("get deploy web", "get Deployment/web"),
        ("web 恢复到 3 个副本", "scale web replicas=3"),
        ("恢复 web 的发布", "refusal"),
        ("users report web is down", "diagnose web"),
        ("restart users", "restart users"),
        ("重启 “again”", "restart again"),
        ("删掉 cronjob nightly", "delete CronJob/nightly"),
        ("restart the web pods", "clarify"),
        ("web 镜像拉不下来", "diagnose web"),
        ("web 拉起不来了", "diagnose web"),
        ("web 挂了就重启它", "clarify"),
        ("活动结束再把 web 缩到 2", "clarify"),
        ("流量下来了，web 缩到 2", "scale web replicas=2"),
        ("扛不住了，web 扩到 10 个", "scale web replicas=10"),
        ("cancel that", "clarify"),
    ],
)
def test_a_word_means_what_it_means_beside_the_others(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


def test_deleting_a_service_in_chinese_asks_which_kind_is_meant() -> None:
    found = plan("删除 nginx 服务")
    assert isinstance(found, Clarify)
    assert [notation(plan(each.command)) for each in found.choices] == [
        "delete Deployment/nginx",
        "delete Service/nginx",
    ]


def test_at_most_five_operations_in_one_message() -> None:
    assert isinstance(plan("重启 a1、a2、a3、a4、a5"), type(plan("重启 a1")))
    assert notation(plan("重启 a1、a2、a3、a4、a5、a6")) == "refusal"


def test_operations_keep_the_order_of_the_words() -> None:
    assert (
        notation(plan("先把 api 缩到 1，再重启 web，最后删除 pod x"))
        == "scale api replicas=1; restart web; delete Pod/x"
    )


def test_a_part_that_is_not_understood_is_named_and_nothing_of_the_message_runs() -> None:
    found = plan("重启 nginx，顺便烤个蛋糕")
    assert isinstance(found, Clarify)
    assert "蛋 糕" in str(found.question.values["text"])
    assert found.operations == (Restart(target=Target(kind="", name="nginx")),)


def test_it_is_the_thing_that_was_named_before_in_the_message() -> None:
    assert notation(plan("把 web 扩到 3 然后重启它")) == "scale web replicas=3; restart web"
    assert notation(plan("web 和 api 都挂了，重启它")) == "clarify"


def test_two_names_without_a_link_are_asked_about() -> None:
    found = plan("重启 shop nginx")
    assert isinstance(found, Clarify)
    assert [choice.command for choice in found.choices] == ["重启 nginx -n shop", "重启 shop"]


def test_a_namespace_word_between_two_names_is_asked_about() -> None:
    for text in ("重启 shop 命名空间 nginx", "restart nginx namespace shop"):
        found = plan(text)
        assert isinstance(found, Clarify)
        assert {notation(plan(choice.command)) for choice in found.choices} == {
            "restart nginx -n shop",
            "restart shop -n nginx",
        }
    assert notation(plan("看下 shop 命名空间 nginx 的日志")) == "logs nginx -n shop"


def test_an_unqualified_amount_is_asked_about() -> None:
    found = plan("扩容 web 3 个")
    assert isinstance(found, Clarify)
    assert [notation(plan(choice.command)) for choice in found.choices] == [
        "scale web replicas=3",
        "scale web delta=+3",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "web 缩容翻倍",
        "web 扩容减半",
        "web 扩到 3 个 5 个",
        "scale up web down to 3",
        "web 加 0 个副本",
        "把 web 扩到 99999",
    ],
)
def test_an_amount_that_contradicts_itself_changes_nothing(text: str) -> None:
    assert notation(plan(text)) == "clarify"


def test_stopping_offers_zero_replicas_and_deletion() -> None:
    found = plan("停掉 nginx")
    assert isinstance(found, Clarify)
    assert [notation(plan(choice.command)) for choice in found.choices] == ["scale nginx replicas=0", "delete nginx"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("在 web-0 里执行 `ls -l '/a b'`", "exec web-0 -- ls -l /a b"),
        ("在 shop 的 web-0 里执行 `date`", "exec web-0 -n shop -- date"),
        ("exec web-0 -n shop -c app -- ls /", "exec web-0 -n shop container=app -- ls /"),
        ("在 web-0 里执行 `ls; rm -rf /`", "refusal"),
        ("在 web-0 里执行 ls $(id)", "refusal"),
        ("在 web-0 里执行 `ls “a”`", "refusal"),
        ("在 web-0 里执行 ls 然后重启 api", "clarify"),
        ("run ls in web-0", "clarify"),
        ("exec -it web-0 -- ls", "clarify"),
        ("exec web-0 --as=root -- ls", "clarify"),
        ('patch web --type=merge {"a":1}', "clarify"),
        ("exec web-0 in shop ls", "clarify"),
    ],
)
def test_commands_in_containers_are_words_and_never_a_shell(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kubectl delete pod x -n y", "delete Pod/x -n y"),
        ("KUBECTL delete pod x -n y", "refusal"),
        ("k delete pod x -n y", "delete Pod/x -n y"),
        ("$ kubectl delete pod x -n y", "delete Pod/x -n y"),
        ("执行 kubectl delete pod x -n y", "delete Pod/x -n y"),
        ("帮我执行：kubectl delete pod x -n y，谢谢", "delete Pod/x -n y"),
        ("麻烦跑下 `kubectl delete pod x -n y`", "delete Pod/x -n y"),
        ("```\nkubectl delete pod x -n y\nkubectl delete pod z -n y\n```", "delete Pod/x -n y; delete Pod/z -n y"),
        ("kubectl delete pod x -n y please", "delete Pod/x -n y"),
        ("kubectl delete pod x -n y tomorrow", "refusal"),
        ("kubectl get pods\nrm -rf /", "refusal"),
        ("```\nkubectl get pods\nrm -rf /\n```", "refusal"),
        ("kubectl delete pod x -n y 不要执行", "refusal"),
        ("不要执行 kubectl delete pod x -n y", "reply unknown"),
        ("为什么不能执行 kubectl delete pod x -n y", "reply unknown"),
        ("如果执行 kubectl delete pod x -n y 会怎样", "clarify"),
        ("如果执行 `kubectl delete pod x -n y` 会怎样", "clarify"),
        ("echo y | kubectl delete pod x -n y", "refusal"),
        ("kubeсtl delete pod x -n y", "refusal"),
        ("kubectl rollout undo deployment/web -n y", "refusal"),
        ("kubectl delete pod x；kubectl delete pod z", "refusal"),
        ("kubectl 是什么", "reply unknown"),
        ("kubectl delete pod a1 a2 a3 a4 a5 a6 -n y", "refusal"),
        ("用 kubectl 重启 nginx", "restart nginx"),
        ("-- kubectl get pods", "refusal"),
    ],
)
def test_kubectl_text_with_words_around_it(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


def test_one_kubectl_read_may_be_several_lists() -> None:
    assert notation(plan("kubectl get all -n shop")).startswith("get Pod -n shop; get Service -n shop; ")


def test_a_refused_kubectl_text_tells_what_it_seems_to_be_about() -> None:
    found = plan("kubectl delete pod x --all -n y")
    assert isinstance(found, Refusal)
    assert found.subject is not None
    assert (found.subject.verb, found.subject.kind, found.subject.namespace) == ("delete", "Pod", "y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("批准 7F3K", Decide(button="approve", code="7F3K")),
        ("批准7f3k", Decide(button="approve", code="7F3K")),
        ("麻烦批准 7F3K，谢谢", Decide(button="approve", code="7F3K")),
        ("同意 NEXT", Decide(button="approve", code="NEXT")),
        ("approve 2345", Decide(button="approve", code="2345")),
        ("拒绝 7F3K，原因：窗口期不对", Decide(button="deny", code="7F3K", reason="窗口期不对")),
        ("deny 7F3K because too risky", Decide(button="deny", code="7F3K", reason="too risky")),
        ("拒绝 TGEQ 等扩容之后再重启", Decide(button="deny", code="TGEQ", reason="等扩容之后再重启")),
        ("deny tgeq scale it down first", Decide(button="deny", code="TGEQ", reason="scale it down first")),
        ("取消 7F3K", Decide(button="cancel", code="7F3K")),
        ("撤销 7F3K", Decide(button="undo", code="7F3K")),
        ("第二个", Pick(number=2)),
        ("选 12", Pick(number=12)),
    ],
)
def test_twins_of_buttons_and_picked_numbers(text: str, expected: Decide | Pick) -> None:
    assert plan(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "批准", "同意", "approve", "批准 10OI", "批准 7F3K 吗", "批准 7F3K？", "不要批准 7F3K", "谁批准 7F3K",
        "批准 7F3K 和 8G4M", "批准 7F3K 但是先等等", "approve 7F3K tomorrow", "批准 7F3KX", "7F3K", "可以批准 7F3K 吗",
        "批准重启 nginx",
        "我没批准 7F3K",
    ],
)  # fmt: skip
def test_a_twin_that_is_not_exactly_one_is_never_guessed(text: str) -> None:
    assert isinstance(plan(text), Clarify | Reply)


def test_a_secret_in_a_reason_is_masked() -> None:
    found = plan("拒绝 7F3K password=hunter2hunter2")
    assert isinstance(found, Decide)
    assert "hunter2" not in found.reason


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("审计", ""),
        ("审计 今天", "today"),
        ("昨天的审计", "yesterday"),
        ("audit this week", "week"),
        ("审计 本月", "month"),
    ],
)
def test_the_audit_page_has_a_period(text: str, period: str) -> None:
    assert plan(text) == Reply(topic="audit", argument=period)


@pytest.mark.parametrize(
    ("text", "person", "period"),
    [
        ("审计 @李雷 本周", "@李雷", "week"),
        ("审计 王伟 昨天", "王伟", "yesterday"),
        ("审计 昨天 王伟", "王伟", "yesterday"),
        ("审计 王建国", "王建国", ""),
        ("审计 查良镛 今天", "查良镛", "today"),
        ("看下王伟昨天的审计", "王伟", "yesterday"),
        ("帮我查下王伟上周的操作记录", "王伟", "last-week"),
        ("王伟的操作记录", "王伟", ""),
        ("审计：王伟", "王伟", ""),
        ("审计 manager4220 最近7天", "manager4220", "7d"),
        ("审计 dingtalk:manager4220", "dingtalk:manager4220", ""),
        ("审计 012345", "012345", ""),
        ("我的审计", ME, ""),
        ("审计 我 上个月", ME, "last-month"),
        ("audit my today", ME, "today"),
        ("audit @Li this week", "@Li", "week"),
        ("audit of lilei", "lilei", ""),
        ("lilei's audit log", "lilei", ""),
        ("audit John Smith yesterday", "John Smith", "yesterday"),
        ("show the audit log for lilei today", "lilei", "today"),
        ("@张三 审计 今天", "", "today"),
    ],
)
def test_the_audit_page_is_somebodys(text: str, person: str, period: str) -> None:
    assert plan(text) == Reply(topic="audit", argument=period, person=person)


@pytest.mark.parametrize("text", ["审计 重启", "审计 全部重启", "谁的审计", "审计日志 nginx 重启"])
def test_what_is_no_person_is_not_taken_for_one(text: str) -> None:
    assert plan(text) == Reply(topic="audit")


@pytest.mark.parametrize("text", ["审计 今天 昨天", "审计 李雷 韩梅梅", "审计 shop 命名空间"])
def test_an_audit_that_is_not_understood_is_not_guessed(text: str) -> None:
    found = plan(text)
    assert isinstance(found, Reply)
    assert found.topic == "unknown"


@pytest.mark.parametrize(
    "text", ["重启所有 pod", "delete all pods in shop", "删除 shop 命名空间的全部 deployment", "restart everything"]
)
def test_all_of_something_is_never_changed(text: str) -> None:
    found = plan(text)
    assert isinstance(found, Refusal)
    assert found.reasons[0].code == "rules.all_objects"


@pytest.mark.parametrize(
    "text", ["回滚 web", "rollback web", "暂停 web 的发布", "cordon node-1", "驱逐 node-1", "给 web 加环境变量 A=1"]
)
def test_what_is_known_and_not_performed_is_refused_with_a_reason(text: str) -> None:
    assert isinstance(plan(text), Refusal)


def test_force_is_only_taken_from_the_word() -> None:
    assert plan("强制删除 pod web-0") == plan("force delete pod web-0")
    assert notation(plan("删除 pod web-0")) == "delete Pod/web-0"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("我想吃火锅", "重启 web"),
        ("cart 的副本咔咔的", "cart 扩到 5 个副本"),
        ("please frobnicate cart", "restart cart"),
    ],
)
def test_unknown_words_are_answered_with_the_nearest_examples(text: str, near: str) -> None:
    found = plan(text)
    assert isinstance(found, Reply)
    assert found.reason is not None
    assert near in str(found.reason.values["examples"]).split(" · ")


@pytest.mark.parametrize("example", [each for language in EXAMPLES.values() for each in language])
def test_every_example_is_understood(example: str) -> None:
    found = plan(example.format(web="web"))
    assert not isinstance(found, Clarify | Refusal)
    assert not (isinstance(found, Reply) and found.topic == "unknown")


def test_a_bare_name_in_a_chinese_room_is_answered_in_chinese_and_in_an_english_one_in_english() -> None:
    chinese, english = plan("nginx"), plan("nginx", "en")
    assert isinstance(chinese, Clarify)
    assert isinstance(english, Clarify)
    assert [choice.command for choice in chinese.choices] == ["看下 nginx", "诊断 nginx"]
    assert [choice.command for choice in english.choices] == ["get nginx", "diagnose nginx"]


async def test_the_planner_is_the_function() -> None:
    assert await RulesPlanner().plan("删除 pod x") == plan("删除 pod x")
    found = plan("删除 pod x")
    assert found.model_dump()["operations"][0]["verb"] == Delete(target=Target(kind="Pod", name="x")).verb


@pytest.mark.parametrize(
    "text",
    [
        "alertname: Down\nnamespace: shop\npod: web-0\nseverity: critical\nsummary: 请重启 web-0",
        "[FIRING:1] Down (shop web-6d4b75cb6d-hx7vq) delete pod web-6d4b75cb6d-hx7vq",
        "web-0 0/1 CrashLoopBackOff 7 12m\nrestart web-0",
        "Warning BackOff 2m kubelet Back-off restarting failed container in pod web-0_shop; delete it",
        "severity=critical app=web 扩到 50 个",
        "restrat web",
        "scael web to 0",
        "web 多了两个副本",
        "web 多两个副本会怎样",
        "more pods of web are crashing",
        "先看 web 日志，不行再重启",
        "重启 web，不行就删掉",
        "要不重启 web 试试",
        "把 web 拉起来",
        "web 别再调度了",
    ],
)
def test_what_is_pasted_mistyped_or_put_off_changes_nothing(text: str) -> None:
    assert changes(plan(text)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alertname=Down,namespace=shop,deployment=web,pod=web-0", "diagnose Pod/web-0 -n shop"),
        ("告警级别：严重\n命名空间：shop\n服务：web", "diagnose web -n shop"),
        ("shop web-0 0/1 CrashLoopBackOff 7 (2m ago) 12m", "diagnose web-0 -n shop"),
        ("NAME READY STATUS RESTARTS AGE\nweb-0 1/1 Running 0 3d\nweb-1 0/1 Pending 0 3m", "diagnose web-1"),
        ("web-0 0/1 Error 1 3m\nweb-1 0/1 Error 1 3m", "clarify"),
        ("[RESOLVED] severity=critical namespace=shop pod=web-0", "reply unknown"),
    ],
)
def test_a_pasted_alert_or_row_is_a_look_at_what_it_names(text: str, expected: str) -> None:
    assert notation(plan(text)) == expected


def test_a_mistyped_verb_is_offered_as_it_was_meant() -> None:
    found = plan("restrat web")
    assert isinstance(found, Clarify)
    assert [choice.command for choice in found.choices] == ["restart web"]


def test_raising_offers_a_restart_and_a_replica() -> None:
    found = plan("把 web 拉起来")
    assert isinstance(found, Clarify)
    assert [notation(plan(choice.command)) for choice in found.choices] == ["restart web", "scale web replicas=1"]
