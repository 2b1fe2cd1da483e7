"""DingTalk: a Stream line of our own on the official SDK's frames and credentials, and the Open API."""

from adapters.dingtalk.door import DingTalk, unheard
from adapters.dingtalk.patience import Patience

__all__ = ["DingTalk", "Patience", "unheard"]
