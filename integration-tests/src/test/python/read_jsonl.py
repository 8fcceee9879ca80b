"""Reads texts with Hugging Face datasets and compares them with the order and documents tables."""

import argparse
import glob
import json
import os
import tempfile

from expected_stream import table
from expected_tokens import fail


def expected(arguments: argparse.Namespace):
    columns = ["doc_id", "external_id", "source", "text", "meta"]
    documents = {row["doc_id"]: row for row in table(arguments.documents, columns).to_pylist()}
    order = table(arguments.order, ["position", "doc_id", "score", "quantile"])
    for row in order.sort_by("position").to_pylist():
        document = documents[row["doc_id"]]
        yield {
            "id": document["doc_id"].hex(),
            "external_id": document["external_id"],
            "source": document["source"],
            "text": document["text"],
            "score": row["score"],
            "quantile": row["quantile"],
            "meta": json.loads(document["meta"]),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--order", required=True, metavar="DIR")
    parser.add_argument("--documents", required=True, metavar="DIR")
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    files = sorted(glob.glob(os.path.join(glob.escape(arguments.shards), "*.jsonl.zst")))
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(HF_HOME=cache, HF_HUB_OFFLINE="1")
        import datasets  # only now, as it takes its cache folder from the environment

        datasets.disable_progress_bars()
        rows = list(datasets.load_dataset("json", data_files=files, split="train"))
    wanted = list(expected(arguments))
    if len(rows) != len(wanted):
        fail(f"{len(rows)} documents instead of {len(wanted)}")
    for position, (row, document) in enumerate(zip(rows, wanted)):
        if row != document:
            fail(f"position {position}: {row} instead of {document}")
    print(f"datasets {datasets.__version__}: {len(rows)} texts in {len(files)} files, in order")


if __name__ == "__main__":
    main()
