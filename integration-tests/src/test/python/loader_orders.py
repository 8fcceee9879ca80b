"""Compares simulated reading orders with those of the trainers' own loaders.

The file of cases is JSON: a list of objects with the topology (nodes, ranks, workers, microBatch,
accumulate), what the set is made of, and `batches`: for each rank, for each batch, the numbers of
its samples. Each case's set is made of samples that hold nothing but their own number.
"""

import argparse
import itertools
import json
import os
import tempfile
import warnings

from expected_tokens import fail

SEQUENCE = 4


def round_robin(workers):
    """One batch of each worker in turn, as PyTorch's DataLoader gives them."""
    for batches in itertools.zip_longest(*workers):
        yield from (batch for batch in batches if batch is not None)


def batched(samples, size):
    samples = iter(samples)
    while batch := list(itertools.islice(samples, size)):
        yield batch


def ranks_of(case):
    return case["nodes"] * case["ranks"]


def write_rows(folder, dtype, rows, name):
    """Files of bare tokens: sequence i is the number i, SEQUENCE times."""
    import numpy

    first = 0
    paths = []
    for number, count in enumerate(rows):
        tokens = numpy.repeat(numpy.arange(first, first + count, dtype=dtype), SEQUENCE)
        path = os.path.join(folder, name % number)
        tokens.tofile(path)
        paths.append(path)
        first += count
    return paths


def mosaicml_streaming(case, folder):
    """The partitions that StreamingDataset iterates over, by its own function."""
    from streaming.base.partition import get_partitions

    warnings.simplefilter("ignore")  # about samples that are repeated
    workers = max(1, case["workers"])
    partitions = get_partitions(
        "relaxed", sum(case["rows"]), case["canonicalNodes"], case["nodes"], case["ranks"],
        workers, case["microBatch"],
    )
    for node in range(case["nodes"]):
        for rank in range(case["ranks"]):
            # A worker skips the places marked -1 and the loader puts batches together itself.
            streams = (partitions[node, rank, w].flatten() for w in range(workers))
            yield list(
                round_robin(
                    [
                        list(batched((int(i) for i in stream if i >= 0), case["microBatch"]))
                        for stream in streams
                    ]
                )
            )


def mosaicml_streaming_read(case, folder):
    """StreamingDataset itself, in this process, which is the only rank."""
    import numpy
    import streaming
    from streaming.base.util import clean_stale_shared_memory
    from torch.utils.data import DataLoader

    clean_stale_shared_memory()
    # The size at which a shard is full: samples of eight bytes, and their offsets.
    limit = 12 * max(case["rows"]) + 400
    with streaming.MDSWriter(out=folder, columns={"number": "int"}, size_limit=limit) as out:
        for number in range(sum(case["rows"])):
            out.write({"number": number})
    dataset = streaming.StreamingDataset(
        local=folder, shuffle=False, num_canonical_nodes=case["canonicalNodes"],
        batch_size=case["microBatch"],
    )
    loader = DataLoader(
        dataset, batch_size=case["microBatch"], num_workers=case["workers"], timeout=60 if case["workers"] else 0,
        collate_fn=lambda samples: [int(sample["number"]) for sample in samples],
    )
    yield list(loader)
    del loader, dataset
    clean_stale_shared_memory()


def olmo_core(case, folder):
    import numpy
    from olmo_core.data import DataCollator, NumpyFSLDataset, NumpyFSLDataLoader

    paths = write_rows(folder, numpy.uint16, case["rows"], "shard-%05d.npy")
    dataset = NumpyFSLDataset(
        *paths, sequence_length=SEQUENCE, pad_token_id=0, eos_token_id=0, vocab_size=65536,
        dtype=numpy.uint16,
        include_instance_metadata=False,
    )
    ranks = ranks_of(case)
    for rank in range(ranks):
        loader = NumpyFSLDataLoader(
            dataset,
            collator=DataCollator(pad_token_id=0),
            global_batch_size=ranks * case["microBatch"] * case["accumulate"] * SEQUENCE,
            work_dir=folder,
            dp_world_size=ranks,
            dp_rank=rank,
            fs_local_rank=rank,
            shuffle=False,
            num_workers=case["workers"],
        )
        if rank == 0:
            loader.reshuffle(epoch=1)
        else:
            loader._epoch = 1
        # What a rank gets for a step is cut into micro-batches by the trainer.
        yield [
            [int(row[0]) for row in micro]
            for batch in loader
            for micro in batch["input_ids"].split(case["microBatch"])
        ]


def datatrove(case, folder):
    """DatatroveFolderDataset as nanotron reads it: DistributedSampler, incomplete batches dropped."""
    import numpy
    from datatrove.utils.dataset import DatatroveFolderDataset

    write_rows(folder, numpy.uint16, case["rows"], "shard-%05d.ds")
    # Its windows are one token longer than the sequence that it is told.
    dataset = DatatroveFolderDataset(folder, seq_len=SEQUENCE - 1, filename_pattern="*.ds")
    yield from distributed_sampler(dataset, case, drop_last=True)


def distributed_sampler(dataset, case, drop_last):
    from torch.utils.data import DataLoader, DistributedSampler

    for rank in range(ranks_of(case)):
        sampler = DistributedSampler(
            dataset, num_replicas=ranks_of(case), rank=rank, shuffle=False, drop_last=drop_last
        )
        loader = DataLoader(
            dataset, sampler=sampler, batch_size=case["microBatch"], drop_last=drop_last,
            num_workers=case["workers"], collate_fn=first_tokens,
        )
        yield list(loader)


def first_tokens(samples):
    return [int(sample["input_ids"][0]) for sample in samples]


def load_parquet(case, folder, **options):
    os.environ.update(HF_HOME=os.path.join(folder, "cache"), HF_HUB_OFFLINE="1")
    import datasets
    import pyarrow
    import pyarrow.parquet

    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    files = []
    numbers = itertools.count()
    for index, count in enumerate(case["rows"]):
        table = pyarrow.table({"input_ids": [[next(numbers)] for _ in range(count)]})
        files.append(os.path.join(folder, f"shard-{index:05d}.parquet"))
        pyarrow.parquet.write_table(table, files[-1], row_group_size=5)
    return datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=folder, **options
    )


def hf_map(case, folder):
    yield from distributed_sampler(load_parquet(case, folder), case, drop_last=False)


def hf_split_by_node(case, folder):
    from datasets.distributed import split_dataset_by_node
    from torch.utils.data import DataLoader

    dataset = load_parquet(case, folder)
    for rank in range(ranks_of(case)):
        part = split_dataset_by_node(dataset, rank=rank, world_size=ranks_of(case))
        yield list(
            DataLoader(
                part, batch_size=case["microBatch"], num_workers=case["workers"],
                collate_fn=first_tokens,
            )
        )


def hf_streaming(case, folder):
    from datasets.distributed import split_dataset_by_node
    from torch.utils.data import DataLoader

    dataset = load_parquet(case, folder, streaming=True)
    for rank in range(ranks_of(case)):
        part = split_dataset_by_node(dataset, rank=rank, world_size=ranks_of(case))
        yield list(
            DataLoader(
                part, batch_size=case["microBatch"], num_workers=case["workers"],
                collate_fn=first_tokens,
            )
        )


def litdata(case, folder):
    import numpy
    from litdata import StreamingDataLoader, StreamingDataset, TokensLoader
    from litdata.utilities.env import _DistributedEnv

    paths = write_rows(folder, numpy.uint16, case["rows"], "chunk-0-%d.raw")
    chunks = []
    for path, rows in zip(paths, case["rows"]):
        with open(path, "rb") as file:
            tokens = file.read()
        header = numpy.array([1, 12, 12 + len(tokens)], dtype=numpy.uint32).tobytes()
        name = os.path.basename(path).replace(".raw", ".bin")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(header + tokens)
        os.remove(path)
        chunks.append(
            {
                "chunk_bytes": len(header + tokens), "chunk_size": 1, "dim": rows * SEQUENCE,
                "filename": name,
            }
        )
    config = {
        "chunk_bytes": None, "chunk_size": None, "compression": None,
        "data_format": ["no_header_tensor:20"],
        "data_spec": '[1, {"type": null, "context": null, "children_spec": []}]',
        "encryption": None, "item_loader": "TokensLoader",
    }
    with open(os.path.join(folder, "index.json"), "w") as file:
        json.dump({"chunks": chunks, "config": config, "updated_at": "0"}, file)
    for rank in range(ranks_of(case)):
        dataset = StreamingDataset(folder, item_loader=TokensLoader(block_size=SEQUENCE))
        # What torch.distributed would say in a run, and what follows from it.
        dataset.distributed_env = _DistributedEnv(ranks_of(case), rank, case["nodes"])
        dataset.drop_last = ranks_of(case) > 1
        loader = StreamingDataLoader(
            dataset, batch_size=case["microBatch"], num_workers=case["workers"]
        )
        yield [[int(row[0]) for row in batch] for batch in loader]


LOADERS = {
    "mosaicml-streaming": mosaicml_streaming,
    "mosaicml-streaming-read": mosaicml_streaming_read,
    "olmo-core": olmo_core,
    "datatrove": datatrove,
    "hf-map": hf_map,
    "hf-split-by-node": hf_split_by_node,
    "hf-streaming": hf_streaming,
    "litdata": litdata,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loader", required=True, choices=LOADERS)
    parser.add_argument("--cases", required=True, metavar="FILE")
    arguments = parser.parse_args()
    with open(arguments.cases) as file:
        cases = json.load(file)
    if not cases:
        fail("there are no cases")
    for case in cases:
        topology = {name: value for name, value in case.items() if name != "batches"}
        with tempfile.TemporaryDirectory() as folder:
            read = list(LOADERS[arguments.loader](case, folder))
        if len(read) != len(case["batches"]):
            fail(f"{topology}: {len(case['batches'])} ranks are simulated, but {len(read)} read")
        for rank, (simulated, real) in enumerate(zip(case["batches"], read)):
            if simulated != real:
                place = next(
                    (b for b, pair in enumerate(zip(simulated, real)) if pair[0] != pair[1]),
                    min(len(simulated), len(real)),
                )
                fail(
                    f"{topology}: rank {rank}, batch {place}: the loader gives"
                    f" {real[place:place + 3]}, the simulation {simulated[place:place + 3]}"
                )
    print(f"{arguments.loader}: {len(cases)} topologies, every rank, batch and sample as simulated")


if __name__ == "__main__":
    main()
