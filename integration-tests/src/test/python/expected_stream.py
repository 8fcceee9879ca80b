"""Writes the token stream that shards must hold, from the order and documents tables alone.

Documents in the order's positions, end-of-text after each, padded at the end to whole sequences.
"""

import argparse
import pathlib

import numpy
import pyarrow.dataset


def table(folder: str, columns: list[str]) -> pyarrow.Table:
    files = sorted(str(path) for path in pathlib.Path(folder).glob("*.parquet"))
    return pyarrow.dataset.dataset(files).to_table(columns=columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--order", required=True, metavar="DIR")
    parser.add_argument("--documents", required=True, metavar="DIR")
    parser.add_argument("--end-of-text", required=True, type=int, metavar="ID")
    parser.add_argument("--token-bytes", required=True, type=int, choices=(2, 4))
    parser.add_argument("--sequence-length", required=True, type=int, metavar="S")
    parser.add_argument("--output", required=True, metavar="FILE")
    arguments = parser.parse_args()

    documents = table(arguments.documents, ["doc_id", "tokens"]).to_pydict()
    tokens = dict(zip(documents["doc_id"], documents["tokens"]))
    order = table(arguments.order, ["position", "doc_id"]).sort_by("position").to_pydict()
    end = arguments.end_of_text.to_bytes(arguments.token_bytes, "little")
    stream = b"".join(tokens[doc_id] + end for doc_id in order["doc_id"])
    dtype = f"<u{arguments.token_bytes}"
    missing = -(len(stream) // arguments.token_bytes) % arguments.sequence_length
    numpy.frombuffer(stream + end * missing, dtype).tofile(arguments.output)
    print(f"expected: {len(order['doc_id'])} documents, {len(stream) // arguments.token_bytes} tokens")


if __name__ == "__main__":
    main()
