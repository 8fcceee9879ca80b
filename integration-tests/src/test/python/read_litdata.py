"""Reads a LitData folder with its streaming data set and compares it with the expected tokens."""

import json
import os
import tempfile

import litdata
import numpy
from litdata import StreamingDataLoader, StreamingDataset, TokensLoader

from expected_tokens import ExpectedTokens, Topology, argument_parser, fail, read_ranks


def stack(rows):
    return numpy.stack([row.numpy() for row in rows])


def read_topology(shards: str, length: int, topology: Topology) -> list:
    with tempfile.TemporaryDirectory() as folder:

        def read(rank: int):
            dataset = StreamingDataset(
                shards,
                cache_dir=os.path.join(folder, str(rank)),
                item_loader=TokensLoader(block_size=length),
                shuffle=False,
                drop_last=True,
            )
            return StreamingDataLoader(
                dataset,
                batch_size=topology.batch,
                num_workers=topology.workers,
                collate_fn=stack,
            )

        return read_ranks(topology, read)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    try:
        with open(os.path.join(arguments.shards, "index.json")) as index:
            chunks = json.load(index)["chunks"]
        for chunk in chunks:
            if not os.path.isfile(os.path.join(arguments.shards, chunk["filename"])):
                fail(f"{arguments.shards} lacks {chunk['filename']}, which its index.json lists")
        for topology in arguments.topology:
            ranks = read_topology(arguments.shards, arguments.sequence_length, topology)
            expected.check_steps("StreamingDataset", topology, ranks)
    except Exception as error:
        fail(f"litdata cannot read {arguments.shards}: {error!r}")
    print(
        f"litdata {litdata.__version__}: {len(expected)} sequences, {expected.stream.size} tokens"
        f" in {len(chunks)} chunks, in order by {'; '.join(map(str, arguments.topology))}"
    )


if __name__ == "__main__":
    main()
