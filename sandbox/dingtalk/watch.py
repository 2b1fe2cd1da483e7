"""What of DingTalk's chat can be waited for."""

from sandbox.dingtalk.card_view import CardView
from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.parts import Parts
from sandbox.dingtalk.robot_messages import RobotMessage
from sandbox.watch import Watching


class Watch(Parts, Watching[Card, CardView, RobotMessage]):
    def held(self, card: str) -> Card:
        return self.cards[card]

    def view_with(self, card: str, text: str, user: str) -> CardView | None:
        held = self.cards.get(card)
        if held is None:
            return None
        people = [user] if user else sorted({one for space in held.spaces for one in held.audience(space)})
        views = [held.view(one) for one in people if held.visible_to(one)]
        return next((view for view in views if text in view.text), None)
