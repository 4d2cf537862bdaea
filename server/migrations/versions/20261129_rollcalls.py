"""rollcalls: who on duty was called, and who answered

Revision ID: d7cb1d7dedd4
Revises: cd2a1921710c
"""

import sqlalchemy as sa
from alembic import op

revision: str = "d7cb1d7dedd4"
down_revision: str | None = "cd2a1921710c"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "roll_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_from", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("at_post", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("roll_call", schema=None) as batch_op:
        batch_op.create_index("roll_call_area", ["area", "at"], unique=False)
        batch_op.create_index(
            "roll_call_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("roll_call_person", ["person_id", "at"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("roll_call", schema=None) as batch_op:
        batch_op.drop_index("roll_call_person")
        batch_op.drop_index(
            "roll_call_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("roll_call_area")

    op.drop_table("roll_call")
