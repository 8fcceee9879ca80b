"""Reads a Megatron .bin/.idx pair with megatron-core and compares it with the expected tokens.

First as it lies (IndexedDataset), then as a trainer sees it (GPTDataset with the index caches that
bin/megatron-order installs).
"""

import io
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

# Notes about GPU libraries that reading does not need.
warnings.filterwarnings("ignore", message="Transformer Engine and Apex are not installed")
logging.getLogger("torch.utils.flop_counter").setLevel(logging.ERROR)

import megatron.core
import numpy
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
from megatron.core.datasets.indexed_dataset import IndexedDataset
from megatron.core.tokenizers.text.libraries.null_tokenizer import NullTokenizer

from expected_tokens import ExpectedTokens, argument_parser, fail

HELPER = str(pathlib.Path(__file__).parents[4] / "bin" / "megatron-order")


def check_indexed_dataset(prefix: str, expected: ExpectedTokens, token_bytes: int) -> int:
    """Checks the files and returns the one token after the last sequence."""
    dataset = IndexedDataset(prefix)
    dtype = {2: numpy.uint16, 4: numpy.int32}[token_bytes]
    if dataset.index.dtype != dtype:
        fail(f"{prefix}.idx: tokens are {dataset.index.dtype.__name__} instead of {dtype.__name__}")
    count, length = expected.sequences.shape
    lengths = [length] * count + [1]
    if dataset.sequence_lengths.tolist() != lengths:
        found = sorted(set(dataset.sequence_lengths.tolist()))
        fail(
            f"{prefix}.idx: {len(dataset)} sequences of {found} tokens instead of {count} of"
            f" {length} and one of 1"
        )
    if dataset.document_indices.tolist() != list(range(count + 2)):
        fail(f"{prefix}.idx: a document is not one sequence: {dataset.document_indices[:10]}...")
    size, wanted = os.path.getsize(prefix + ".bin"), (expected.stream.size + 1) * token_bytes
    if size != wanted:
        fail(f"{prefix}.bin has {size} bytes instead of {wanted}")
    expected.check("IndexedDataset", (dataset[j] for j in range(count)))
    return int(dataset[count][0])


def build(prefix: str, sequence_length: int, samples: int, cache: str) -> GPTDataset:
    """Builds the training set as Megatron does with `--data-path PREFIX --split 100,0,0`.

    torch.distributed stays uninitialised: the builder then behaves as the only rank, and nothing
    here needs a process group or a GPU.
    """
    config = GPTDatasetConfig(
        random_seed=1234,
        sequence_length=sequence_length,
        blend=([prefix], None),
        split="1,0,0",
        path_to_cache=cache,
        # Only its end-of-document id and its name are used. It has no padding token, for which
        # GPTDataset would put token 0 into what it gives out.
        tokenizer=NullTokenizer(vocab_size=2**31 - 2),
        reset_position_ids=False,
        reset_attention_mask=False,
        eod_mask_loss=False,
        create_attention_mask=False,
    )
    return BlendedMegatronDatasetBuilder(
        GPTDataset, [samples, 0, 0], lambda: True, config
    ).build()[0]


def check_indices(folder: str, samples: int) -> None:
    """The orders that lie beside the data are byte for byte those that NumPy saves."""
    starts = numpy.arange(samples + 1, dtype=numpy.int32)
    identity = {
        "document_index": starts,  # with the document of one token
        "sample_index": numpy.stack([starts, numpy.zeros_like(starts)], axis=1),
        "shuffle_index": numpy.arange(samples, dtype=numpy.uint32),
    }
    for name, index in identity.items():
        wanted = io.BytesIO()
        numpy.save(wanted, index)
        with open(os.path.join(folder, name + ".npy"), "rb") as file:
            if file.read() != wanted.getvalue():
                fail(f"{folder}/{name}.npy is not the identity")


def check_gpt_dataset(
    prefix: str, expected: ExpectedTokens, next_token: int, topologies: list
) -> None:
    count, length = expected.sequences.shape
    stream = numpy.append(expected.stream, next_token)
    with tempfile.TemporaryDirectory() as cache:
        # The command that trains is this very script, which builds the data set and ends.
        trains = [sys.executable, "-B", __file__, "--build", prefix, str(length), str(count), cache]
        installs = [sys.executable, "-B", HELPER, os.path.dirname(prefix), cache, "--", *trains]
        result = subprocess.run(installs, capture_output=True, text=True)
        if result.returncode != 0:
            fail(f"megatron-order: {result.stdout}{result.stderr}")
        dataset = build(prefix, length, count, cache)
        if len(dataset) != count:
            fail(f"GPTDataset: {len(dataset)} samples instead of {count}")
        rows = []
        for j in range(len(dataset)):
            where = f"GPTDataset: sample {j}"
            sample = dataset[j]
            expected.check_tokens(where, sample["tokens"], j)
            # The labels are the tokens one further, so the last one belongs to the next sequence.
            wanted = stream[j * length + 1 : (j + 1) * length + 1]
            if not numpy.array_equal(sample["labels"].numpy(), wanted):
                fail(f"{where}: the labels are not the tokens shifted by one")
            rows.append(sample["tokens"].numpy())
    rows = numpy.stack(rows)
    for topology in topologies:
        # As MegatronPretrainingSampler deals them: each rank its part of each step's samples.
        step = topology.ranks * topology.batch
        steps = rows[: len(rows) // step * step].reshape(-1, topology.ranks, topology.batch, length)
        ranks = [list(steps[:, rank]) for rank in range(topology.ranks)]
        expected.check_steps("GPTDataset", topology, ranks)


def main() -> None:
    if sys.argv[1] == "--build":
        build(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
        return
    parser = argument_parser(__doc__)
    parser.add_argument("--shards", required=True, metavar="DIR")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    prefix = os.path.join(arguments.shards, "train")
    try:
        next_token = check_indexed_dataset(prefix, expected, arguments.token_bytes)
        check_indices(arguments.shards, len(expected))
        check_gpt_dataset(prefix, expected, next_token, arguments.topology)
    except Exception as error:
        fail(f"megatron-core cannot read {prefix}: {error!r}")
    print(
        f"megatron-core {megatron.core.__version__}: {len(expected)} sequences,"
        f" {expected.stream.size} tokens and one, in order by IndexedDataset and GPTDataset"
    )


if __name__ == "__main__":
    main()
