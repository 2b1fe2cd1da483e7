"""What of Feishu's chats can be waited for."""

from sandbox.feishu.card_view import CardView
from sandbox.feishu.cards import Card
from sandbox.feishu.messages import BotMessage
from sandbox.feishu.parts import Parts
from sandbox.watch import Watching


class Watch(Parts, Watching[Card, CardView, BotMessage]):
    def held(self, card: str) -> Card:
        return self.cards[card]

    def view_with(self, card: str, text: str, user: str) -> CardView | None:
        held = self.cards.get(card)
        people = () if held is None else (user,) if user else held.audience()
        views = [held.view(one) for one in people if held is not None and held.visible_to(one)]
        return next((view for view in views if text in view.text), None)
