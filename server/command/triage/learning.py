"""Learns which class a text belongs to, from texts somebody has sorted: the same for the same texts.

Three linear judges give one opinion: a support vector machine over tf-idf, another over the same weighted by
the pieces' log count ratios (Wang & Manning 2012), and complement naive Bayes (Rennie et al. 2003). A sum of
linear judges is linear, so what is kept is one weight for each piece and class. The constants were chosen
once, on one set of messages, and are the same for every district.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from operator import itemgetter, mul
from random import Random
from typing import Any, Final

from server.command.triage.grams import Vocabulary

SLACK: Final = 0.3  # C: how dear a wrong side is
ROUNDS: Final = 15  # passes over the texts; the order of the classes is settled by then
SETTLED: Final = 0.02  # a text this near its margin is left alone
RATIO_PRIOR, BAYES_PRIOR, BAYES_SHARE = 0.1, 0.05, 0.5
SEED: Final = 20261128


@dataclass(frozen=True)
class Row:
    """One text as a sparse vector; the last place is the constant one."""

    at: tuple[int, ...]
    values: Sequence[float]
    pick: Callable[[Sequence[float]], Any]  # the values of a dense vector at these places

    @classmethod
    def of(cls, vector: dict[int, float], constant: int) -> "Row":
        """The vector with its constant. Raises ValueError when the text says nothing."""
        if not vector:
            raise ValueError("an empty text teaches nothing")
        at = (*vector, constant)
        return cls(at, [*vector.values(), 1.0], itemgetter(*at))


@dataclass(frozen=True)
class Learned:
    """For each piece of the vocabulary, and the constant behind them, one weight for each class."""

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: list[list[float]]  # by class, then piece


def learn(texts: Sequence[Counter[str]], labels: Sequence[str], tick: Callable[[], object]) -> Learned:
    """Learn from `texts` and what each was sorted as. `tick` is called twice for each class.

    Raises ValueError for fewer than two classes.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError("one class cannot be told from none")
    vocabulary = Vocabulary.of(texts)
    size = len(vocabulary.idf)
    pairs = [(vector, label) for text, label in zip(texts, labels, strict=True)
             if (vector := vocabulary.vector(text))]  # fmt: skip
    rows, known = [Row.of(vector, size) for vector, _ in pairs], [label for _, label in pairs]
    sums = {name: [0.0] * (size + 1) for name in names}
    for row, label in zip(rows, known, strict=True):
        into = sums[label]
        for i, value in zip(row.at, row.values, strict=True):
            into[i] += value
    every = list(map(sum, zip(*sums.values(), strict=True)))
    judges: list[list[list[float]]] = [[], [], []]
    for name in names:
        sides = [label == name for label in known]
        judges[0].append(separate([row.values for row in rows], rows, sides, size))
        tick()
        ratio = ratios(sums[name], every)
        scaled = [list(map(mul, row.values, row.pick(ratio))) for row in rows]
        judges[1].append(list(map(mul, separate(scaled, rows, sides, size), ratio)))
        judges[2].append(complement(sums[name], every))
        tick()
    shares = (1.0, 1.0, BAYES_SHARE)
    scales = [share / spread(judge, rows) for share, judge in zip(shares, judges, strict=True)]
    weights = [
        [sum(map(mul, scales, column)) for column in zip(*each, strict=True)]
        for each in zip(*judges, strict=True)
    ]
    return Learned(names, vocabulary, weights)


def separate(
    values: Sequence[Sequence[float]], rows: Sequence[Row], sides: Sequence[bool], size: int
) -> list[float]:
    """The plane between a class and the rest: squared hinge, dual coordinate descent (Hsieh et al. 2008)."""
    weights, pull = [0.0] * (size + 1), [0.0] * len(rows)
    ours = sum(sides)
    weight = {True: len(rows) / (2 * ours), False: len(rows) / (2 * (len(rows) - ours))}
    slack = [1 / (2 * SLACK * weight[side]) for side in sides]
    length = [sum(map(mul, vector, vector)) + s for vector, s in zip(values, slack, strict=True)]
    order, dice = list(range(len(rows))), Random(SEED)
    for _ in range(ROUNDS):
        dice.shuffle(order)
        worst = 0.0
        for n in order:
            row, vector, sign = rows[n], values[n], 1.0 if sides[n] else -1.0
            off = sign * sum(map(mul, vector, row.pick(weights))) - 1 + slack[n] * pull[n]
            if abs(off) < SETTLED or (off > 0 and not pull[n]):
                continue
            worst = max(worst, abs(off))
            moved = max(pull[n] - off / length[n], 0.0)
            step, pull[n] = (moved - pull[n]) * sign, moved
            for i, value in zip(row.at, vector, strict=True):
                weights[i] += step * value
        if worst < SETTLED:
            break
    return weights


def ratios(ours: Sequence[float], every: Sequence[float]) -> list[float]:
    """How much more often a piece stands in a class than elsewhere, as a logarithm; 1 for the constant."""
    mine = [n + RATIO_PRIOR for n in ours[:-1]]
    theirs = [both - n + RATIO_PRIOR for n, both in zip(ours[:-1], every[:-1], strict=True)]
    shift = log(sum(theirs) / sum(mine))
    return [*(log(a / b) + shift for a, b in zip(mine, theirs, strict=True)), 1.0]


def complement(ours: Sequence[float], every: Sequence[float]) -> list[float]:
    """How seldom a piece stands in every other class; nothing for the constant."""
    theirs = [both - n + BAYES_PRIOR for n, both in zip(ours[:-1], every[:-1], strict=True)]
    total = log(sum(theirs))
    return [*(total - log(n) for n in theirs), 0.0]


def spread(judge: Sequence[Sequence[float]], rows: Sequence[Row]) -> float:
    """How far apart a judge's points for the classes of one text lie, root mean square."""
    total = 0.0
    for row in rows:
        points = [sum(map(mul, row.values, row.pick(weights))) for weights in judge]
        mean = sum(points) / len(points)
        total += sum((point - mean) ** 2 for point in points)
    return sqrt(total / (len(rows) * len(judge))) or 1.0


def folds(labels: Sequence[str], kin: Sequence[int], k: int = 5) -> Iterator[tuple[list[int], list[int]]]:
    """`k` times what to learn from and what to be asked about; each text is asked once.

    Every class is spread evenly; texts of one `kin` stay together, so that no model is asked about the twin
    of a text it has learnt.
    """
    by_kin: dict[int, list[int]] = {}
    for n, family in enumerate(kin):
        by_kin.setdefault(family, []).append(n)
    families = list(by_kin.values())
    Random(SEED).shuffle(families)
    part: dict[int, int] = {}
    dealt: Counter[str] = Counter()
    for members in families:
        label = labels[members[0]]
        part.update(dict.fromkeys(members, dealt[label] % k))
        dealt[label] += 1
    every = range(len(labels))
    for fold in range(k):
        yield [n for n in every if part[n] != fold], [n for n in every if part[n] == fold]
