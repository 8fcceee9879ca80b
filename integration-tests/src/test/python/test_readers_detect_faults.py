"""The readers accept correct small shards and refuse faulty ones.

Run with the Python of the trainers environment. The shards are written here from the
descriptions of the formats (Parquet by pyarrow), apart from Gradus's own writers.
"""

import gzip
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
READERS = pathlib.Path(sys.prefix).parent
SEQUENCES, LENGTH, SHARDS = 401, 16, 4
END = 50256


def write_mds(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    encoding = f"ndarray:{sequences.dtype.name}:{LENGTH}"
    config = {
        "column_encodings": [encoding],
        "column_names": ["tokens"],
        "column_sizes": [sequences.itemsize * LENGTH],
        "compression": None,
        "format": "mds",
        "hashes": ["sha256"],
        "size_limit": 1 << 26,
        "version": 2,
    }
    header = json.dumps(config, sort_keys=True).encode()
    shards = []
    for number, part in enumerate(numpy.array_split(sequences, SHARDS)):
        first = 4 + 4 * (len(part) + 1) + len(header)
        offsets = [first + i * sequences.itemsize * LENGTH for i in range(len(part) + 1)]
        data = struct.pack(f"<I{len(offsets)}I", len(part), *offsets) + header + part.tobytes()
        name = f"shard.{number:05d}.mds"
        (folder / name).write_bytes(data)
        hashes = {"sha256": hashlib.sha256(data).hexdigest()}
        raw = {"basename": name, "bytes": len(data), "hashes": hashes}
        shards.append({**config, "raw_data": raw, "samples": len(part), "zip_data": None})
    (folder / "index.json").write_text(json.dumps({"shards": shards, "version": 2}))


def write_megatron(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    n, width = len(sequences) + 1, sequences.itemsize
    lengths = [LENGTH] * (n - 1) + [1]
    offsets = [i * LENGTH * width for i in range(n)]
    (folder / "train.bin").write_bytes(sequences.tobytes() + bytes(width))
    (folder / "train.idx").write_bytes(
        struct.pack("<9sQBQQ", b"MMIDIDX", 1, {2: 8, 4: 4}[width], n, n + 1)
        + struct.pack(f"<{n}i{n}q{n + 1}q", *lengths, *offsets, *range(n + 1))
    )
    starts = numpy.arange(n, dtype=numpy.int32)
    numpy.save(folder / "document_index.npy", starts)
    numpy.save(folder / "sample_index.npy", numpy.stack([starts, 0 * starts], axis=1))
    numpy.save(folder / "shuffle_index.npy", numpy.arange(n - 1, dtype=numpy.uint32))


def write_parquet(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    for number, part in enumerate(numpy.array_split(sequences.astype("<i4"), SHARDS)):
        rows = pyarrow.array(part.tolist(), pyarrow.list_(pyarrow.int32()))
        path = folder / f"shard-{number:05d}.parquet"
        pyarrow.parquet.write_table(pyarrow.table({"input_ids": rows}), path)


def write_olmo(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    for number, part in enumerate(numpy.array_split(sequences, SHARDS)):
        part.tofile(folder / f"part-{number:05d}.npy")
        ends = numpy.flatnonzero(part.reshape(-1) == END) + 1
        starts = [0, *ends]
        ends = [*ends, part.size] if starts[-1] < part.size else ends
        with gzip.open(folder / f"part-{number:05d}.csv.gz", "wt") as lines:
            lines.writelines(f"{start},{end}\n" for start, end in zip(starts, ends))


def write_datatrove(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    stream = sequences.reshape(-1)
    missing = -stream.size % (LENGTH + 1)
    numpy.append(stream, numpy.full(missing, END, stream.dtype)).tofile(folder / "train.ds")
    ends = numpy.flatnonzero(stream == END) + 1
    ends.astype("<u8").tofile(folder / "train.ds.index")


def write_litdata(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    """For 2 ranks x 2 workers and batches of 2: each worker's batches lie together."""
    batches = sequences[: len(sequences) // 4 * 4].reshape(-1, 2, 2, LENGTH)
    parts = [batches[worker::2, rank].reshape(-1, LENGTH) for rank in (0, 1) for worker in (0, 1)]
    chunks = []
    for number, part in enumerate(parts):
        first, size = 4 + 4 * (len(part) + 1), part.itemsize * LENGTH
        offsets = [first + i * size for i in range(len(part) + 1)]
        data = struct.pack(f"<I{len(offsets)}I", len(part), *offsets) + part.tobytes()
        name = f"chunk-0-{number}.bin"
        (folder / name).write_bytes(data)
        chunk = {"chunk_bytes": len(data), "chunk_size": len(part), "dim": part.size}
        chunks.append({**chunk, "filename": name})
    config = {
        "chunk_bytes": None,
        "chunk_size": None,
        "compression": None,
        "data_format": ["no_header_tensor:" + {2: "20", 4: "16"}[sequences.itemsize]],
        "data_spec": '[1, {"type": null, "context": null, "children_spec": []}]',
        "encryption": None,
        "item_loader": "TokensLoader",
    }
    index = {"chunks": chunks, "config": config, "updated_at": "0"}
    (folder / "index.json").write_text(json.dumps(index))


def swap_two(sequences):
    sequences[[71, 72]] = sequences[[72, 71]]  # of steps 17 and 18


def change_one_token(sequences):
    sequences[200, 5] += 1


class ReadersDetectFaults(unittest.TestCase):
    FORMATS = {
        "mds": (write_mds, "streaming", "read_mds.py", "--shards={}"),
        "megatron": (write_megatron, "trainers", "read_megatron.py", "--shards={}"),
        "olmo": (write_olmo, "trainers", "read_olmo.py", "--shards={}"),
        "datatrove": (write_datatrove, "trainers", "read_datatrove.py", "--shards={}"),
        "parquet": (write_parquet, "trainers", "read_parquet.py", "--shards={}"),
        "litdata": (write_litdata, "trainers", "read_litdata.py", "--shards={}"),
    }

    def run_reader(self, format, dtype="uint16", fault=None, remove=None):
        write, environment, script, argument = self.FORMATS[format]
        tokens = numpy.random.default_rng(7).integers(1, END, (SEQUENCES, LENGTH))
        tokens[::3, 5] = END
        tokens[-1, -1] = END
        sequences = tokens.astype(dtype)
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            expected = folder / "expected"
            expected.write_bytes(sequences.tobytes())
            shards = folder / "shards"
            shards.mkdir()
            if fault:
                fault(sequences)
            write(shards, sequences)
            if remove:
                (shards / remove).unlink()
            python = READERS / environment / "bin" / "python"
            options = [f"--expected={expected}", f"--sequence-length={LENGTH}"]
            options += [f"--token-bytes={sequences.itemsize}", argument.format(shards)]
            options += ["--topology=1x2x2x2"]
            return subprocess.run(
                [python, "-B", HERE / script, *options], capture_output=True, text=True
            )

    def run_readers(self, **faults):
        """Runs the readers of all formats side by side, as most of their time is start-up."""
        with ThreadPoolExecutor() as pool:
            results = pool.map(lambda format: self.run_reader(format, **faults), self.FORMATS)
            return dict(zip(self.FORMATS, results))

    def assert_accepted(self, results):
        for format, result in results.items():
            with self.subTest(format):
                self.assertEqual(0, result.returncode, result.stderr)
                self.assertRegex(result.stdout, r"\A.*: 401 sequences, 6416 tokens .*\n\Z")

    def assert_refused(self, result, message):
        self.assertEqual(1, result.returncode, result.stdout)
        self.assertRegex(result.stderr, message)

    def assert_all_refused(self, results, message):
        for format, result in results.items():
            with self.subTest(format):
                self.assert_refused(result, message)

    def test_accepts_two_byte_tokens(self):
        self.assert_accepted(self.run_readers(dtype="uint16"))

    def test_accepts_four_byte_tokens(self):
        self.assert_accepted(self.run_readers(dtype="uint32"))

    def test_refuses_two_sequences_swapped(self):
        results = self.run_readers(fault=swap_two)
        self.assert_all_refused(results, "should (be|read) sequence")

    def test_refuses_one_changed_token(self):
        results = self.run_readers(fault=change_one_token)
        self.assert_all_refused(results, "is no sequence|1 tokens of 1[67] differ")

    def test_refuses_a_missing_mds_shard(self):
        result = self.run_reader("mds", remove="shard.00001.mds")
        self.assert_refused(result, "lacks shard.00001.mds, which its index.json lists")

    def test_refuses_a_missing_megatron_file(self):
        result = self.run_reader("megatron", remove="train.bin")
        self.assert_refused(result, r"\.idx and \.bin files cannot be found")

    def test_refuses_a_missing_parquet_shard(self):
        result = self.run_reader("parquet", remove="shard-00001.parquet")
        self.assert_refused(result, "step 25 should read sequences 100 to 103, .* is sequence 202")


if __name__ == "__main__":
    unittest.main()
