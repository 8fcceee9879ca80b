"""Rates with model.onnx and compares with the original framework."""

import dataclasses
import pathlib

import numpy
import onnxruntime

from rater_bundle.graph import MODEL
from rater_bundle.mistake import UserMistake
from rater_bundle.original import Scoring


class Session:
    """model.onnx on the CPU."""

    def __init__(self, folder: pathlib.Path, padding_token: int):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            folder / MODEL, options, providers=["CPUExecutionProvider"]
        )
        self.padding_token = padding_token

    def run(self, ids: list[int]) -> numpy.ndarray:
        """The output for one chunk."""
        return self.run_batch([ids])[0]

    def run_batch(self, rows: list[list[int]]) -> numpy.ndarray:
        """The outputs for several chunks, padded on the right."""
        longest = max(map(len, rows))
        ids = numpy.full((len(rows), longest), self.padding_token, numpy.int64)
        mask = numpy.zeros((len(rows), longest), numpy.int64)
        for row, values in enumerate(rows):
            ids[row, : len(values)] = values
            mask[row, : len(values)] = 1
        return self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def largest_difference(found, wanted) -> float:
    """NaN where any score is NaN."""
    return float(numpy.abs(numpy.array(found) - numpy.array(wanted)).max())


def chunk_scores(run, chunks: list[list[int]], scoring: Scoring) -> list[numpy.ndarray]:
    """The scores of each chunk alone."""
    return [scoring.scores(run(ids)) for ids in chunks]


def padded_chunk_scores(
    session: Session, chunks: list[list[int]], scoring: Scoring
) -> list[numpy.ndarray]:
    """The scores of all chunks from one run, padded to the longest."""
    outputs = session.run_batch(chunks)
    return [
        scoring.scores(output[: len(ids)] if scoring.pooling else output)
        for ids, output in zip(chunks, outputs)
    ]


@dataclasses.dataclass(frozen=True)
class Gate:
    """What a lower precision costs: over `texts` documents, the worst of all criteria."""

    texts: int
    maximum_difference: float
    rank_correlation: float
    spread: float


def measure_gate(found: numpy.ndarray, wanted: numpy.ndarray) -> Gate:
    """Compares scores [document, criterion] of a lower precision with those of the original."""
    if not numpy.isfinite(found).all():
        raise UserMistake(
            f"{int((~numpy.isfinite(found)).any(1).sum())} of {len(found)} texts get no finite score"
            " in this precision: the model's values leave its range. Take --precision fp32."
        )
    return Gate(
        len(found),
        largest_difference(found, wanted),
        min(rank_correlation(found[:, i], wanted[:, i]) for i in range(found.shape[1])),
        float(wanted.std(0).min()),
    )


def rank_correlation(first: numpy.ndarray, second: numpy.ndarray) -> float:
    """Spearman's, with equal values sharing the mean of their ranks."""
    ranks = [average_ranks(values) for values in (first, second)]
    if ranks[0].std() == 0 or ranks[1].std() == 0:
        raise UserMistake("All texts have the same score; give --texts that differ.")
    return float(numpy.corrcoef(*ranks)[0, 1])


def average_ranks(values: numpy.ndarray) -> numpy.ndarray:
    _, inverse, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    ends = numpy.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]
