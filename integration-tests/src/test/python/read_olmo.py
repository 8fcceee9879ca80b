"""Reads OLMo-core's numpy files with its data set and loader and compares them with the expected."""

import argparse
import glob
import logging
import os
import tempfile
import warnings

warnings.filterwarnings("ignore", category=FutureWarning)
logging.getLogger("torch.utils.flop_counter").setLevel(logging.ERROR)

import numpy
from olmo_core.data import (
    DataCollator,
    NumpyDataLoaderBase,
    NumpyDatasetDType,
    NumpyFSLDatasetConfig,
    TokenizerConfig,
)
from olmo_core.data.utils import iter_document_indices
from olmo_core.version import VERSION

from expected_tokens import ExpectedTokens, Topology, argument_parser, fail, read_ranks


def build(arguments: argparse.Namespace, paths: list, end_of_text: int, work: str):
    return NumpyFSLDatasetConfig(
        paths=paths,
        sequence_length=arguments.sequence_length,
        tokenizer=TokenizerConfig(
            vocab_size=end_of_text + 1, eos_token_id=end_of_text, pad_token_id=end_of_text
        ),
        dtype={2: NumpyDatasetDType.uint16, 4: NumpyDatasetDType.uint32}[arguments.token_bytes],
        work_dir=work,
    ).build()


def check_boundaries(paths: list, end_of_text: int, arguments: argparse.Namespace) -> None:
    """The documents that each file lists are those that its end-of-text tokens tell."""
    dtype = {2: numpy.uint16, 4: numpy.uint32}[arguments.token_bytes]
    for path in paths:
        listed = list(iter_document_indices(path, use_array_if_local=False, dtype=dtype))
        told = list(iter_document_indices(path, eos_token_id=end_of_text, dtype=dtype))
        tokens = numpy.fromfile(path, dtype)
        if told and told[-1][1] < len(tokens):
            told.append((told[-1][1], len(tokens)))
        # Padding at the very end reads as documents of one token.
        if listed != told[: len(listed)] or (tokens[listed[-1][1] :] != end_of_text).any():
            fail(f"{path}: the documents of its .csv.gz are not those between end-of-text tokens")


def read_topology(arguments, paths, end_of_text: int, topology: Topology) -> list:
    with tempfile.TemporaryDirectory() as work:

        def read(rank: int):
            dataset = build(arguments, paths, end_of_text, os.path.join(work, str(rank)))
            dataset.prepare()
            loader = NumpyDataLoaderBase.wrap_numpy_dataset(
                dataset,
                global_batch_size=topology.ranks * topology.batch * arguments.sequence_length,
                collator=DataCollator(pad_token_id=end_of_text),
                work_dir=os.path.join(work, str(rank)),
                dp_world_size=topology.ranks,
                dp_rank=rank,
                num_workers=topology.workers,
                shuffle=False,
            )
            loader.reshuffle(epoch=1)
            return [batch["input_ids"].numpy() for batch in loader]

        return read_ranks(topology, read)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    end_of_text = int(expected.stream[-1])
    paths = sorted(glob.glob(os.path.join(glob.escape(arguments.shards), "*.npy")))
    if not paths:
        fail(f"no *.npy in {arguments.shards}")
    try:
        check_boundaries(paths, end_of_text, arguments)
        for topology in arguments.topology:
            ranks = read_topology(arguments, paths, end_of_text, topology)
            expected.check_steps("NumpyFSLDataset", topology, ranks)
    except Exception as error:
        fail(f"OLMo-core cannot read {arguments.shards}: {error!r}")
    print(
        f"OLMo-core {VERSION}: {len(expected)} sequences, {expected.stream.size} tokens in"
        f" {len(paths)} files, in order by {'; '.join(map(str, arguments.topology))}"
    )


if __name__ == "__main__":
    main()
