"""The readers accept correct small shards and refuse faulty ones.

Run with the Python of the megatron-datasets environment. The shards are written here from the
descriptions of the formats (Parquet by pyarrow), apart from Gradus's own writers.
"""

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
SEQUENCES, LENGTH, SHARDS = 301, 16, 4


def write_mds(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    encoding = f"ndarray:{sequences.dtype.name}:{LENGTH}"
    config = {
        "column_encodings": [encoding],
        "column_names": ["tokens"],
        "column_sizes": [sequences.itemsize * LENGTH],
        "compression": None,
        "format": "mds",
        "hashes": [],
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
        raw = {"basename": name, "bytes": len(data), "hashes": {}}
        shards.append({**config, "raw_data": raw, "samples": len(part), "zip_data": None})
    (folder / "index.json").write_text(json.dumps({"shards": shards, "version": 2}))


def write_megatron(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    n, width = len(sequences) + 1, sequences.itemsize
    lengths = [LENGTH] * (n - 1) + [1]
    offsets = [i * LENGTH * width for i in range(n)]
    (folder / "tokens.bin").write_bytes(sequences.tobytes() + bytes(width))
    (folder / "tokens.idx").write_bytes(
        struct.pack("<9sQBQQ", b"MMIDIDX", 1, {2: 8, 4: 4}[width], n, n + 1)
        + struct.pack(f"<{n}i{n}q{n + 1}q", *lengths, *offsets, *range(n + 1))
    )


def write_parquet(folder: pathlib.Path, sequences: numpy.ndarray) -> None:
    for number, part in enumerate(numpy.array_split(sequences.astype("<i4"), SHARDS)):
        rows = pyarrow.array(part.tolist(), pyarrow.list_(pyarrow.int32()))
        path = folder / f"shard-{number:05d}.parquet"
        pyarrow.parquet.write_table(pyarrow.table({"input_ids": rows}), path)


def swap_two(sequences):
    sequences[[70, 71]] = sequences[[71, 70]]


def change_one_token(sequences):
    sequences[200, 5] += 1


class ReadersDetectFaults(unittest.TestCase):
    FORMATS = {
        "mds": (write_mds, "streaming", "read_mds.py", "--shards={}"),
        "megatron": (write_megatron, "megatron-datasets", "read_megatron.py", "--prefix={}/tokens"),
        "parquet": (write_parquet, "megatron-datasets", "read_parquet.py", "--shards={}"),
    }

    def run_reader(self, format, dtype="uint16", fault=None, remove=None):
        write, environment, script, argument = self.FORMATS[format]
        tokens = numpy.random.default_rng(7).integers(1, 50257, (SEQUENCES, LENGTH))
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
                self.assertRegex(result.stdout, r"\A.*: 301 sequences, 4816 tokens .*\n\Z")

    def assert_refused(self, result, message):
        self.assertEqual(1, result.returncode, result.stdout)
        self.assertRegex(result.stderr.splitlines()[-1], message)

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
        self.assert_all_refused(results, "should be sequence 70,.* expected as sequence 71")

    def test_refuses_one_changed_token(self):
        results = self.run_readers(fault=change_one_token)
        self.assert_all_refused(results, "sequence 200, but token 5 .* 1 tokens of 16 differ")

    def test_refuses_a_missing_mds_shard(self):
        result = self.run_reader("mds", remove="shard.00001.mds")
        self.assert_refused(result, "lacks shard.00001.mds, which its index.json lists")

    def test_refuses_a_missing_megatron_file(self):
        result = self.run_reader("megatron", remove="tokens.bin")
        self.assert_refused(result, r"\.idx and \.bin files cannot be found")

    def test_refuses_a_missing_parquet_shard(self):
        result = self.run_reader("parquet", remove="shard-00001.parquet")
        self.assert_refused(result, "should be sequence 76, .* expected as sequence 151")


if __name__ == "__main__":
    unittest.main()
