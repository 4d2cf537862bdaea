"""evaluation: facts of orders, sums of days, briefs, objections

Revision ID: 2a1ff138bc83
Revises: 2ecf9e14406f
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2a1ff138bc83"
down_revision: str | None = "2ecf9e14406f"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "brief",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("area", "day"),
    )
    op.create_table(
        "evaluation_day",
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("valid_report", sa.Integer(), nullable=False),
        sa.Column("patrol_report", sa.Integer(), nullable=False),
        sa.Column("valid_patrol_report", sa.Integer(), nullable=False),
        sa.Column("public_report", sa.Integer(), nullable=False),
        sa.Column("public_inst", sa.Integer(), nullable=False),
        sa.Column("operate", sa.Integer(), nullable=False),
        sa.Column("not_operate", sa.Integer(), nullable=False),
        sa.Column("inst", sa.Integer(), nullable=False),
        sa.Column("not_inst", sa.Integer(), nullable=False),
        sa.Column("inst_intime", sa.Integer(), nullable=False),
        sa.Column("cancel", sa.Integer(), nullable=False),
        sa.Column("verify_need", sa.Integer(), nullable=False),
        sa.Column("verify", sa.Integer(), nullable=False),
        sa.Column("verify_intime", sa.Integer(), nullable=False),
        sa.Column("dispatch_need", sa.Integer(), nullable=False),
        sa.Column("dispatch", sa.Integer(), nullable=False),
        sa.Column("dispatch_intime", sa.Integer(), nullable=False),
        sa.Column("accur_dispatch", sa.Integer(), nullable=False),
        sa.Column("wrong_dispatch", sa.Integer(), nullable=False),
        sa.Column("dispose_need", sa.Integer(), nullable=False),
        sa.Column("dispose", sa.Integer(), nullable=False),
        sa.Column("dispose_intime", sa.Integer(), nullable=False),
        sa.Column("dispose_overtime", sa.Integer(), nullable=False),
        sa.Column("to_dispose", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("rework", sa.Integer(), nullable=False),
        sa.Column("rework_times", sa.Integer(), nullable=False),
        sa.Column("reopen", sa.Integer(), nullable=False),
        sa.Column("postpone", sa.Integer(), nullable=False),
        sa.Column("postpone_minutes", sa.Integer(), nullable=False),
        sa.Column("his_hang", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("back", sa.Integer(), nullable=False),
        sa.Column("overtime_back", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.Integer(), nullable=False),
        sa.Column("freed", sa.Integer(), nullable=False),
        sa.Column("check_need", sa.Integer(), nullable=False),
        sa.Column("check_done", sa.Integer(), nullable=False),
        sa.Column("check_intime", sa.Integer(), nullable=False),
        sa.Column("archive_need", sa.Integer(), nullable=False),
        sa.Column("archive", sa.Integer(), nullable=False),
        sa.Column("archive_intime", sa.Integer(), nullable=False),
        sa.Column("archive_overtime", sa.Integer(), nullable=False),
        sa.Column("reply", sa.Integer(), nullable=False),
        sa.Column("omit_reply", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("missed_report", sa.Integer(), nullable=False),
        sa.Column("self_report", sa.Integer(), nullable=False),
        sa.Column("self_archive", sa.Integer(), nullable=False),
        sa.Column("self_cancel", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("area", "day", "unit_id", "category", "difficulty"),
    )
    op.create_table(
        "handling_day",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area", "day", "unit_id", "minutes"),
    )
    op.create_table(
        "order_facts",
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("valid_report", sa.Integer(), nullable=False),
        sa.Column("patrol_report", sa.Integer(), nullable=False),
        sa.Column("valid_patrol_report", sa.Integer(), nullable=False),
        sa.Column("public_report", sa.Integer(), nullable=False),
        sa.Column("public_inst", sa.Integer(), nullable=False),
        sa.Column("operate", sa.Integer(), nullable=False),
        sa.Column("not_operate", sa.Integer(), nullable=False),
        sa.Column("inst", sa.Integer(), nullable=False),
        sa.Column("not_inst", sa.Integer(), nullable=False),
        sa.Column("inst_intime", sa.Integer(), nullable=False),
        sa.Column("cancel", sa.Integer(), nullable=False),
        sa.Column("verify_need", sa.Integer(), nullable=False),
        sa.Column("verify", sa.Integer(), nullable=False),
        sa.Column("verify_intime", sa.Integer(), nullable=False),
        sa.Column("dispatch_need", sa.Integer(), nullable=False),
        sa.Column("dispatch", sa.Integer(), nullable=False),
        sa.Column("dispatch_intime", sa.Integer(), nullable=False),
        sa.Column("accur_dispatch", sa.Integer(), nullable=False),
        sa.Column("wrong_dispatch", sa.Integer(), nullable=False),
        sa.Column("dispose_need", sa.Integer(), nullable=False),
        sa.Column("dispose", sa.Integer(), nullable=False),
        sa.Column("dispose_intime", sa.Integer(), nullable=False),
        sa.Column("dispose_overtime", sa.Integer(), nullable=False),
        sa.Column("to_dispose", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("rework", sa.Integer(), nullable=False),
        sa.Column("rework_times", sa.Integer(), nullable=False),
        sa.Column("reopen", sa.Integer(), nullable=False),
        sa.Column("postpone", sa.Integer(), nullable=False),
        sa.Column("postpone_minutes", sa.Integer(), nullable=False),
        sa.Column("his_hang", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("back", sa.Integer(), nullable=False),
        sa.Column("overtime_back", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.Integer(), nullable=False),
        sa.Column("freed", sa.Integer(), nullable=False),
        sa.Column("check_need", sa.Integer(), nullable=False),
        sa.Column("check_done", sa.Integer(), nullable=False),
        sa.Column("check_intime", sa.Integer(), nullable=False),
        sa.Column("archive_need", sa.Integer(), nullable=False),
        sa.Column("archive", sa.Integer(), nullable=False),
        sa.Column("archive_intime", sa.Integer(), nullable=False),
        sa.Column("archive_overtime", sa.Integer(), nullable=False),
        sa.Column("reply", sa.Integer(), nullable=False),
        sa.Column("omit_reply", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("missed_report", sa.Integer(), nullable=False),
        sa.Column("self_report", sa.Integer(), nullable=False),
        sa.Column("self_archive", sa.Integer(), nullable=False),
        sa.Column("self_cancel", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("over_times", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("order_id"),
    )
    with op.batch_alter_table("order_facts", schema=None) as batch_op:
        batch_op.create_index("order_facts_day", ["day", "unit_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("order_facts", schema=None) as batch_op:
        batch_op.drop_index("order_facts_day")

    op.drop_table("order_facts")
    op.drop_table("handling_day")
    op.drop_table("evaluation_day")
    op.drop_table("brief")
