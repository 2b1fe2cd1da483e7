"""A model's view of a diagnosis: it cites the numbered evidence, or it is a guess; the rules' finding always comes first."""

from bot.answers import diagnosis
from bot.brain.planner import Conclusion
from cards.model import Card, Prose
from executor.diagnosis import Diagnosis, Evidence, Finding
from executor.operations import Target
from executor.reason import reason
from sandbox.claude import Turn
from tests.bot.claude.world import EN, ZH, World, one_after_the_other

SEEN = Diagnosis(
    target=Target(kind="Deployment", name="web", namespace="shop"),
    findings=(
        Finding(
            cause=reason("triage.oom", pod="web-1", container="app", limit="256Mi", restarts=4, count=3, total=3),
            target=Target(kind="Deployment", name="web", namespace="shop"),
            confidence=0.9,
            evidence=(
                Evidence(title=reason("triage.evidence.logs", pod="web-1", container="app"), lines=("heap at 98%",)),
                Evidence(title=reason("triage.evidence.events"), lines=("OOMKilled",)),
            ),
        ),
    ),
)


async def concluded(scene: World, said: str) -> Conclusion:
    scene.claude.script = one_after_the_other(Turn(text=said))
    found = await scene.planner.conclude(SEEN, "为什么 web 起不来")
    assert found is not None
    return found


def titles(card: Card) -> list[str]:
    return [section.title for section in card.sections]


async def test_a_conclusion_that_cites_evidence_stands_right_below_the_rules(scene: World) -> None:
    conclusion = await concluded(scene, "内存上限太小：堆到了 98% [1]，容器被杀 [2]。")
    assert conclusion.founded
    card = diagnosis(ZH, "c1", SEEN, conclusion).card
    rules_only = diagnosis(ZH, "c1", SEEN).card
    assert card.summary == rules_only.summary
    assert titles(card)[0] == ZH("model.conclusion")
    assert [title[:3] for title in titles(card)[1:]] == ["[1]", "[2]"]
    assert "未使用大模型" not in " ".join(card.footer)


async def test_the_model_gets_the_findings_with_their_numbers(scene: World) -> None:
    await concluded(scene, "好 [1]")
    body = scene.claude.bodies[-1]
    assert "[1] " in body and "heap at 98%" in body and "[2] " in body and "OOMKilled" in body


async def test_a_conclusion_without_evidence_is_a_guess_at_the_end(scene: World) -> None:
    for said in ("大概是网络问题吧", "数据库挂了 [7]", "肯定是 DNS [0]", "磁盘 [1] 和网络 [3]"):
        conclusion = await concluded(scene, said)
        assert not conclusion.founded, said
        card = diagnosis(ZH, "c1", SEEN, conclusion).card
        assert card.summary == diagnosis(ZH, "c1", SEEN).card.summary
        assert titles(card)[-1].startswith("大模型的猜测")
        assert card.sections[-1].body == Prose(text=said)


async def test_citations_are_understood_as_models_write_them(scene: World) -> None:
    for said in ("见 [1, 2]。", "见[1-2]", "见［1］和【2】", "见 [1][2]", "见 [ 1 ， 2 ]"):
        conclusion = await concluded(scene, said)
        assert conclusion.founded, said
        assert "[1]" in conclusion.text and "[2]" in conclusion.text


async def test_evidence_that_does_not_exist_is_called_so_on_the_card(scene: World) -> None:
    for said, invented in (
        ("数据库挂了 [7]", "[7]"),
        ("磁盘 [1] 和网络 [3]", "[3]"),
        ("都看过 [1-9]", "[3][4][5][6][7][8][9]"),
    ):
        conclusion = await concluded(scene, said)
        assert not conclusion.founded
        for words in (ZH, EN):
            last = diagnosis(words, "c1", SEEN, conclusion).card.sections[-1]
            assert last.title == words("model.misquoted", numbers=invented)
            assert invented in last.title
            assert not any(
                title.startswith("[1]") for title in titles(diagnosis(words, "c1", SEEN, conclusion).card)[:-1]
            )


async def test_an_index_into_a_list_is_no_citation(scene: World) -> None:
    for said in ("containers[0] 有问题", "spec.containers[1].image 写错了", "args[1].name 不对"):
        conclusion = await concluded(scene, said)
        assert not conclusion.founded and not conclusion.invented, said
        assert (await concluded(scene, f"{said}，见killed[2]")).founded


async def test_without_the_model_the_diagnosis_is_complete_and_says_so(scene: World) -> None:
    scene.claude.faults.overload_next(times=2)
    conclusion = await scene.planner.conclude(SEEN, "为什么 web 起不来")
    card, by_rules = diagnosis(ZH, "c1", SEEN, conclusion).card, diagnosis(ZH, "c1", SEEN).card
    assert card.sections == by_rules.sections
    assert "大模型暂时不可用，由规则回答" in " ".join(card.footer)


async def test_tokens_of_a_diagnosis_are_counted_as_such(scene: World) -> None:
    await concluded(scene, "好 [1]")
    assert scene.planner.spent.requests == {"diagnosis": 1}
