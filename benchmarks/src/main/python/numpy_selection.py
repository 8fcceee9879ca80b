"""Selects documents by rating in NumPy, as QuRating does (arXiv 2402.09739): z-score, Gumbel noise,
the largest keys until the token budget is reached, the crossing document included; with quotas the
budget is divided among groups in proportion to their tokens.

Prints one line of JSON: seconds and processor seconds from opening the ratings to the closed
selection, without Python's start and imports; the peak of resident memory; what was selected.
"""

import argparse
import json
import os
import pathlib
import time

import numpy
import pyarrow
import pyarrow.parquet


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", required=True, help="folder of Parquet files")
    parser.add_argument("--topics", help="folder of Parquet files with the same rows")
    parser.add_argument("--criterion", required=True)
    parser.add_argument("--temperature", type=float, required=True)
    parser.add_argument("--share", type=float, required=True, help="of all tokens, 0 to 1")
    parser.add_argument("--by", choices=("none", "source", "source-and-topic"), required=True)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", required=True)
    return parser.parse_args()


def groups_of(table: pyarrow.Table, options: argparse.Namespace) -> numpy.ndarray:
    """Each document's quota group, from 0."""
    column = table["source"].dictionary_encode().unify_dictionaries()
    sources = pyarrow.chunked_array([chunk.indices for chunk in column.chunks]).to_numpy()
    if options.by == "source":
        return sources
    topics = pyarrow.parquet.read_table(options.topics, columns=["topic"])["topic"].to_numpy()
    return sources * (topics.max() + 1) + topics


def selected(keys: numpy.ndarray, tokens: numpy.ndarray, budget: float) -> numpy.ndarray:
    """The rows with the largest keys whose tokens reach the budget."""
    order = numpy.argsort(-keys)
    reached = numpy.cumsum(tokens[order], dtype=numpy.int64)
    return order[: numpy.searchsorted(reached, budget) + 1]


def selected_by_group(
    keys: numpy.ndarray, tokens: numpy.ndarray, groups: numpy.ndarray, share: float
) -> numpy.ndarray:
    """The same in each group, whose budget is its share."""
    order = numpy.argsort(-keys)
    order = order[numpy.argsort(groups[order], kind="stable")]
    tokens, groups = tokens[order], groups[order]
    available = numpy.bincount(groups, weights=tokens)
    before = numpy.cumsum(available) - available
    reached = numpy.cumsum(tokens, dtype=numpy.int64) - tokens - before[groups]
    return order[reached < share * available[groups]]


def main() -> None:
    options = arguments()
    began, processors = time.perf_counter(), time.process_time()
    table = pyarrow.parquet.read_table(
        options.ratings, columns=["doc_id", "source", "n_tokens", options.criterion]
    )
    scores = table[options.criterion].to_numpy()
    scores = (scores - scores.mean()) / scores.std()
    keys = scores / options.temperature
    keys += numpy.random.default_rng(options.seed).gumbel(size=len(keys))
    tokens = table["n_tokens"].to_numpy()
    if options.by == "none":
        rows = selected(keys, tokens, options.share * tokens.sum(dtype=numpy.int64))
    else:
        rows = selected_by_group(keys, tokens, groups_of(table, options), options.share)
    rows.sort()
    selection = table.select(["doc_id", "source", "n_tokens"]).take(rows)
    selection = selection.append_column("score", pyarrow.array(scores[rows]))
    selection = selection.append_column("key", pyarrow.array(keys[rows]))
    pyarrow.parquet.write_table(selection, options.output, compression="zstd")
    seconds, processors = time.perf_counter() - began, time.process_time() - processors

    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    print(
        json.dumps(
            {
                "seconds": seconds,
                "processorSeconds": processors,
                "peakBytes": peak,
                "documents": len(rows),
                "tokens": int(tokens[rows].sum(dtype=numpy.int64)),
                "meanScore": float(scores[rows].mean()),
                "bytes": os.path.getsize(options.output),
                "versions": f"NumPy {numpy.__version__}, pyarrow {pyarrow.__version__}",
            }
        )
    )


if __name__ == "__main__":
    main()
