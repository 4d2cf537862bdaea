"""What `sanwei triage` does: read what was sorted, learn from it, say how well, lay it before the city."""

from collections import Counter
from collections.abc import Callable, Sequence

from server.command.library import Library
from server.command.orders import history
from server.command.triage import evaluation, keeper
from server.command.triage.evaluation import Report, Sorted
from server.command.triage.head import Head
from server.command.triage.model import Kind, Model
from server.kernel.actors import SYSTEM
from server.platform import editions
from server.platform.editions import Edition, Shelf
from server.platform.work import Office

LEAST = 5  # texts of a class; fewer teach nothing and cannot be asked about
FOLDS = 5
Progress = Callable[[int], object]


class TooLittle(ValueError):
    """Fewer than two classes have enough texts to learn from."""


def worth_learning(texts: Sequence[Sorted]) -> tuple[list[Sorted], dict[str, int]]:
    """The texts of classes with at least LEAST, and how many texts the others have. Raises TooLittle."""
    sizes = Counter(each.label for each in texts)
    few = {label: n for label, n in sizes.items() if n < LEAST}
    if len(sizes) - len(few) < 2:
        raise TooLittle(f"two classes with {LEAST} texts each are needed, of {len(texts)} texts")
    return [each for each in texts if each.label not in few], few


def steps(texts: Sequence[Sorted], rounds: int) -> int:
    """How often a progress bar will be told something."""
    return 2 * rounds * len({each.label for each in texts})


async def decided(office: Office) -> dict[Kind, list[Sorted]]:
    """The district's closed orders, as finally decided: text → matter code, and text → unit."""
    async with office.reading() as session:
        rows = await history.decided(session)
    return {
        "matter": [Sorted(row.title, row.text, row.matter_code) for row in rows],
        "unit": [Sorted(row.title, row.text, row.unit_id) for row in rows],
    }


async def held(office: Office) -> dict[Kind, Head]:
    """The heads of the model that holds, to be kept beside those that are taught anew."""
    await office.of(Shelf).refresh(office)
    model = office.of(Library).advisor.model
    return dict(model.heads) if model else {}


async def propose(office: Office, heads: dict[Kind, Head], note: str) -> Edition:
    """Lay the model before the others; a second person publishes it."""
    async with office.work(SYSTEM) as work:
        return await editions.propose(work, keeper.KIND, Model(heads).dump(), note=note)


def told(report: Report) -> str:
    """The report as an operator reads it."""
    width = max((len(label) for label in report.labels), default=0) + 2
    lines = [f"{'':{width}} precision  recall      F1   texts"]
    for label in report.labels:
        precision, recall, f1, n = report.row(label)
        lines.append(f"{_wide(label, width)} {precision:9.3f} {recall:7.3f} {f1:7.3f} {n:7}")
    high = report.lead_for(evaluation.SURE)
    lines += [
        "", f"macro F1 {report.macro_f1:.4f} over {len(report.leads)} texts, {FOLDS} folds; "
        f"{report.twins} have a twin, kept in one fold; {report.seconds:.1f} s",
        f"high confidence: {high[2]:.1%} of the texts, {high[1]:.1%} of them right",
    ]  # fmt: skip
    wrong = [(n, pair) for pair, n in report.confusion.items() if pair[0] != pair[1]]
    lines += ["", "most often confused (is → taken for):"]
    lines += [
        f"  {true} → {taken}: {n}" for n, (true, taken) in sorted(wrong, key=lambda w: (-w[0], w[1]))[:10]
    ]
    return "\n".join(lines)


def _wide(text: str, width: int) -> str:
    """Padded for a terminal, where a Chinese sign takes two places."""
    return text + " " * max(2 * width - sum(2 if ord(sign) > 0x2E7F else 1 for sign in text), 0)
