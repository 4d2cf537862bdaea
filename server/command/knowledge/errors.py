"""Refusals of the knowledge base."""

from server.kernel.errors import BadInput, CityError


class SourceNeeded(BadInput):
    """An answer without a source is no answer."""

    code = "SOURCE_NEEDED"


class AnswerTooTall(BadInput):
    """More than `limit` lines: nobody reads them on a phone."""

    code = "ANSWER_TOO_TALL"


class DraftWaits(CityError):
    """The entry has a draft already; that one is changed or published first."""

    code = "DRAFT_WAITS"


class OwnWords(CityError):
    """Four eyes: nobody publishes what he wrote himself."""

    code = "OWN_WORDS"
