"""Reads a folder of .ds files with datatrove's data set and compares it with the expected tokens.

Its rows have S + 1 tokens and share none, so a step is a stretch of the same stream that is a
little longer than elsewhere.
"""

import importlib.metadata
import os

import numpy
from datatrove.utils.dataset import DatatroveFolderDataset
from torch.utils.data import DataLoader, DistributedSampler

from expected_tokens import ExpectedTokens, argument_parser, fail, read_ranks


def stack(rows):
    return numpy.stack([row["input_ids"] for row in rows])


def check_positions(dataset, rows: ExpectedTokens, end_of_text: int) -> None:
    """The ends of documents that the index lists are the end-of-text tokens."""
    length = rows.sequences.shape[1]
    for index in range(len(dataset)):
        found = dataset[index]["positions"].numpy()
        ends = numpy.flatnonzero(rows.sequences[index][:-1] == end_of_text) + 1
        starts = numpy.zeros(length, dtype=int)
        starts[ends] = ends
        wanted = numpy.arange(length) - numpy.maximum.accumulate(starts)
        # In the padding at the very end nothing ends.
        documents = slice(0, None) if index < len(dataset) - 2 else slice(0, ends[0] if len(ends) else 0)
        if not numpy.array_equal(found[documents], wanted[documents]):
            fail(f"row {index}: the positions in documents are not those of the end-of-text tokens")


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    rows = expected.rows(arguments.sequence_length + 1)

    def open_folder(**options):
        return DatatroveFolderDataset(
            arguments.shards,
            seq_len=arguments.sequence_length,
            token_size=arguments.token_bytes,
            **options,
        )

    try:
        dataset = open_folder()
        rows.check("DatatroveFolderDataset", (dataset[i]["input_ids"] for i in range(len(dataset))))
        check_positions(open_folder(return_positions=True), rows, int(expected.stream[-1]))
        for topology in arguments.topology:

            def read(rank: int):
                dataset = open_folder()
                sampler = DistributedSampler(dataset, topology.ranks, rank, shuffle=False)
                return DataLoader(
                    dataset,
                    sampler=sampler,
                    batch_size=topology.batch,
                    num_workers=topology.workers,
                    collate_fn=stack,
                )

            rows.check_steps("DatatroveFolderDataset", topology, read_ranks(topology, read))
    except Exception as error:
        fail(f"datatrove cannot read {arguments.shards}: {error!r}")
    files = sum(name.endswith(".ds") for name in os.listdir(arguments.shards))
    print(
        f"datatrove {importlib.metadata.version('datatrove')}: {len(expected)} sequences,"
        f" {expected.stream.size} tokens in {files} files as {len(rows)} rows of S + 1, in order by"
        f" {'; '.join(map(str, arguments.topology))}"
    )


if __name__ == "__main__":
    main()
