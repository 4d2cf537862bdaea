"""files: how long a voice note is

Revision ID: 7d20c5e91b34
Revises: 9c0e5a4417bd
"""

import sqlalchemy as sa
from alembic import op

revision: str = "7d20c5e91b34"
down_revision: str | None = "9c0e5a4417bd"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_column("seconds")
