"""Reads a file of messages that somebody has sorted: what a triage model learns from."""

import csv
from pathlib import Path

from server.command.triage.evaluation import Sorted
from server.integrations.messages import FIELD_LIMIT, BadFile

TITLES, TEXTS = ("title", "标题", "主题"), ("body", "text", "内容", "正文")
LABELS = ("category", "label", "matter", "unit", "类别", "分类", "标签")


def read_labelled(file: Path, label: str = "") -> list[Sorted]:
    """The sorted texts; rows without text or label are passed over.

    The label is in the column `label`, else in the first usual one. Raises BadFile.
    """
    csv.field_size_limit(FIELD_LIMIT)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, restval="")
            columns = rows.fieldnames or ()
            title, text, sort = (
                next((name for name in names if name in columns), "")
                for names in (TITLES, TEXTS, (label,) if label else LABELS)
            )
            if not text or not sort:
                raise BadFile(missing=label or ("text" if not text else "label"))
            found = [Sorted(row.get(title) or "", row[text], row[sort].strip()) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(missing=str(error)) from None
    return [each for each in found if each.label and each.text.strip()]
