"""Images that cannot be pulled."""

import re
from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.early import pull_errors, pull_will_pass
from executor.fields import Raw, name_of, objects, shown, text
from executor.pods import ContainerState
from executor.reason import reason

_DENIED = re.compile(r"denied|unauthorized|authentication|forbidden|no basic auth", re.IGNORECASE)
_ABSENT = re.compile(r"not found|manifest unknown|name unknown|does not exist|no match", re.IGNORECASE)
_PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")


def image_suspicions(situation: Situation) -> Iterator[Suspicion]:
    pulls = pull_errors(situation.pods, situation.found.events, {})
    for pod, state in situation.states():
        if text(state.waiting, "reason") in _PULLING:
            yield _image(situation, pod, state, pulls.get(state.key, ""))


def _image(situation: Situation, pod: Raw, state: ContainerState, earlier: str) -> Suspicion:
    waiting, said = text(state.waiting, "reason"), text(state.waiting, "message")
    message = earlier if waiting == "ImagePullBackOff" and earlier else said
    bare = message.replace(state.image, "") if state.image else message
    code, confidence = "triage.image_pull", 0.8
    if waiting in ("InvalidImageName", "ErrImageNeverPull"):
        code, confidence = "triage.image_invalid", 0.95
    elif pull_will_pass(message, state.image):
        code = "triage.image_network"
    elif _ABSENT.search(bare) and not _DENIED.search(bare):
        code, confidence = "triage.image_missing", 0.95
    elif _DENIED.search(bare):
        code, confidence = "triage.image_denied", 0.9
    values = {"image": shown(state.image, 200), "message": shown(message) or waiting, "container": state.name}
    denied = fields(_secrets(pod)) if code == "triage.image_denied" else ()
    return Suspicion(
        90,
        reason(code, **values),
        situation.target,
        confidence,
        evidence=(*situation.state_evidence(pod), *denied, *situation.event_evidence(pod)),
        next_steps=situation.look_at(pod),
        alike=(code, state.name, state.image),
        pod=pod,
    )


def _secrets(pod: Raw) -> str:
    names = [text(each, "name") for each in objects(pod, "spec", "imagePullSecrets")]
    return f"pod {name_of(pod)} spec.imagePullSecrets: {', '.join(filter(None, names)) or '-'}"
