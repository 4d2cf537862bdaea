"""duty: spells, shifts, handovers

Revision ID: 9c0e5a4417bd
Revises: 4e9a7d20c516
"""

import sqlalchemy as sa
from alembic import op

revision: str = "9c0e5a4417bd"
down_revision: str | None = "4e9a7d20c516"
branch_labels: str | None = None
depends_on: str | None = None
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "duty_spell",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "duty_spell_open", "duty_spell", ["account_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("duty_spell_ended", "duty_spell", ["ended_at"])
    op.create_table(
        "duty_shift",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("area", "day", "part"),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handover_area", "handover", ["area", "given_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("handover")
    op.drop_table("duty_shift")
    op.drop_table("duty_spell")
