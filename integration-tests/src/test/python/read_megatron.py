"""Reads a Megatron .bin/.idx pair with megatron-core and compares it with the expected tokens.

First as it lies (IndexedDataset), then as a trainer sees it (GPTDataset with the index caches that
keep the order).
"""

import glob
import logging
import os
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


def write_identity_caches(cache: str, samples: int) -> None:
    """Replaces the shuffled indices in the cache by the identity.

    Their names hold a digest over a description of the data set and its tokenizer, so Megatron
    itself has to build them once.
    """
    documents = numpy.arange(samples + 1, dtype=numpy.int32)  # with the document of one token
    starts = numpy.arange(samples + 1, dtype=numpy.int32)
    identity = {
        "document_index": documents,
        "sample_index": numpy.stack([starts, numpy.zeros_like(starts)], axis=1),
        "shuffle_index": numpy.arange(samples, dtype=numpy.uint32),
    }
    for name, index in identity.items():
        (path,) = glob.glob(os.path.join(glob.escape(cache), f"*-GPTDataset-train-{name}.npy"))
        planned = numpy.load(path)
        if (planned.shape, planned.dtype) != (index.shape, index.dtype):
            fail(
                f"GPTDataset planned a {name} of {planned.dtype} {planned.shape} instead of"
                f" {index.dtype} {index.shape}: too few tokens for one epoch?"
            )
        numpy.save(path, index)


def check_gpt_dataset(prefix: str, expected: ExpectedTokens, next_token: int) -> None:
    count, length = expected.sequences.shape
    stream = numpy.append(expected.stream, next_token)
    with tempfile.TemporaryDirectory() as cache:
        build(prefix, length, count, cache)
        write_identity_caches(cache, count)
        dataset = build(prefix, length, count, cache)
        if len(dataset) != count:
            fail(f"GPTDataset: {len(dataset)} samples instead of {count}")
        samples = (dataset[j] for j in range(count))
        for j, sample in enumerate(samples):
            where = f"GPTDataset: sample {j}"
            expected.check_tokens(where, sample["tokens"], j)
            # The labels are the tokens one further, so the last one belongs to the next sequence.
            wanted = stream[j * length + 1 : (j + 1) * length + 1]
            if not numpy.array_equal(sample["labels"].numpy(), wanted):
                fail(f"{where}: the labels are not the tokens shifted by one")


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--prefix", required=True, help="path of the two files without .bin/.idx")
    arguments = parser.parse_args()
    expected = ExpectedTokens(
        arguments.expected, arguments.sequence_length, arguments.token_bytes
    )
    try:
        next_token = check_indexed_dataset(arguments.prefix, expected, arguments.token_bytes)
        check_gpt_dataset(arguments.prefix, expected, next_token)
    except Exception as error:
        fail(f"megatron-core cannot read {arguments.prefix}: {error!r}")
    print(
        f"megatron-core {megatron.core.__version__}: {len(expected)} sequences,"
        f" {expected.stream.size} tokens and one, in order by IndexedDataset and GPTDataset"
    )


if __name__ == "__main__":
    main()
