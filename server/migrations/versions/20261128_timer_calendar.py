"""timers: the edition of the calendar a deadline was reckoned by

Revision ID: 5c1b7a90d2e4
Revises: 1a35708263ee
"""

import sqlalchemy as sa
from alembic import op

revision: str = "5c1b7a90d2e4"
down_revision: str | None = "1a35708263ee"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_column("calendar")
