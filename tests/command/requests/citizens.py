"""What citizens do in these tests, and where their requests stand."""

from server.command.requests.rules import RequestKind
from server.command.requests.service.citizen import Submission
from tests.factories import an_id


def submission(city, **facts):
    told = {"id": an_id(), "kind": RequestKind.REPORT, "text": "路灯不亮。", "spot": city.spot(), **facts}
    return Submission(**told)


async def state(city, id):
    """The states of a request and of the order it rides on."""
    request = await city.request(id)
    return request.state, (await city.order(request.order_id)).state


async def verb_of(city, id, verb, by=None, **facts):
    """A citizen's verb that names the version he saw."""
    return await city.do(by or city.ann, verb, id=id, version=(await city.request(id)).version, **facts)
