"""The token stream that the shards must hold, and its comparison with what a trainer's reader sees.

The file is raw little-endian token ids (2 or 4 bytes each): documents in curriculum order with
end-of-text after each, padded at the very end to whole sequences.
"""

import argparse
import os
import sys

import numpy


def argument_parser(description: str) -> argparse.ArgumentParser:
    """The arguments that all readers share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--expected", required=True, metavar="FILE", help="raw token stream")
    parser.add_argument("--sequence-length", required=True, type=int, metavar="S")
    parser.add_argument("--token-bytes", required=True, type=int, choices=(2, 4))
    return parser


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
