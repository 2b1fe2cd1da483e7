"""Feishu: a long connection of our own on the frames of lark-oapi, and the Open API."""
