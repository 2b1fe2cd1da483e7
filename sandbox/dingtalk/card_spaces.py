"""Delivering a card: `dtv1.card//TYPE.id` (several joined by `;`), each with the deliver model of its type."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.dingtalk.card_rules import refuse
from sandbox.dingtalk.cards import Card, Space
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.directory import Directory, single_conversation
from sandbox.dingtalk.faults import Faults

SPACE = re.compile(r"dtv1\.card//([A-Za-z_]+)\.(.+)", re.DOTALL)
DELIVER_MODELS = {
    "IM_GROUP": "imGroupOpenDeliverModel",
    "IM_ROBOT": "imRobotOpenDeliverModel",
    "IM_SINGLE": "imSingleOpenDeliverModel",
    "ONE_BOX": "topOpenDeliverModel",
}
SPACE_MODELS = {
    "IM_GROUP": "imGroupOpenSpaceModel",
    "IM_ROBOT": "imRobotOpenSpaceModel",
    "IM_SINGLE": "imSingleOpenSpaceModel",
    "ONE_BOX": "topOpenSpaceModel",
}


@dataclass(frozen=True, slots=True)
class Target:
    kind: str
    id: str
    model: dict[str, Any]


def targets(body: dict[str, Any]) -> list[Target]:
    """Where the body wants the card; refused as a whole when one of them is malformed."""
    text = body.get("openSpaceId")
    if not text or not isinstance(text, str):
        raise refuse("param.openSpaceIdEmpty")
    return [_target(part, body) for part in text.split(";")]


def _target(part: str, body: dict[str, Any]) -> Target:
    found = SPACE.fullmatch(part)
    kind = found[1].upper() if found else ""
    if found is None or kind not in DELIVER_MODELS:
        raise refuse("param.openSpaceIdInvalid")
    model = body.get(DELIVER_MODELS[kind])
    if model is None:
        raise refuse("param.openDeliverModelEmpty")
    if not isinstance(model, dict):
        raise refuse("param.openDeliverModelError")
    return Target(kind, found[2], model)


def check_space_models(body: dict[str, Any]) -> None:
    """`supportForward` is required inside a group or robot space model, `spaceType` inside the banner's."""
    for kind, name in SPACE_MODELS.items():
        model = body.get(name)
        if model is None:
            continue
        required = "spaceType" if kind == "ONE_BOX" else "supportForward"
        if not isinstance(model, dict) or (required not in model and kind != "IM_SINGLE"):
            raise refuse("param.openSpaceModelInvalid")


@dataclass(slots=True)
class Spaces:
    credentials: Credentials
    directory: Directory
    faults: Faults

    def deliver(self, card: Card, where: list[Target], id_type: int) -> list[dict[str, Any]]:
        """Puts the card there and returns `deliverResults`: HTTP 200 with `success: false` where it did not arrive."""
        return [self._deliver(card, target, id_type) for target in where]

    def _deliver(self, card: Card, target: Target, id_type: int) -> dict[str, Any]:
        trouble = self.faults.undeliverable() or self._trouble(target, id_type)
        if not trouble:
            card.spaces.append(self._space(target, id_type))
        return {
            "spaceType": target.kind,
            "spaceId": target.id,
            "success": not trouble,
            "carrierId": "" if trouble else uuid.uuid4().hex,
            "errorMsg": trouble,
        }

    def _trouble(self, target: Target, id_type: int) -> str:
        if target.kind == "IM_ROBOT":
            person = self.directory.by_id(target.id, id_type)
            return "" if person and not person.outside else "USER_NOT_EXIST"
        if target.id not in self.directory.groups:
            return "CONVERSATION_NOT_EXIST"
        if target.kind == "IM_GROUP" and target.model.get("robotCode") != self.credentials.robot_code:
            return "ROBOT_NOT_IN_CONVERSATION"
        return ""

    def _space(self, target: Target, id_type: int) -> Space:
        if target.kind == "IM_ROBOT":
            person = self.directory.by_id(target.id, id_type)
            assert person is not None, "checked before"
            return Space(kind=target.kind, id=person.user_id, conversation=single_conversation(person))
        people = [self.directory.by_id(one, id_type) for one in target.model.get("recipients") or []]
        return Space(
            kind=target.kind,
            id=target.id,
            conversation=target.id,
            recipients=tuple(person.user_id for person in people if person is not None),
        )
