"""orders: what is asked about them, who else takes part, and what was ruled

Revision ID: 7074b1fee61d
Revises: 19ee883c4ce1
"""

import sqlalchemy as sa
from alembic import op

revision: str = "7074b1fee61d"
down_revision: str | None = "19ee883c4ce1"
branch_labels: str | None = None
depends_on: str | None = None

WORDS = ("first_unit", "ruled_unit", "also", "pending", "outcome")
TIMES = ("suspended_at", "suspended_until", "appeal_until")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "order_application",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endorsed_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("order_application", schema=None) as batch_op:
        batch_op.create_index("order_application_order", ["order_id", "asked_at"], unique=False)

    op.create_table(
        "order_ruling",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("matter_code", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("co_units", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("ruled_by", sa.String(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("order_ruling", schema=None) as batch_op:
        batch_op.create_index("order_ruling_matter", ["state", "matter_code", "signed_at"], unique=False)
        batch_op.create_index("order_ruling_order", ["order_id", "ruled_at"], unique=False)

    op.create_table(
        "order_share",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "unit_id"),
    )
    with op.batch_alter_table("order_share", schema=None) as batch_op:
        batch_op.create_index("order_share_unit", ["unit_id", "state"], unique=False)

    op.drop_table("order_consent")
    for name in WORDS:
        op.add_column("work_order", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in TIMES:
        op.add_column("work_order", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("work_order", sa.Column("shuffle_times", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE work_order SET first_unit = unit_id WHERE unit_id <> ''")
    op.execute("UPDATE work_order SET outcome = 'solved' WHERE state = 'closed'")
    op.execute(
        "ALTER TABLE work_order DROP COLUMN suspended_before"
    )  # both engines, without copying the table
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(
            "work_order_appeal",
            ["unit_id", "appeal_until"],
            unique=False,
            sqlite_where=sa.text("appeal_until IS NOT NULL"),
            postgresql_where=sa.text("appeal_until IS NOT NULL"),
        )
        batch_op.create_index(
            "work_order_pending",
            ["pending", "area"],
            unique=False,
            sqlite_where=sa.text("pending <> ''"),
            postgresql_where=sa.text("pending <> ''"),
        )
        batch_op.create_index(
            "work_order_suspended",
            ["suspended_until"],
            unique=False,
            sqlite_where=sa.text("suspended_until IS NOT NULL"),
            postgresql_where=sa.text("suspended_until IS NOT NULL"),
        )


def downgrade() -> None:
    """Undo."""
    for name in ("suspended", "pending", "appeal"):
        op.drop_index(f"work_order_{name}", "work_order")
    for name in (*WORDS, *TIMES, "shuffle_times"):
        op.execute(f"ALTER TABLE work_order DROP COLUMN {name}")
    op.add_column(
        "work_order", sa.Column("suspended_before", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "order_consent",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "action"),
    )
    with op.batch_alter_table("order_share", schema=None) as batch_op:
        batch_op.drop_index("order_share_unit")

    op.drop_table("order_share")
    with op.batch_alter_table("order_ruling", schema=None) as batch_op:
        batch_op.drop_index("order_ruling_order")
        batch_op.drop_index("order_ruling_matter")

    op.drop_table("order_ruling")
    with op.batch_alter_table("order_application", schema=None) as batch_op:
        batch_op.drop_index("order_application_order")

    op.drop_table("order_application")
