"""order: until when its unit may dispute that it counts

Revision ID: 4e9a7d20c516
Revises: 8f3b1c6d2a70
"""

import sqlalchemy as sa
from alembic import op

revision: str = "4e9a7d20c516"
down_revision: str | None = "8f3b1c6d2a70"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("count_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_column("count_until")
