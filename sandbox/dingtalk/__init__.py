"""DingTalk's Stream gateway, Open API and OAPI, to run the daemon against on this machine."""

from sandbox.dingtalk.card_view import Button, CardView
from sandbox.dingtalk.cards import CardSnapshot
from sandbox.dingtalk.changes import Change
from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.clock import Clock
from sandbox.dingtalk.deliveries import Ack, Delivery, Undelivered
from sandbox.dingtalk.gateway import DingTalkStandIn
from sandbox.dingtalk.robot_messages import RobotMessage

__all__ = [
    "Ack",
    "Button",
    "CardSnapshot",
    "CardView",
    "Change",
    "Click",
    "Clock",
    "Delivery",
    "DingTalkStandIn",
    "RobotMessage",
    "Undelivered",
]
