"""Pure decisions about entries: what an answer must have, who publishes, what counts."""

from enum import StrEnum

from server.command.knowledge import errors
from server.kernel.actors import DISPATCHERS, Actor, Role

MOST_LINES = 5  # ux 2.4: an answer is read on a phone
ANSWER_LIMIT = 400
QUESTION_LIMIT = 100
SOURCE_LIMIT = 100
CLAUSE_LIMIT = 200
TAGS_LIMIT = 300
MOST_OFFLINE = 100  # answers a phone keeps
WEEK_DAYS = 7
MOST_ASKED = 3


class AnswerUse(StrEnum):
    """What a person did with an answer."""

    ASKED = "asked"
    USEFUL = "useful"
    USELESS = "useless"


def needs_source(source: str) -> None:
    """Nothing is answered without saying on what it rests."""
    if not source.strip():
        raise errors.SourceNeeded(field="source")


def needs_few_lines(answer: str) -> None:
    """At most five lines."""
    if answer.count("\n") >= MOST_LINES:
        raise errors.AnswerTooTall(field="answer", limit=MOST_LINES)


def needs_second_person(written_by: str, actor: Actor) -> None:
    """Who wrote it does not publish it."""
    if written_by == actor.id:
        raise errors.OwnWords


def edits(actor: Actor) -> bool:
    """Whether the person sees drafts and everything of the desk: dispatchers do."""
    return actor.role is Role.OFFICER and actor.post in DISPATCHERS
