"""Selects documents from ratings in NumPy: what the stage sample does, written apart from it.

Reads the ratings table, the topics table and the percentile tables of the calibration; moments are
computed here. Every setting is a section `sample` as JSON, with a name and the pipeline's seed. For
each, two files are written: NAME.rows, records of 20 bytes (doc_id and the number of the copy,
big-endian) in ascending order, and NAME.json, the budget and the tokens of each quota group.
"""

import argparse
import fractions
import functools
import json
import math
import pathlib
import re

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.dataset

MASK = (1 << 64) - 1
PRIMES = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)


def rotate(value, bits: int):
    """A 64-bit number, or each of an array, rotated to the left."""
    if isinstance(value, int):
        return ((value << bits) | (value >> (64 - bits))) & MASK
    return (value << numpy.uint64(bits)) | (value >> numpy.uint64(64 - bits))


def xxh64(data: bytes, seed: int) -> int:
    """XXH64 of up to 31 bytes."""
    if len(data) > 31:
        raise ValueError("only short inputs")
    one, two, three, four, five = PRIMES
    state = (seed + five + len(data)) & MASK
    while len(data) >= 8:
        lane = int.from_bytes(data[:8], "little")
        state ^= rotate(lane * two & MASK, 31) * one & MASK
        state = (rotate(state, 27) * one + four) & MASK
        data = data[8:]
    if len(data) >= 4:
        state ^= int.from_bytes(data[:4], "little") * one & MASK
        state = (rotate(state, 23) * two + three) & MASK
        data = data[4:]
    for byte in data:
        state ^= byte * five & MASK
        state = rotate(state, 11) * one & MASK
    for shift, prime in ((33, two), (29, three), (32, 1)):
        state = (state ^ (state >> shift)) * prime & MASK
    return state


def xxh64_of_ids(ids: numpy.ndarray, seed: int) -> numpy.ndarray:
    """XXH64 of each row of 16 bytes, an array [documents, 16]."""
    one, two, three, four, five = map(numpy.uint64, PRIMES)
    lanes = numpy.ascontiguousarray(ids).view("<u8")
    state = numpy.full(len(ids), (seed + PRIMES[4] + 16) & MASK, numpy.uint64)
    for lane in (lanes[:, 0], lanes[:, 1]):
        state ^= rotate(lane * two, 31) * one
        state = rotate(state, 27) * one + four
    for shift, prime in ((33, two), (29, three), (32, numpy.uint64(1))):
        state = (state ^ (state >> numpy.uint64(shift))) * prime
    return state


def units(purpose: str, seed: int, ids: numpy.ndarray) -> numpy.ndarray:
    """Each document's uniform number between 0 and 1."""
    chain = xxh64(purpose.encode(), 42)
    chain = xxh64((seed & MASK).to_bytes(8, "little"), chain)
    bits = xxh64_of_ids(ids, chain) >> numpy.uint64(12)
    return (bits.astype(numpy.float64) + 0.5) * 2.0**-52


def cells(values: numpy.ndarray, bits: int) -> numpy.ndarray:
    """Cells of the number line: exponent and leading mantissa bits of |value| + 1, signed."""
    image = (numpy.abs(values) + 1.0).view(numpy.int64)
    magnitude = (image - numpy.float64(1.0).view(numpy.int64)) >> (52 - bits)
    return numpy.where(values >= 0, magnitude, -1 - magnitude)


def amount(text: str | float, whole: int) -> int:
    """A number of tokens, such as 64M, or a share of a whole, such as 5%."""
    text = str(text)
    if text.endswith("%"):
        return math.floor(whole * (float(text[:-1]) / 100) + 0.5)
    unit = {"k": 10**3, "M": 10**6, "B": 10**9}.get(text[-1])
    return int(text) if unit is None else int(fractions.Fraction(text[:-1]) * unit)


def best_pattern(patterns, name: str) -> str | None:
    """The pattern with the most literal characters among those that match a name."""
    matching = [
        pattern
        for pattern in patterns
        if re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL)
    ]
    return max(matching, key=lambda pattern: (len(pattern.replace("*", "")), pattern), default=None)


def proportional(budget: int, weights: list) -> list[int]:
    """Whole numbers in proportion to the weights, by largest remainder, ties by index."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    exact = [fractions.Fraction(budget) * weight / total for weight in weights]
    whole = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: budget - sum(whole)]:
        whole[i] += 1
    return whole


def divide(budget: int, weights: list, least: list[int], most: list[int]) -> list[int]:
    """The same within bounds, as CSS resolves flexible lengths."""
    result: dict[int, int] = {}
    while len(result) < len(weights):
        left = budget - sum(result.values())
        free = [i for i in range(len(weights)) if i not in result]
        shares = proportional(left, [weights[i] for i in free])
        clamped = [min(max(share, least[i]), most[i]) for i, share in zip(free, shares)]
        violation = sum(clamped) - sum(shares)
        for i, share, bound in zip(free, shares, clamped):
            if violation == 0 or (bound - share) * violation > 0:
                result[i] = bound
    return [result[i] for i in range(len(weights))]


class Ratings:
    """The tables, as arrays over the documents in ascending order of doc_id."""

    def __init__(self, ratings: str, topics: str | None, calibration: str | None):
        table = pyarrow.dataset.dataset(sorted(map(str, pathlib.Path(ratings).glob("*.parquet"))))
        table = table.to_table().combine_chunks()
        self.ids = bytes_of(table["doc_id"])
        ordered = self.ids.view(">u8").astype(numpy.uint64)
        high, low = ordered[:, 0], ordered[:, 1]
        ascending = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] > low[:-1]))
        if not ascending.all():
            raise ValueError("the documents are not in ascending order of doc_id")
        names = sorted(table["source"].unique().to_pylist())
        self.sources = names
        self.source = numpy.asarray(pyarrow.compute.index_in(table["source"], pyarrow.array(names)))
        self.tokens = table["n_tokens"].to_numpy().astype(numpy.int64)
        given = ("doc_id", "source", "n_tokens", "n_chunks")
        self.scores = {}
        for name in sorted(set(table.column_names) - set(given)):
            scores = table[name].to_numpy(zero_copy_only=False).astype(numpy.float64)
            self.scores[name] = numpy.where(numpy.isfinite(scores), scores, numpy.nan)
        self.topic = numpy.zeros(len(self.tokens), numpy.int64)
        self.topics = 0
        if topics:
            files = sorted(map(str, pathlib.Path(topics).glob("*.parquet")))
            table = pyarrow.dataset.dataset(files).to_table().combine_chunks()
            if not numpy.array_equal(bytes_of(table["doc_id"]), self.ids):
                raise ValueError("ratings and topics have different documents")
            self.topic = table["topic"].to_numpy().astype(numpy.int64)
            self.topics = int(self.topic.max()) + 1
        self.calibration = calibration

    @functools.cached_property
    def percentiles(self) -> dict[tuple[str, str | None], tuple]:
        return percentile_tables(self.calibration)

    @functools.lru_cache(maxsize=8)
    def units(self, purpose: str, seed: int) -> numpy.ndarray:
        return units(purpose, seed, self.ids)

    @functools.lru_cache(maxsize=64)
    def moments(self, criterion: str, source: int | None) -> tuple[float, float, float]:
        """Mean, standard deviation and minimum; the overall ones for a source without scores."""
        scores = self.scores[criterion]
        known = ~numpy.isnan(scores)
        if source is not None and (known & (self.source == source)).any():
            known &= self.source == source
        known = scores[known]
        if len(known) == 0:
            return 0.0, 0.0, 0.0
        return float(numpy.mean(known)), float(numpy.std(known)), float(known.min())


def bytes_of(column: pyarrow.ChunkedArray) -> numpy.ndarray:
    """Binary values of 16 bytes as an array [rows, 16]."""
    array = pyarrow.concat_arrays(column.chunks)
    fixed = array.cast(pyarrow.binary(16)) if array.type != pyarrow.binary(16) else array
    start = fixed.offset * 16
    return numpy.frombuffer(fixed.buffers()[1], numpy.uint8)[start : start + 16 * len(fixed)].reshape(
        -1, 16
    )


def percentile_tables(calibration: str) -> dict[tuple[str, str | None], tuple]:
    """Lower ends and percentiles of the points, by criterion and source (None: overall)."""
    rows = pyarrow.dataset.dataset(calibration, format="parquet").to_table(
        columns=["criterion", "source", "lowers", "percentiles"]
    )
    return {
        (row["criterion"], row["source"]): (
            numpy.array(row["lowers"], numpy.float64),
            numpy.array(row["percentiles"], numpy.float64),
        )
        for row in rows.to_pylist()
    }


class Selection:
    """One setting's selection, step by step."""

    def __init__(self, ratings: Ratings, sample: dict, seed: int):
        self.ratings = ratings
        self.sample = sample
        self.seed = seed
        self.method = sample.get("method", "temperature")
        self.makes_copies = self.method in ("bins", "sigmoid")
        self.max_repeats = int(sample.get("max-repeats", 4 if self.makes_copies else 1))
        self.names, self.group = self.groups()
        self.score = self.scores()
        self.selectable = self.selectables()
        self.copies = self.copies_by_quality()
        self.budgets = self.divided_budget()
        self.taken = self.take()

    # Scores.

    def normalised(self, criterion: str) -> numpy.ndarray:
        """The criterion's ratings, comparable; NaN where nothing may stand for a missing one."""
        if self.sample.get("normalise-by", "overall") == "overall":
            return self.normalised_among(criterion, None, slice(None))
        result = numpy.empty(len(self.ratings.tokens))
        for source in range(len(self.ratings.sources)):
            rows = self.ratings.source == source
            result[rows] = self.normalised_among(criterion, source, rows)
        return result

    def normalised_among(self, criterion: str, source: int | None, rows) -> numpy.ndarray:
        values = self.ratings.scores[criterion][rows]
        mean, deviation, minimum = self.ratings.moments(criterion, source)
        kind = self.sample.get("normalise", "z-score")
        if kind == "none":
            result, average, lowest = values, mean, minimum
        elif kind == "z-score":

            def z_score(value):
                return (value - mean) / deviation if deviation else value * 0.0

            result, average, lowest = z_score(values), 0.0, z_score(minimum)
        else:
            tables = self.ratings.percentiles
            name = None if source is None else self.ratings.sources[source]
            lowers, percentiles = tables[criterion, name]
            if len(lowers) == 0:
                lowers, percentiles = tables[criterion, None]
            place = numpy.searchsorted(lowers, values, side="right")
            result = numpy.concatenate([[0.0], percentiles])[place]
            average, lowest = 0.5, 0.0
            buckets = int(self.sample.get("rank-buckets", 0))
            if buckets:
                result = numpy.floor(result * buckets)
                average, lowest = math.floor(average * buckets), 0.0
        instead = {"mean": average, "lowest": lowest, "exclude": numpy.nan}
        return numpy.where(numpy.isnan(values), instead[self.sample.get("missing", "mean")], result)

    def scores(self) -> numpy.ndarray:
        reference = self.sample.get("reference")
        weights = self.sample.get("weights") or {
            name: 1.0 for name in self.ratings.scores if name != reference
        }
        parts = [
            (self.normalised(name), float(weight))
            for name, weight in sorted(weights.items())
            if weight != 0
        ]
        combine = self.sample.get("combine", "sum")
        if combine == "product":
            score = functools.reduce(numpy.multiply, (x**weight for x, weight in parts))
        else:
            fold = {"sum": numpy.add, "maximum": numpy.maximum, "minimum": numpy.minimum}[combine]
            score = functools.reduce(fold, (weight * x for x, weight in parts))
        if reference:
            weight = float(self.sample.get("reference-weight", 1))
            score = score - weight * self.normalised(reference)
        largest = numpy.finfo(numpy.float64).max
        return numpy.clip(score, -largest, largest)

    # Who may be selected, and how often.

    def selectables(self) -> numpy.ndarray:
        selectable = ~numpy.isnan(self.score)
        validation = str(self.sample.get("validation", "0%"))
        held_out = float(validation.rstrip("%")) / 100
        if held_out > 0:
            selectable &= self.ratings.units("validation", self.seed) >= held_out
        if self.method == "threshold":
            selectable &= self.score >= float(self.sample["threshold"])
        return selectable

    def copies_by_quality(self) -> numpy.ndarray:
        copies = self.selectable.astype(numpy.int64)
        if not self.makes_copies:
            return copies
        rate = numpy.minimum(self.rates(self.quality()), self.max_repeats)
        whole = numpy.floor(rate)
        chance = self.ratings.units("copies", self.seed) < rate - whole
        return copies * (whole.astype(numpy.int64) + chance)

    def quality(self) -> numpy.ndarray:
        """Percentiles of the scores by token mass, from 0 for the worst to 1 for the best."""
        by_source = self.sample.get("percentile-by", "overall") == "source"
        among = self.ratings.source if by_source else numpy.zeros_like(self.ratings.source)
        count = len(self.ratings.sources) if by_source else 1
        bits = min(14, max(4, math.floor(math.log2(2**20 / count))))
        percentile = numpy.zeros(len(self.score))
        for number in range(count):
            rows = numpy.flatnonzero(self.selectable & (among == number))
            if len(rows) == 0:
                continue
            cell = cells(self.score[rows], bits)
            _, place = numpy.unique(cell, return_inverse=True)
            mass = numpy.zeros(place.max() + 1, numpy.int64)
            numpy.add.at(mass, place, self.ratings.tokens[rows])
            below = numpy.cumsum(mass) - mass
            percentile[rows] = ((below + mass / 2.0) / mass.sum())[place]
        return percentile

    def rates(self, percentile: numpy.ndarray) -> numpy.ndarray:
        if self.method == "bins":
            repeats = numpy.array(self.sample["bins"]["repeats"], numpy.float64)
            place = (percentile * len(repeats)).astype(numpy.int64)
            return repeats[numpy.minimum(place, len(repeats) - 1)]
        sigmoid = self.sample["sigmoid"]
        eta, slope, omega = (float(sigmoid[name]) for name in ("eta", "lambda", "omega"))
        epsilon = float(sigmoid.get("epsilon", 0))
        from_best = 1 - percentile
        curve = eta / (1 + numpy.exp(-slope * (omega - from_best))) + epsilon
        return numpy.where(from_best <= omega, curve, epsilon)

    # Quotas.

    def groups(self) -> tuple[list[str], numpy.ndarray]:
        """The names of the groups, and each document's group."""
        ratings = self.ratings
        if self.sample.get("quotas", "none") == "none":
            return ["(all)"], numpy.zeros(len(ratings.tokens), numpy.int64)
        by = self.sample.get("by", "source")
        topics = [f"topic {topic}" for topic in range(ratings.topics)]
        if by == "source":
            return ratings.sources, ratings.source
        if by == "topic":
            return topics, ratings.topic
        names = [f"{source} / {topic}" for source in ratings.sources for topic in topics]
        return names, ratings.source * ratings.topics + ratings.topic

    def divided_budget(self) -> list[int]:
        sample = self.sample
        mass = self.ratings.tokens * self.copies
        available = [0] * len(self.names)
        for group, rows in self.rows_by_group(numpy.arange(len(mass))):
            available[group] = int(mass[rows].sum())
        repeats = 1 if self.makes_copies else self.max_repeats
        budget = amount(sample.get("tokens", "100%"), sum(available))
        if len(self.names) == 1:
            return [budget]
        most = [tokens * repeats for tokens in available]
        least = [0] * len(most)
        for i, name in enumerate(self.names):
            pattern = best_pattern(sample.get("maximum", {}), name)
            if pattern is not None:
                most[i] = min(most[i], amount(sample["maximum"][pattern], budget))
            pattern = best_pattern(sample.get("minimum", {}), name)
            if pattern is not None:
                least[i] = min(most[i], amount(sample["minimum"][pattern], budget))
        two_levels = sample.get("by", "source") == "source-and-topic"
        inner = self.ratings.topics if two_levels else 1
        starts = range(0, len(self.names), inner)

        def sums(values):
            return [sum(values[start : start + inner]) for start in starts]

        outer_names = self.ratings.sources if two_levels else self.names
        outer_weights = self.weights(sample["quotas"], outer_names, sums(available))
        # A share of 0% is nothing, or the minimum.
        outer_most = [
            most_of if weight else least_of
            for weight, least_of, most_of in zip(outer_weights, sums(least), sums(most))
        ]
        budgets = []
        outer = divide(budget, outer_weights, sums(least), outer_most)
        for start, of_outer in zip(starts, outer):
            group = slice(start, start + inner)
            weights = self.weights(
                sample.get("topic-quotas", "proportional"), self.names[group], available[group]
            )
            budgets += divide(of_outer, weights, least[group], most[group])
        return budgets

    def weights(self, kind: str, names: list[str], available: list[int]) -> list:
        if kind == "equal":
            return [1 if tokens else 0 for tokens in available]
        if kind == "proportional":
            return available
        shares = self.sample["shares"]
        patterns = [best_pattern(shares, name) for name in names]
        totals = {
            pattern: sum(n for n, other in zip(available, patterns) if other == pattern)
            for pattern in shares
        }
        return [
            fractions.Fraction(float(str(shares[pattern]).rstrip("%")) / 100) * tokens / totals[pattern]
            if totals[pattern]
            else 0
            for pattern, tokens in zip(patterns, available)
        ]

    def rows_by_group(self, rows: numpy.ndarray):
        """Each group with its rows, in the order given."""
        rows = rows[numpy.argsort(self.group[rows], kind="stable")]
        groups, starts = numpy.unique(self.group[rows], return_index=True)
        return zip(groups.tolist(), numpy.split(rows, starts[1:]))

    # Selection.

    def keys(self) -> numpy.ndarray:
        method, score = self.method, self.score + 0.0
        temperature = float(self.sample.get("temperature", 1.0))
        if method == "top" or (method == "temperature" and temperature == 0):
            return score
        if method == "bottom":
            return -score + 0.0
        gumbel = -numpy.log(-numpy.log(self.ratings.units("sample", self.seed)))
        if method == "temperature" and temperature != math.inf:
            return score / temperature + gumbel
        return gumbel

    def take(self) -> numpy.ndarray:
        """How many copies of each document are selected."""
        rows = numpy.flatnonzero(self.copies > 0)
        # Stable, and documents are in the order of doc_id, which breaks ties.
        rows = rows[numpy.argsort(-self.keys()[rows], kind="stable")]
        taken = numpy.zeros(len(self.copies), numpy.int64)
        for group, of_group in self.rows_by_group(rows):
            budget = self.budgets[group]
            if not self.makes_copies:
                times, budget = divmod(budget, int(self.ratings.tokens[of_group].sum()))
                taken[of_group] += times
            if budget > 0:
                self.take_prefix(of_group, budget, taken)
        return taken

    def take_prefix(self, rows: numpy.ndarray, budget: int, taken: numpy.ndarray) -> None:
        """The first rows whose copies reach the budget, of the last only as many as are needed."""
        tokens, copies = self.ratings.tokens[rows], self.copies[rows]
        reached = numpy.cumsum(tokens * copies)
        last = int(numpy.searchsorted(reached, budget))
        taken[rows[:last]] += copies[:last]
        before = int(reached[last - 1]) if last else 0
        taken[rows[last]] += -((before - budget) // int(tokens[last]))

    def records(self) -> numpy.ndarray:
        rows = numpy.repeat(numpy.arange(len(self.taken)), self.taken)
        ends = numpy.cumsum(self.taken)[rows]
        copy = self.taken[rows] - (ends - numpy.arange(len(rows)))
        records = numpy.empty((len(rows), 20), numpy.uint8)
        records[:, :16] = self.ratings.ids[rows]
        records[:, 16:] = copy.astype(">i4").view(numpy.uint8).reshape(-1, 4)
        return records

    def tokens_by_group(self) -> dict[str, dict[str, int]]:
        mass = self.taken * self.ratings.tokens
        tokens = [0] * len(self.names)
        for group, rows in self.rows_by_group(numpy.flatnonzero(mass)):
            tokens[group] = int(mass[rows].sum())
        return {
            name: {"budget": budget, "tokens": selected}
            for name, budget, selected in zip(self.names, self.budgets, tokens)
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", required=True, metavar="FOLDER")
    parser.add_argument("--topics", metavar="FOLDER")
    parser.add_argument("--calibration", metavar="FOLDER", help="only for normalise = rank")
    parser.add_argument("--settings", required=True, metavar="FILE", help="name, seed, sample")
    parser.add_argument("--output", required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    ratings = Ratings(arguments.ratings, arguments.topics, arguments.calibration)
    output = pathlib.Path(arguments.output)
    for setting in json.loads(pathlib.Path(arguments.settings).read_text(encoding="utf-8")):
        selection = Selection(ratings, setting["sample"], setting["seed"])
        selection.records().tofile(output / (setting["name"] + ".rows"))
        groups = json.dumps(selection.tokens_by_group())
        (output / (setting["name"] + ".json")).write_text(groups, encoding="utf-8")
        print(f"{setting['name']}: {int((selection.taken > 0).sum())} documents", flush=True)


if __name__ == "__main__":
    main()
