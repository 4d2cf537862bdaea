"""cards: words left with the officer of a cell

Revision ID: 9e41b7a2d85c
Revises: b5e81f20c7d3
"""

import sqlalchemy as sa
from alembic import op

revision: str = "9e41b7a2d85c"
down_revision: str | None = "b5e81f20c7d3"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "card_message",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "cell", "citizen_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("officer_id", "text")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("answer", "answered_by")),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("card_message_cell", "card_message", ["cell", "at"])
    op.create_index("card_message_citizen", "card_message", ["citizen_id", "cell", "at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("card_message")
