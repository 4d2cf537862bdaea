"""Refusals at the door."""

from server.kernel.errors import BadInput, CityError


class BadCredentials(CityError):
    """Name or password is wrong; which one stays unsaid."""

    code = "BAD_CREDENTIALS"


class Locked(CityError):
    """Too many wrong passwords for this name; `until` is when to try again (ISO 8601, UTC)."""

    code = "LOCKED"


class TooMany(CityError):
    """Too many tries from here; `retryAfter` says in how many seconds the next may work."""

    code = "TOO_MANY"


class BadPhone(BadInput):
    """Not a mainland mobile number."""

    code = "BAD_PHONE"


class BadCode(CityError):
    """The one-time code is wrong, used or too old; `left` tries remain with the present one."""

    code = "BAD_CODE"


class NoChannel(CityError):
    """No way of sending one-time codes is set up here."""

    code = "NO_CHANNEL"


class NoSession(CityError):
    """The refresh cookie is absent, ended, or was used by somebody else."""

    code = "NO_SESSION"


class PostsConflict(CityError):
    """The person already holds `held`, which excludes `post`."""

    code = "POSTS_CONFLICT"


class BadLeave(BadInput):
    """A leave lasts from today or later to a day not before it, at most `days`."""

    code = "BAD_LEAVE"


class BadDeputyDays(BadInput):
    """A deputy stands in from today or later to a day not before it, at most `days`."""

    code = "BAD_DEPUTY_DAYS"


class NotADeputy(BadInput):
    """Only another leader of the same or a wider area, who is there himself on those days, stands in."""

    code = "NOT_A_DEPUTY"


class NotAColleague(BadInput):
    """Only somebody with the same cells, who is there himself, stands in."""

    code = "NOT_A_COLLEAGUE"
