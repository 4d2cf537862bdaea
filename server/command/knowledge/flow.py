"""The life of one version of an entry. Whoever dispatches also answers."""

from enum import StrEnum

from server.kernel.actors import DISPATCHERS, Post
from server.kernel.flow import Entry, Flow, Step


class EntryState(StrEnum):
    """草稿 已发布 已被新版代替 已停用 已放弃."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"
    RETIRED = "retired"
    DROPPED = "dropped"


class EntryAction(StrEnum):
    """What happens to a version."""

    WRITE = "write"
    REVISE = "revise"
    PUBLISH = "publish"
    REPLACE = "replace"
    RETIRE = "retire"
    DROP = "drop"


S, A = EntryState, EntryAction
SYSTEM = frozenset({Post.SYSTEM})

FLOW = Flow(
    "knowledge",
    entries=[Entry(A.WRITE, S.DRAFT, DISPATCHERS, guards=("needs_source", "needs_few_lines"))],
    steps=[
        Step(S.DRAFT, A.REVISE, S.DRAFT, DISPATCHERS, guards=("needs_source", "needs_few_lines")),
        Step(S.DRAFT, A.PUBLISH, S.PUBLISHED, DISPATCHERS, guards=("needs_second_person",)),
        Step(S.DRAFT, A.DROP, S.DROPPED, DISPATCHERS),
        Step(S.PUBLISHED, A.REPLACE, S.REPLACED, SYSTEM),
        Step(S.PUBLISHED, A.RETIRE, S.RETIRED, DISPATCHERS),
    ],
)
