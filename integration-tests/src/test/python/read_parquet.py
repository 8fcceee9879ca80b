"""Reads Parquet shards with Hugging Face datasets and compares them with the expected tokens."""

import argparse
import glob
import os
import tempfile

from expected_tokens import ExpectedTokens, argument_parser, fail

RANKS = 2


def first(rows):
    return rows[0]


def read(expected: ExpectedTokens, arguments: argparse.Namespace) -> tuple[str, int]:
    import datasets  # only now, as it takes its cache folder from the environment
    from torch.utils.data import DataLoader, DistributedSampler

    datasets.disable_progress_bars()
    files = sorted(glob.glob(os.path.join(glob.escape(arguments.shards), "*.parquet")))
    if not files:
        fail(f"no *.parquet in {arguments.shards}")

    mapped = datasets.load_dataset("parquet", data_files=files, split="train")
    if mapped.column_names != ["input_ids"]:
        fail(f"{arguments.shards} has columns {mapped.column_names} instead of input_ids")
    mapped = mapped.with_format("numpy")
    expected.check("datasets by index", (mapped[i]["input_ids"] for i in range(len(mapped))))

    for rank in range(RANKS):
        sampler = DistributedSampler(mapped, num_replicas=RANKS, rank=rank, shuffle=False)
        loader = DataLoader(mapped, sampler=sampler, batch_size=1, collate_fn=first)
        # Where the ranks do not come out even, DistributedSampler begins again at the first row.
        even = -(-len(expected) // RANKS) * RANKS
        order = [i % len(expected) for i in range(rank, even, RANKS)]
        reader = f"datasets with DistributedSampler, rank {rank} of {RANKS}"
        expected.check(reader, (row["input_ids"] for row in loader), order)

    streamed = datasets.load_dataset("parquet", data_files=files, split="train", streaming=True)
    loader = DataLoader(streamed, num_workers=1, batch_size=None)
    expected.check("datasets streaming with 1 worker", (row["input_ids"] for row in loader))
    return datasets.__version__, len(files)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(HF_HOME=cache, HF_HUB_OFFLINE="1")
        try:
            version, files = read(expected, arguments)
        except Exception as error:
            fail(f"datasets cannot read {arguments.shards}: {error!r}")
    print(
        f"datasets {version}: {len(expected)} sequences, {expected.stream.size} tokens in {files}"
        f" files, in order by index, by {RANKS} ranks and by streaming"
    )


if __name__ == "__main__":
    main()
