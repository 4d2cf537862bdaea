"""Evaluation's share of the roots, put together."""

import strawberry

from server.supervision.evaluation.graphql import brief, public, ranking, report, unit


@strawberry.type
class Query(ranking.Query, brief.Query, report.Query, unit.Query, public.Query):
    """Evaluation's part of the root."""
