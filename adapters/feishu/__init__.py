"""Feishu: a long connection of our own on the frames of lark-oapi, and the Open API."""

from adapters.feishu.door import Feishu
from adapters.feishu.patience import Patience

__all__ = ["Feishu", "Patience"]
