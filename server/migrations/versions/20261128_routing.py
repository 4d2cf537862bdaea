"""routing: rules that switched themselves off

Revision ID: 372e2da2cfbd
Revises: 7074b1fee61d
"""

import sqlalchemy as sa
from alembic import op

revision: str = "372e2da2cfbd"
down_revision: str | None = "7074b1fee61d"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "route_fault",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("edition", "no"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("route_fault")
