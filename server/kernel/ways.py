"""How a message leaves the house."""

from enum import StrEnum


class Via(StrEnum):
    """A channel beside the inbox."""

    SMS = "sms"
    WECHAT = "wechat"
    PUSH = "push"  # to a browser that asked for it
