"""identity: a leader's deputy holds a post for a time; supervisions say who issued them in whose place

Revision ID: c3f7a90d51e6
Revises: d7cb1d7dedd4
"""

import sqlalchemy as sa
from alembic import op

revision: str = "c3f7a90d51e6"
down_revision: str | None = "d7cb1d7dedd4"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("post_holding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stands_for_id", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_post_holding_stands_for_id"), ["stands_for_id"], unique=False)
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_id", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_column("deputy_id")
    with op.batch_alter_table("post_holding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_holding_stands_for_id"))
        batch_op.drop_column("reason")
        batch_op.drop_column("stands_for_id")
