"""The application under test, as its developer console shows it."""

from dataclasses import dataclass, field

from sandbox.feishu.api import CARD_CALLBACK, GRANTED, MESSAGE_EVENT


@dataclass(slots=True)
class Credentials:
    """`events` and `callbacks` are what was subscribed over the long connection and published: an unsubscribed event is
    never pushed, an unsubscribed card callback shows 200340 to whoever clicks. `scopes` are granted permissions."""

    app_id: str
    app_secret: str
    bot_open_id: str
    bot_name: str = "Steward"
    tenant_key: str = "2ca1d211f64f6438"
    verification_token: str = ""
    bot_enabled: bool = True
    event_mode: str = "websocket"
    callback_mode: str = "websocket"
    events: set[str] = field(default_factory=lambda: {MESSAGE_EVENT})
    callbacks: set[str] = field(default_factory=lambda: {CARD_CALLBACK})
    scopes: set[str] = field(default_factory=lambda: set(GRANTED))

    def hears_events(self, event_type: str) -> bool:
        return self.event_mode == "websocket" and event_type in self.events

    def hears_clicks(self) -> bool:
        return self.callback_mode == "websocket" and CARD_CALLBACK in self.callbacks
