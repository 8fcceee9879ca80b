"""Reads an MDS folder with mosaicml-streaming and compares it with the expected tokens."""

import argparse
import os
import sys
import tempfile

import numpy
import streaming
from streaming.base.shared import prefix
from streaming.base.util import clean_stale_shared_memory
from torch.utils.data import DataLoader

from expected_tokens import ExpectedTokens, Topology, argument_parser, fail, read_ranks


def stack_tokens(samples):
    return numpy.stack([sample["tokens"] for sample in samples])


def check_files(shards: str, expected: ExpectedTokens, token_bytes: int) -> int:
    """Checks what the index says; returns the number of shards."""
    with tempfile.TemporaryDirectory() as local:
        dataset = streaming.StreamingDataset(remote=shards, local=local, batch_size=1)
    encoding = f"ndarray:uint{8 * token_bytes}:{expected.sequences.shape[1]}"
    for shard in dataset.shards:
        columns = dict(zip(shard.column_names, shard.column_encodings))
        if columns != {"tokens": encoding}:
            fail(f"{shard.raw_data.basename} has columns {columns} instead of tokens: {encoding}")
        forms = [form.basename for form in (shard.raw_data, shard.zip_data) if form]
        if not any(os.path.isfile(os.path.join(shards, name)) for name in forms):
            fail(f"{shards} lacks {' or '.join(forms)}, which its index.json lists")
    return len(dataset.shards)


def enter_node(node: int) -> None:
    """Gives this process the shared memory of a node of its own.

    Nodes are processes of one machine here. Their leaders would register under one name at once.
    """
    path = prefix._get_path
    for module in list(sys.modules.values()):
        if getattr(module, "_get_path", None) is path:
            module._get_path = lambda number, name: path(number + 1000 * node, name)


def read_topology(shards: str, topology: Topology, canonical_nodes: int) -> list:
    """Reads as a training run does: each node has a cache of its own, each rank its DataLoader."""
    ranks_of_node = topology.ranks // topology.nodes
    with tempfile.TemporaryDirectory() as folder:

        def read(rank: int):
            enter_node(rank // ranks_of_node)
            dataset = streaming.StreamingDataset(
                remote=shards,
                local=os.path.join(folder, f"node-{rank // ranks_of_node}"),
                shuffle=False,
                num_canonical_nodes=canonical_nodes,
                batch_size=topology.batch,
                validate_hash="sha256",
            )
            return DataLoader(
                dataset,
                batch_size=topology.batch,
                num_workers=topology.workers,
                collate_fn=stack_tokens,
                timeout=120 if topology.workers else 0,
            )

        return read_ranks(topology, read)


def read(arguments: argparse.Namespace, expected: ExpectedTokens) -> int:
    shards = check_files(arguments.shards, expected, arguments.token_bytes)
    for topology in arguments.topology:
        ranks = read_topology(arguments.shards, topology, arguments.canonical_nodes)
        expected.check_steps("StreamingDataset", topology, ranks)
    return shards


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    parser.add_argument("--canonical-nodes", type=int, default=1, metavar="C")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    # A killed reader leaves shared memory behind, over which the next one would stumble.
    clean_stale_shared_memory()
    try:
        shards = read(arguments, expected)
    except Exception as error:
        fail(f"mosaicml-streaming cannot read {arguments.shards}: {error!r}")
    finally:
        clean_stale_shared_memory()
    print(
        f"mosaicml-streaming {streaming.__version__}: {len(expected)} sequences,"
        f" {expected.stream.size} tokens in {shards} shards, in order by"
        f" {'; '.join(map(str, arguments.topology))}"
    )


if __name__ == "__main__":
    main()
