"""Evaluation's share of the roots, put together."""

import strawberry

from server.supervision.evaluation.graphql import ranking


@strawberry.type
class Query(ranking.Query):
    """Evaluation's part of the root."""
