"""requests: found by the phone they were filed with; suggestions everybody may read

Revision ID: 6a0d7c51f3b8
Revises: ca77ffb27aae
"""

import sqlalchemy as sa
from alembic import op

revision: str = "6a0d7c51f3b8"
down_revision: str | None = "ca77ffb27aae"
branch_labels: str | None = None
depends_on: str | None = None

CALLABLE = sa.text("phone_key != ''")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("citizen_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_key", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(
            "citizen_request_phone", ["phone_key"], sqlite_where=CALLABLE, postgresql_where=CALLABLE
        )
        batch_op.create_index(
            "citizen_request_published",
            ["answered_at", "id"],
            sqlite_where=sa.text("published = 1"),
            postgresql_where=sa.text("published"),
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("citizen_request", schema=None) as batch_op:
        batch_op.drop_index("citizen_request_published")
        batch_op.drop_index("citizen_request_phone")
        batch_op.drop_column("phone_key")
