"""patrols: plans, rounds, points, tracks; leaves of posts; the last position of a spell

Revision ID: 5d2b8f61c7e4
Revises: 6f1c0b7e52aa
"""

import sqlalchemy as sa
from alembic import op

revision: str = "5d2b8f61c7e4"
down_revision: str | None = "6f1c0b7e52aa"
branch_labels: str | None = None
depends_on: str | None = None
OPEN = sa.text("closed_at IS NULL")


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _int(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    """Apply."""
    op.add_column("duty_spell", sa.Column("place", sa.String(), nullable=False, server_default=""))
    op.add_column("post_holding", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("post_holding", sa.Column("away_until", sa.Date(), nullable=True))
    op.add_column("post_holding", sa.Column("stand_in_id", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "patrol_plan",
        *_text("id", "name", "area"),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("cells", "points", "days")),
        *_int("opens", "closes"),
        *_text("made_by"),
        _at("made_at", nullable=False),
        _at("ended_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("patrol_plan_area", "patrol_plan", ["area", "ended_at"])
    op.create_table(
        "patrol",
        *_text("id", "plan_id", "name"),
        sa.Column("day", sa.Date(), nullable=False),
        *_text("area", "person_id"),
        _at("opens_at", nullable=False),
        _at("closes_at", nullable=False),
        *_text("state"),
        *map(_at, ("began_at", "began_heard_at", "ended_at", "ended_heard_at", "closed_at")),
        *_int("length_m", "required", "visited"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("patrol_person", "patrol", ["person_id", "day"])
    op.create_index("patrol_open", "patrol", ["closes_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("patrol_area", "patrol", ["area", "day"])
    op.create_table(
        "patrol_point",
        *_text("id", "patrol_id"),
        *_int("n"),
        *_text("name", "look", "area"),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        *_text("code"),
        sa.Column("photo", sa.Boolean(), nullable=False),
        *_text("state", "how"),
        _at("at"),
        _at("heard_at"),
        sa.Column("metres", sa.Integer(), nullable=True),
        *_text("reason"),
        sa.Column("missed", sa.Boolean(), nullable=False),
        *_text("why_not", "reviewed_by", "opinion"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("patrol_point_patrol", "patrol_point", ["patrol_id"])
    op.create_index("patrol_point_state", "patrol_point", ["state", "area"])
    op.create_table(
        "patrol_track",
        *_text("id", "patrol_id", "person_id"),
        *(_at(name, nullable=False) for name in ("first_at", "last_at", "heard_at")),
        *_int("n"),
        *_text("fixes"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("patrol_track_patrol", "patrol_track", ["patrol_id", "first_at"])
    op.create_index("patrol_track_old", "patrol_track", ["heard_at"])


def downgrade() -> None:
    """Undo."""
    for table in ("patrol_track", "patrol_point", "patrol", "patrol_plan"):
        op.drop_table(table)
    for column in ("stand_in_id", "away_until", "away_from"):
        op.drop_column("post_holding", column)
    op.drop_column("duty_spell", "place")
