"""What an approver reads of an action: each thing once, and nothing that says nothing."""

from datetime import UTC, datetime

from bot.actions import Action, State
from bot.answers import refusal
from bot.views import Views
from cards.model import Card, Code, Prose
from executor.diff import DiffLine
from executor.operations import ContainerImage, Exec, Operation, Patch, Scale, SetImage, Target
from executor.preview import ChangeOrder
from executor.reason import reason
from executor.risk import Level, Risk
from executor.run import Applied
from executor.verify import Result, Verdict
from tests.bot.stand import ADMIN, GROUP, MEMBER, ZH

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WEB = Target(kind="Deployment", name="web", namespace="shop")
POD = Target(kind="Pod", name="web-0", namespace="shop")


def order(operation: Operation, undo: Operation | None = None) -> ChangeOrder:
    return ChangeOrder(
        operation=operation,
        risk=Risk(level=Level.HIGH, reasons=()),
        cluster_uid="c",
        target_uid="u",
        generation=1,
        fingerprint="f",
        command="kubectl …",
        undo=undo,
    )


def card(change: ChangeOrder, state: State = State.WAIT_APPROVAL, **fields: object) -> Card:
    action = Action.model_validate(
        {
            "id": "a",
            "code": "7F3K",
            "state": state,
            "order": change,
            "intent": "",
            "requester": MEMBER,
            "conversation": GROUP,
            "card_id": "card",
            "created_at": NOW,
            "expires_at": NOW,
            **fields,
        }
    )
    return Views(ZH).action_card(action)


def section(shown: Card, title: str) -> object:
    return next(each.body for each in shown.sections if each.title == title)


def test_how_to_undo_is_a_sentence_where_the_sentence_tells_it() -> None:
    body = section(card(order(Scale(target=WEB, replicas=5), Scale(target=WEB, replicas=3))), "如何撤销")
    assert body == Prose(text="将 deployment/web（shop）调整为 3 个副本")


def test_how_to_undo_is_the_command_where_the_sentence_is_that_of_the_change() -> None:
    there, back = (f'{{"spec":{{"replicas":{count}}}}}' for count in (4, 3))
    body = section(card(order(Patch(target=WEB, body=there), Patch(target=WEB, body=back))), "如何撤销")
    assert isinstance(body, Code)
    assert '{"spec":{"replicas":3}}' in body.text


def test_the_output_of_a_command_is_not_told_again_as_evidence() -> None:
    output = "sh: ls: not found"
    verdict = Verdict(result=Result.FAILED, reason=reason("verify.exec_failed", code=127), evidence=(output,))
    done = {"decided_by": ADMIN, "decided_at": NOW, "finished_at": NOW, "outcome": verdict}
    applied = Applied(action_id="a", at=NOW, output=f"{output}\n", exit_code=127)
    shown = card(order(Exec(target=POD, argv=("ls",))), State.FAILED, applied=applied, **done)
    assert [each.title for each in shown.sections] == ["等价命令", "输出"]
    shown = card(order(Scale(target=WEB, replicas=5)), State.FAILED, applied=Applied(action_id="a", at=NOW), **done)
    assert [each.title for each in shown.sections] == ["等价命令", "证据"]


def test_a_new_image_is_given_to_a_container_and_not_exchanged_for_it() -> None:
    change = SetImage(target=WEB, images=(ContainerImage(container="web", image="web:1.2"),))
    assert card(order(change)).summary.endswith("web=web:1.2")


def test_what_is_refused_is_shown_as_a_command() -> None:
    told = refusal(ZH, "c", (reason("plan.not_understood"),), command="kubectl delete namespace/prod")
    assert [(each.title, each.body) for each in told.card.sections] == [
        ("命令", Code(text="kubectl delete namespace/prod"))
    ]


def changing(*lines: DiffLine, severe: bool = False) -> ChangeOrder:
    risk = Risk(level=Level.HIGH, reasons=(), severe=severe)
    return order(Scale(target=WEB, replicas=5)).model_copy(update={"diff": lines, "risk": risk})


def facts(shown: Card) -> dict[str, str]:
    return {fact.label: fact.value for fact in shown.facts}


def test_an_approver_reads_the_numbers_before_and_after_without_unfolding_anything() -> None:
    shown = facts(card(changing(DiffLine(path="spec.replicas", before="3", after="5"))))
    assert shown["变化"] == "replicas 3 → 5"
    assert list(shown)[:3] == ["对象", "变化", "风险"], "what happens stands before who asked"


def test_a_change_that_is_long_or_only_the_moment_of_the_write_stays_in_its_section() -> None:
    restarted = DiffLine(path="metadata.annotations[kubectl.kubernetes.io/restartedAt]", before="x", after="<now>")
    long = DiffLine(path="data[app.conf]", before="a" * 100, after="b" * 100)
    assert "变化" not in facts(card(changing(restarted)))
    assert "变化" not in facts(card(changing(long)))
    team = DiffLine(path="metadata.annotations[example.com/team]", before="a", after="b")
    assert facts(card(changing(team)))["变化"] == "annotations[example.com/team] a → b"


def test_only_a_severe_risk_alarms() -> None:
    assert [fact.label for fact in card(changing(severe=True)).facts if fact.alarm] == ["风险"]
    assert not [fact.label for fact in card(changing()).facts if fact.alarm]
