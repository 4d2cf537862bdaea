"""orders, requests: what was answered to the questions of a matter

Revision ID: 4d7a1c90b6e2
Revises: 7d20c5e91b34
"""

import sqlalchemy as sa
from alembic import op

revision: str = "4d7a1c90b6e2"
down_revision: str | None = "7d20c5e91b34"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ("work_order", "citizen_request")


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.add_column(table, sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        op.drop_column(table, "answers")
