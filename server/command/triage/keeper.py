"""Keeps editions of the kind `triage`: what was learnt from the district's own history."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from server.command.library import Library
from server.command.triage.model import BadModel, Model
from server.platform.editions import Keeper
from server.platform.work import Office

KIND: Final = "triage"

log = logging.getLogger(__name__)


def check(office: Office, content: bytes) -> Mapping[str, Any]:
    """How well each head sorts what it had not seen, beside the one that holds. Raises BadModel."""
    holds = office.of(Library).advisor.model
    before = {kind: dict(head.report) for kind, head in holds.heads.items()} if holds else {}
    return {
        kind: {**head.report, "macro_f1_before": before.get(kind, {}).get("macro_f1")}
        for kind, head in Model.load(content).heads.items()
    }


def take(office: Office, no: int, content: bytes) -> None:
    """Suggest by this model from now on; by words alone when it is broken."""
    try:
        model = _loaded(content)
    except BadModel:
        log.exception("triage edition %s is broken; words alone suggest", no)
        model = None
    office.tools[Library] = office.of(Library).taught(model)


@lru_cache(maxsize=1)  # prepared in a thread, then taken
def _loaded(content: bytes) -> Model:
    return Model.load(content)


def prepare(_office: Office, content: bytes) -> None:
    """Unpack it beforehand; what is broken is told when it is taken."""
    with suppress(BadModel):
        _loaded(content)


KEEPER = Keeper(check, take, prepare=prepare)
