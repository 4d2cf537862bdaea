"""Which notices leave the house, by which channel and when: three questions for a whole page of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.command.library import Library
from server.command.notices import queries, rules
from server.command.notices.rules import Out, Rule, Wish
from server.command.notices.tables import Notice
from server.command.requests import queries as requests
from server.identity.queries import Reach, reach_of
from server.kernel.ways import Via
from server.platform.notify import Address, Exchange, addresses_of, app_of, queue
from server.platform.words import Words
from server.platform.work import Work

PRIVATE = "private"  # its sentence says that there is something, and nothing of what
KIND = "notice"
PAGES = {  # where a tap leads, in the app of the role; whatever is not here stands in the inbox
    ("citizen", "request"): "cases/{id}", ("leader", "order"): "orders/{id}", ("leader", "brief"): "brief",
    ("leader", "request"): "requests/{id}", ("leader", "supervision"): "supervisions",
    ("officer", "order"): "orders/{id}", ("officer", "request"): "requests/{id}",
    ("officer", "visit"): "visits/{id}", ("officer", "supervision"): "supervisions",
    ("officer", "handover"): "watch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A notice that is to be told, by which rule, where, and its place among what happened at once."""

    notice: Notice
    rule: Rule
    area: str
    place: int


async def send_out(work: Work, made: Sequence[Made]) -> None:
    """Put the notices into their inboxes and the outbox, in this unit of work."""
    people = {each.notice.person_id for each in made}
    reach = await reach_of(work.session, people) if people else {}
    for each in made:
        notice = each.notice
        if (person := reach.get(notice.person_id)) and each.rule.urgent_to(person.role):
            notice.urgent = True
        work.add(notice)
        work.tell(f"{KIND}.new", KIND, notice.id, area=each.area, touches=[f"person:{notice.person_id}"])
    exchange = work.office.of(Exchange)
    out = [each for each in made if (person := reach.get(each.notice.person_id))
           and each.rule.out(person.role) is not Out.INBOX]  # fmt: skip
    if not out or not exchange.channels:
        return
    people = {each.notice.person_id for each in out}
    wishes = await queries.wishes(work.session, people)
    where: dict[str, list[Address]] = defaultdict(list)
    for address in await work.session.exec(addresses_of(people)):
        where[address.person_id].append(address)
    secret = await requests.secret(work.session, {each.notice.subject_id for each in out})
    for each in out:
        id = each.notice.person_id
        _queue(work, each, reach[id], wishes.get(id, Wish()), where[id], secret)


def _queue(
    work: Work, made: Made, person: Reach, wish: Wish, where: Sequence[Address], secret: Collection[str]
) -> None:
    notice, channels = made.notice, work.office.of(Exchange).channels
    if not rules.wanted(wish, person.role, rules.mark_of(notice.key)):
        return
    reached = {Via(each.via) for each in where} | ({Via.SMS} if person.phone else set())
    ways = rules.ways(made.rule.out(person.role), wish, reached & channels.keys())
    hidden = notice.subject_id in secret
    words, unit = work.office.of(Words), work.office.of(Library).units.get(notice.unit_id)
    params = {} if hidden else {
        "no": notice.no, "unit": unit.name if unit else words.say("notice.noUnit"),
        "clock": words.say(f"clock.{notice.clock}") if notice.clock else "",
    }  # fmt: skip
    for via in sorted(ways):
        ids = [each.id for each in where if each.via == via] if via is not Via.SMS else [""]
        for address_id in ids:
            queue(
                work, of=notice.id, person_id=notice.person_id, via=via, address_id=address_id,
                key=PRIVATE if hidden else notice.key, params=params, link=_link(notice, person),
                subject=f"{notice.subject_kind}:{notice.subject_id}", at=notice.at, place=made.place,
                urgent=notice.urgent,
                not_before=work.now if notice.urgent else rules.released_at(work.now, wish),
            )  # fmt: skip


def _link(notice: Notice, person: Reach) -> str:
    page = PAGES.get((person.role.value, notice.subject_kind), "inbox").format(id=notice.subject_id)
    return f"{app_of(person.role)}#/{page}"
