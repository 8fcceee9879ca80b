"""Reads an MDS folder with mosaicml-streaming and compares it with the expected tokens."""

import os

import numpy
import streaming
from streaming.base.util import clean_stale_shared_memory
from torch.utils.data import DataLoader

from expected_tokens import ExpectedTokens, argument_parser, fail

BATCH_SIZE = 8


def stack_tokens(samples):
    return numpy.stack([sample["tokens"] for sample in samples])


def open_shards(shards: str) -> streaming.StreamingDataset:
    # One canonical node: otherwise a run on several nodes interleaves that many parts of the set.
    return streaming.StreamingDataset(
        local=shards, shuffle=False, num_canonical_nodes=1, batch_size=BATCH_SIZE
    )


def read(shards: str, expected: ExpectedTokens, token_bytes: int) -> int:
    dataset = open_shards(shards)
    encoding = f"ndarray:uint{8 * token_bytes}:{expected.sequences.shape[1]}"
    for shard in dataset.shards:
        columns = dict(zip(shard.column_names, shard.column_encodings))
        if columns != {"tokens": encoding}:
            fail(f"{shard.raw_data.basename} has columns {columns} instead of tokens: {encoding}")
        forms = [form.basename for form in (shard.raw_data, shard.zip_data) if form]
        if not any(os.path.isfile(os.path.join(shards, name)) for name in forms):
            fail(f"{shards} lacks {' or '.join(forms)}, which its index.json lists")
    expected.check("StreamingDataset by index", (dataset[i]["tokens"] for i in range(len(dataset))))
    for workers in (0, 2):
        # A new dataset for each: once iterated, it keeps threads, which do not live on in forked
        # workers, so that these would wait for ever.
        loader = DataLoader(
            open_shards(shards),
            batch_size=BATCH_SIZE,
            num_workers=workers,
            collate_fn=stack_tokens,
            timeout=300 if workers else 0,
        )
        rows = (row for batch in loader for row in batch)
        expected.check(f"StreamingDataset through a DataLoader with {workers} workers", rows)
    return len(dataset.shards)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    # A killed reader leaves shared memory behind, over which the next one would stumble.
    clean_stale_shared_memory()
    try:
        shards = read(arguments.shards, expected, arguments.token_bytes)
    except Exception as error:
        fail(f"mosaicml-streaming cannot read {arguments.shards}: {error!r}")
    finally:
        clean_stale_shared_memory()
    print(
        f"mosaicml-streaming {streaming.__version__}: {len(expected)} sequences,"
        f" {expected.stream.size} tokens in {shards} shards, in order by index and by iteration"
        " with 0 and 2 workers"
    )


if __name__ == "__main__":
    main()
