"""jobs: whose turn it is stands in the store

Revision ID: 7d0c2f5b9a41
Revises: e193e83a895e
"""

import sqlalchemy as sa
from alembic import op

revision: str = "7d0c2f5b9a41"
down_revision: str | None = "e193e83a895e"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("job")
