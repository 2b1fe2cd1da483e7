"""What is asked back when words fit several objects or none: every answer is a whole command of its own."""

from bot import answers
from bot.in_hand import InHand
from bot.words import Words
from executor import kubectl, resolve
from executor.cluster import Reader
from executor.errors import ClusterError, Forbidden, NotFound, Throttled, Unreachable
from executor.kinds import kind_named
from executor.operations import Describe, Events, Get, Operation, Target
from executor.reason import Reason, reason

NAMESPACE = kind_named("Namespace")


async def which(
    reader: Reader,
    hand: InHand,
    words: Words,
    operation: Operation,
    candidates: tuple[Target, ...],
    text: str,
    card_id: str,
) -> None:
    """A button for each object that may be meant; a plain notice where there is none."""
    if found := await options(reader, operation, candidates[: answers.MOST_OPTIONS]):
        hand.ask(text, found, card_id=card_id)
    else:
        hand.notice(words("flow.missing_title"), text, card_id=card_id)


async def missing(
    reader: Reader, hand: InHand, words: Words, found: resolve.Missing, operation: Operation, card_id: str
) -> None:
    """Nothing of that name: say so, and offer names that look like it."""
    where = found.target.namespace or words("flow.anywhere")
    text = words("flow.missing", target=str(found.target), namespace=where)
    if found.similar:
        text += f"\n{words('flow.similar')}"
    await which(reader, hand, words, operation, found.similar, text, card_id)


async def options(reader: Reader, operation: Operation, candidates: tuple[Target, ...]) -> tuple[tuple[str, str], ...]:
    """(what the button says, the command that it stands for) for each candidate that the operation can be about."""
    found = []
    for candidate in () if isinstance(operation, Get | Events) else candidates:
        match await resolve.resolve(reader, operation.model_copy(update={"target": candidate})):
            case resolve.Resolved(operation=whole):
                found.append((label(candidate), kubectl.command_of(whole, masked=False)))
    return tuple(found)


async def about_namespace(reader: Reader, operation: Operation) -> Operation | None:
    """The same question about a whole namespace, where the name that was said is a namespace's: "shop 有什么事件"."""
    target = getattr(operation, "target", None)
    if not isinstance(operation, Events | Describe) or target is None or not await is_namespace(reader, target):
        return None
    if isinstance(operation, Events):
        return Events(namespace=target.name)
    return Get(kind="Pod", namespace=target.name)


async def is_namespace(reader: Reader, target: Target) -> bool:
    """Whether a bare name, said without kind or namespace, names a namespace."""
    if target.kind or target.namespace:
        return False
    try:
        await reader.get(NAMESPACE, target.name)
    except (NotFound, Forbidden):
        return False
    return True


def label(target: Target) -> str:
    return f"{target} ({target.namespace or '-'})"


def path(target: Target) -> str:
    """As people write it: `deployment/api -n shop`."""
    return f"{target} -n {target.namespace}" if target.namespace else str(target)


def why(error: ClusterError) -> Reason:
    """What a person is told when the cluster could not be asked."""
    match error:
        case Unreachable() | Throttled():
            return reason("flow.cluster_unreachable", message=error.message)
        case Forbidden():
            return reason("flow.cluster_forbids", message=error.message)
        case _:
            return reason("flow.cluster_refused", message=error.message or type(error).__name__)
