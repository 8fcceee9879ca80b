"""The token stream that the shards must hold, and its comparison with what a trainer's reader sees.

The file is raw little-endian token ids (2 or 4 bytes each): documents in curriculum order with
end-of-text after each, padded at the very end to whole sequences.
"""

import argparse
import collections
import multiprocessing
import os
import socket
import sys
import typing

import numpy

# Steps that a comparison must at least cover.
LEAST_STEPS = 50


def argument_parser(description: str) -> argparse.ArgumentParser:
    """The arguments that all readers share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--expected", required=True, metavar="FILE", help="raw token stream")
    parser.add_argument("--sequence-length", required=True, type=int, metavar="S")
    parser.add_argument("--token-bytes", required=True, type=int, choices=(2, 4))
    parser.add_argument(
        "--topology",
        action="append",
        type=Topology.parse,
        default=[],
        metavar="NODESxRANKSxWORKERSxBATCH",
        help="nodes, ranks of each, loader workers of each rank, sequences of a rank's batch",
    )
    return parser


class Topology(typing.NamedTuple):
    """Who reads: `ranks` is all ranks together, `batch` the sequences of a rank's batch."""

    nodes: int
    ranks: int
    workers: int
    batch: int

    @staticmethod
    def parse(text: str) -> "Topology":
        nodes, ranks_of_node, workers, batch = map(int, text.split("x"))
        return Topology(nodes, nodes * ranks_of_node, workers, batch)

    def __str__(self) -> str:
        return (
            f"{self.nodes} nodes x {self.ranks // self.nodes} ranks x {self.workers} workers,"
            f" batches of {self.batch}"
        )


def read_ranks(topology: Topology, read) -> list:
    """What each rank reads: `read(rank)` runs in a process of its own, with torchrun's variables.

    The processes are forked, so that the libraries are imported once.
    """
    context = multiprocessing.get_context("fork")
    ranks_of_node = topology.ranks // topology.nodes
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(rank: int, sender) -> None:
        os.environ.update(
            RANK=str(rank),
            GLOBAL_RANK=str(rank),
            LOCAL_RANK=str(rank % ranks_of_node),
            WORLD_SIZE=str(topology.ranks),
            LOCAL_WORLD_SIZE=str(ranks_of_node),
            NNODES=str(topology.nodes),
            MASTER_ADDR="127.0.0.1",
            MASTER_PORT=str(port),
        )
        try:
            batches = [numpy.asarray(batch).astype(numpy.int64) for batch in read(rank)]
            sender.send(batches)
        except BaseException as error:
            sender.send(RuntimeError(f"rank {rank}: {error!r}"))
        sender.close()

    processes, receivers = [], []
    for rank in range(topology.ranks):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(rank, sender))
        process.start()
        sender.close()
        processes.append(process)
        receivers.append(receiver)
    results = [receiver.recv() for receiver in receivers]
    for process in processes:
        process.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def fail(message: str) -> None:
    """Ends the program with exit status 1; messages start with the name of the script."""
    raise SystemExit(f"{os.path.basename(sys.argv[0])}: {message}")


class ExpectedTokens:
    """The stream cut into sequences: `sequences[j]` is stream[j*S : (j+1)*S]."""

    def __init__(self, file: str, sequence_length: int, token_bytes: int):
        stream = numpy.fromfile(file, dtype=f"<u{token_bytes}").astype(numpy.int64)
        if len(stream) == 0 or len(stream) % sequence_length:
            fail(f"{file} holds {len(stream)} tokens, not whole sequences of {sequence_length}")
        self.stream = stream
        self.sequences = stream.reshape(-1, sequence_length)

    def __len__(self) -> int:
        return len(self.sequences)

    def check(self, reader: str, read, order=None) -> None:
        """Compares sequence after sequence and fails at the first difference.

        Args:
            reader: what read them, for the message.
            read: an iterable of one-dimensional arrays of token ids.
            order: the indices of the sequences which `read` must give; all in order by default.
        """
        order = range(len(self)) if order is None else order
        position = -1
        for position, tokens in enumerate(read):
            if position >= len(order):
                fail(f"{reader}: more than the expected {len(order)} sequences")
            self.check_tokens(f"{reader}: position {position}", tokens, order[position])
        if position + 1 != len(order):
            fail(f"{reader}: {position + 1} sequences instead of {len(order)}")

    def check_steps(self, reader: str, topology: Topology, ranks: list) -> None:
        """Compares optimizer step after step what all ranks together read.

        Step k must give sequences [k*G, (k+1)*G), G the sequences of a step, each to one rank: which
        one is of no matter to the gradient. What does not fill a step at the end is let be, since
        readers drop or repeat it.

        Args:
            reader: what read them, for the message.
            ranks: for each rank its batches, arrays of sequences.
        """
        step_size = topology.ranks * topology.batch
        steps = len(self) // step_size
        reader = f"{reader}, {topology}"
        if steps < LEAST_STEPS:
            fail(f"{reader}: only {steps} steps of {step_size} sequences; the test needs {LEAST_STEPS}")
        for rank, batches in enumerate(ranks):
            if len(batches) < steps:
                fail(f"{reader}: rank {rank} gets {len(batches)} batches instead of {steps}")
        for step in range(steps):
            read = numpy.concatenate([batches[step] for batches in ranks])
            first = step * step_size
            wanted = self.sequences[first : first + step_size]
            if read.shape != wanted.shape:
                fail(f"{reader}: step {step} reads {read.shape} tokens instead of {wanted.shape}")
            left = collections.Counter(row.tobytes() for row in wanted)
            for row in read:
                if left[row.tobytes()] == 0:
                    found = numpy.flatnonzero((self.sequences == row).all(axis=1))
                    what = f"sequence {found[0]} of the curriculum" if len(found) else "no sequence"
                    fail(
                        f"{reader}: step {step} should read sequences {first} to"
                        f" {first + step_size - 1}, but one that it reads is {what}"
                    )
                left[row.tobytes()] -= 1

    def rows(self, length: int) -> "ExpectedTokens":
        """The same stream cut into rows of another length, the last one filled with end-of-text."""
        missing = -len(self.stream) % length
        other = object.__new__(ExpectedTokens)
        other.stream = numpy.append(self.stream, numpy.repeat(self.stream[-1:], missing))
        other.sequences = other.stream.reshape(-1, length)
        return other

    def check_tokens(self, where: str, tokens, index: int) -> None:
        """Compares one sequence with the expected sequence `index`."""
        tokens = numpy.asarray(tokens).astype(numpy.int64)
        wanted = self.sequences[index]
        if tokens.shape != wanted.shape:
            fail(f"{where}: shape {tokens.shape} instead of {wanted.shape}")
        different = numpy.flatnonzero(tokens != wanted)
        if len(different):
            first = different[0]
            found = numpy.flatnonzero((self.sequences == tokens).all(axis=1))
            hint = f"; what was read is expected as sequence {found[0]}" if len(found) else ""
            fail(
                f"{where}: should be sequence {index}, but token {first} of it is"
                f" {tokens[first]} instead of {wanted[first]}, {len(different)} tokens of"
                f" {len(wanted)} differ{hint}"
            )
