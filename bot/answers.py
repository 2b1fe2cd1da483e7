"""What is said to somebody who asked: readings, diagnoses, questions, refusals, notices. Pure."""

from dataclasses import dataclass, field

from bot.brain.planner import Conclusion
from bot.views import sentence
from bot.words import Words
from cards.model import Button, Card, Code, Fact, LogLines, Prose, Role, Section, Table, Tone
from executor import kubectl
from executor.operations import Operation
from executor.reads import Reading, TableView
from executor.reason import Reason
from executor.triage import Diagnosis, Finding

MOST_OPTIONS = 8
MOST_STEPS = 3
_WITHOUT_FINDINGS = {
    True: ("healthy", Tone.SUCCESS),
    False: ("unready", Tone.WARNING),
    None: ("no_findings", Tone.NEUTRAL),
}
"""By `Diagnosis.ready`: the rules' silence alone is no health."""
_ROLES: dict[str, Role] = {
    "NAME": "name",
    "STATUS": "state",
    "TYPE": "state",
    "READY": "ready",
    **dict.fromkeys(("NODE", "UP-TO-DATE", "AVAILABLE", "CURRENT", "VOLUME", "STORAGECLASS", "VERSION"), "detail"),
}
"""By kubectl's words for columns (`executor.tables`)."""


@dataclass(frozen=True, slots=True)
class Told:
    """A card and what its buttons stand for, as if it had been typed. `page`: the path of a page of ours that shows more of the
    same than the card's own, "" for that one."""

    card: Card
    commands: dict[str, str] = field(default_factory=dict)
    page: str = ""


def notice(words: Words, card_id: str, title: str, text: str, *, tone: Tone = Tone.NEUTRAL, detail: str = "") -> Told:
    sections = (Section(title=words("answer.detail"), body=Prose(text=detail)),) if detail else ()
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=tone,
        title=title,
        summary=text,
        sections=sections,
        final=True,
    )
    return Told(card)


def refusal(words: Words, card_id: str, reasons: tuple[Reason, ...], *, command: str = "") -> Told:
    """Understood, and not done."""
    text = "\n".join(words.say(each) for each in reasons)
    told = notice(words, card_id, words("answer.refused"), text, tone=Tone.WARNING)
    if not command:
        return told
    section = Section(title=words("answer.command"), body=Code(text=command))
    return Told(told.card.model_copy(update={"sections": (section,)}))


def question(words: Words, card_id: str, text: str, options: tuple[tuple[str, str], ...]) -> Told:
    """A question with a button per option; each option is (what the button says, what it stands for)."""
    shown = options[:MOST_OPTIONS]
    buttons = tuple(
        Button(id=f"option-{number}", text=f"{number}. {label}", twin=str(number))
        for number, (label, _) in enumerate(shown, start=1)
    )
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.WAITING,
        title=words("answer.question"),
        summary=text,
        buttons=buttons,
        footer=(words("answer.type_number"),) if shown else (),
        final=True,
    )
    return Told(card, {button.id: command for button, (_, command) in zip(buttons, shown, strict=True)})


def reading(words: Words, card_id: str, seen: Reading) -> Told:
    sections = tuple(Section(title="", body=_table(table)) for table in seen.tables)
    if seen.lines:
        sections += (Section(title="", body=LogLines(lines=seen.lines)),)
    footer = []
    if seen.more:
        footer.append(words("answer.more", count=seen.more))
    if seen.masked:
        footer.append(words("answer.masked", count=seen.masked))
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        title=words.say(seen.title),
        summary=words.say(seen.headline),
        sections=sections,
        footer=tuple(footer),
        final=True,
    )
    return Told(card)


def _table(seen: TableView) -> Table:
    return Table(columns=seen.columns, rows=seen.rows, roles=tuple(_ROLES.get(each, "text") for each in seen.columns))


def diagnosis(
    words: Words, card_id: str, seen: Diagnosis, conclusion: Conclusion | None = None, *, final: bool = True
) -> Told:
    """The rules' conclusion first, then a model's that cites the evidence by its numbers; evidence folded; next steps as buttons
    that propose. What a model says without evidence comes last, as a guess."""
    thought = conclusion if conclusion is not None and conclusion.text else None
    where = f"{seen.target} ({seen.target.namespace or words('card.cluster_scope')})"
    steps = _steps(seen.findings)
    sections: list[Section] = []
    if thought is not None and thought.founded:
        sections.append(Section(title=words("model.conclusion"), body=Prose(text=thought.text)))
    count = 0
    for number, finding in enumerate(seen.findings):
        if number:
            sections.append(Section(title=words("answer.also"), body=Prose(text=_cause(words, seen, finding))))
        for position, each in enumerate(finding.evidence):
            count += 1
            title = words.say(each.title)
            if thought is not None and thought.founded:
                title = words("answer.numbered", number=count, title=title)
            folded = bool(number) or position > 0
            sections.append(Section(title=title, body=LogLines(lines=each.lines), folded=folded))
    if thought is not None and not thought.founded:
        sections.append(Section(title=_guess(words, thought), body=Prose(text=thought.text)))
    buttons = tuple(
        Button(id=f"option-{number}", text=words.say(sentence), twin=str(number))
        for number, (sentence, _) in enumerate(steps, start=1)
    )
    worst = seen.findings[0] if seen.findings else None
    state, tone = _WITHOUT_FINDINGS[seen.ready]
    card = Card(
        id=card_id,
        kind="diagnosis",
        language=words.language,
        tone=Tone.FAILURE if worst else tone,
        title=words("answer.diagnosis", target=where),
        tag=words("answer.cause_found") if worst else words(f"answer.{state}_tag"),
        summary=_cause(words, seen, worst) if worst else words(f"answer.{state}", target=where),
        facts=tuple(_fact(words, label, value) for label, value in seen.facts),
        sections=tuple(sections),
        buttons=buttons,
        footer=(
            words("model.diagnosed" if thought else "answer.by_rules" if final else "model.thinking"),
            *(words.say(note) for note in (conclusion.notes if conclusion else ())),
            *([words("answer.type_number")] if buttons else []),
        ),
        final=final,
    )
    return Told(
        card,
        {button.id: kubectl.command_of(step, masked=False) for button, (_, step) in zip(buttons, steps, strict=True)},
    )


def _guess(words: Words, thought: Conclusion) -> str:
    if not thought.invented:
        return words("model.guess")
    return words("model.misquoted", numbers="".join(f"[{number}]" for number in thought.invented))


def _cause(words: Words, seen: Diagnosis, finding: Finding) -> str:
    """The sentence, with its object before it where that is not what was asked about (a namespace's workload)."""
    said = words.say(finding.cause)
    return said if finding.target == seen.target else words("answer.of", target=str(finding.target), cause=said)


def _steps(findings: tuple[Finding, ...]) -> list[tuple[Reason, Operation]]:
    """Next steps of all findings, each once, the most likely cause's first."""
    found: dict[str, tuple[Reason, Operation]] = {}
    for finding in findings:
        for step in finding.next_steps:
            found.setdefault(kubectl.command_of(step), (sentence(step), step))
    return list(found.values())[:MOST_STEPS]


def _fact(words: Words, label: Reason, value: str) -> Fact:
    return Fact(label=words.say(label), value=value)
