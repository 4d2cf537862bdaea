"""What providers call our messages: a file of their template ids and the names of their fields.

    {"sms": {"default": {"id": "SMS_1", "fields": {"what": "text", "no": "no"}}, "order.file": {…}},
     "wechat": {"default": {"id": "…", "fields": {"thing1": "text", "time3": "at"}}}}

A field takes `text` (our sentence), `at` (when, Shanghai time) or a parameter of the message.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.kernel.calendar import SHANGHAI
from server.platform.notify import Message

DEFAULT = "default"
EMPTY = "—"  # providers refuse an empty field
CODE = "login.code"  # the one-time code has a template of its own


@dataclass(frozen=True, slots=True)
class Template:
    """A provider's template: its id there, and which of our facts goes into which of its fields."""

    id: str
    fields: Mapping[str, str]


def read_templates(file: Path, channel: str) -> Mapping[str, Template]:
    """Those of a channel, by the key of our sentence. Raises ValueError for a file of another shape."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {
            key: Template(str(row["id"]), dict(row["fields"])) for key, row in told.get(channel, {}).items()
        }
    except (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} does not say what message templates there are") from error


def fill(templates: Mapping[str, Template], message: Message) -> Template | None:
    """The template of a message with its fields filled in; None when there is none for it."""
    template = templates.get(message.key) or (templates.get(DEFAULT) if message.key != CODE else None)
    if template is None:
        return None
    at = message.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    facts = {**message.params, "text": message.text, "at": at}
    return Template(template.id, {name: facts.get(fact) or EMPTY for name, fact in template.fields.items()})
