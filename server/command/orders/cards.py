"""黄牌, 红牌: which open cases are on the leader's desk, and why. Pure, as rules.py is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.command.orders.facts import Order
from server.command.orders.flow import OrderState
from server.command.orders.rules import counts

DANGER_UNATTENDED = timedelta(minutes=30)  # ux 1.3, red card
CARDED = frozenset({  # what `card` reads of an order
    "state", "danger", "reported_at", "promised_at", "bundled_due_at", "return_times", "unsolved_times",
    "supervise_due_at", "supervise_red_at",
})  # fmt: skip


class CardColour(StrEnum):
    """黄牌, 红牌."""

    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Card:
    """Why a case is on the leader's desk: `rule` is the key of the sentence."""

    colour: CardColour
    rule: str
    over_by: timedelta | None = None


def card(order: Order, now: datetime) -> Card | None:
    """The red or yellow card of an open case, the gravest rule first (ux 1.3, domain A12)."""
    if not counts(order.state):
        return None
    due = order.promised_at or order.bundled_due_at
    over = now - due if due and now > due else None
    unattended = order.state == OrderState.REPORTED and now - order.reported_at > DANGER_UNATTENDED
    if order.unsolved_times >= 2:
        return Card(CardColour.RED, "unsolved_twice", over)
    if order.danger and unattended:
        return Card(CardColour.RED, "danger_unattended", now - order.reported_at)
    if over and due and over > due - order.reported_at:
        return Card(CardColour.RED, "twice_the_promise", over)
    late = order.supervise_due_at and now > order.supervise_due_at
    if late and order.supervise_due_at and order.supervise_red_at and now > order.supervise_red_at:
        return Card(CardColour.RED, "supervision_unanswered", now - order.supervise_due_at)
    if over:
        return Card(CardColour.YELLOW, "past_promise", over)
    if late and order.supervise_due_at:
        return Card(CardColour.YELLOW, "supervision_late", now - order.supervise_due_at)
    if order.return_times >= 2:
        return Card(CardColour.YELLOW, "returned_twice")
    if order.unsolved_times == 1:
        return Card(CardColour.YELLOW, "unsolved_once")
    return None
