"""Reads Parquet shards with Hugging Face datasets and compares them with the expected tokens."""

import argparse
import glob
import os
import tempfile

import numpy

from expected_tokens import ExpectedTokens, argument_parser, fail, read_ranks


def stack(rows):
    return numpy.stack([row["input_ids"] for row in rows])


def read(expected: ExpectedTokens, arguments: argparse.Namespace) -> tuple[str, int]:
    import datasets  # only now, as it takes its cache folder from the environment
    from datasets.distributed import split_dataset_by_node
    from torch.utils.data import DataLoader, DistributedSampler

    datasets.disable_progress_bars()
    files = sorted(glob.glob(os.path.join(glob.escape(arguments.shards), "*.parquet")))
    if not files:
        fail(f"no *.parquet in {arguments.shards}")

    if arguments.streaming:

        def read_rank(rank: int):
            rows = datasets.load_dataset(
                "parquet", data_files=files, split="train", streaming=True
            )
            return DataLoader(
                split_dataset_by_node(rows, rank=rank, world_size=topology.ranks),
                batch_size=topology.batch,
                num_workers=topology.workers,
                collate_fn=stack,
            )

        how = "datasets streaming"
    else:
        mapped = datasets.load_dataset("parquet", data_files=files, split="train")
        if mapped.column_names != ["input_ids"]:
            fail(f"{arguments.shards} has columns {mapped.column_names} instead of input_ids")
        mapped = mapped.with_format("numpy")

        def read_rank(rank: int):
            return DataLoader(
                mapped,
                sampler=DistributedSampler(mapped, topology.ranks, rank, shuffle=False),
                batch_size=topology.batch,
                num_workers=topology.workers,
                collate_fn=stack,
            )

        how = "datasets with DistributedSampler"
    for topology in arguments.topology:
        expected.check_steps(how, topology, read_ranks(topology, read_rank))
    return datasets.__version__, len(files)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    parser.add_argument(
        "--streaming", action="store_true", help="stream shards that are laid out for the topology"
    )
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
        f" files, in order by {'; '.join(map(str, arguments.topology))}"
    )


if __name__ == "__main__":
    main()
