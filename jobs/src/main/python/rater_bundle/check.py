"""Rates with model.onnx and compares with the original framework."""

import dataclasses
import pathlib

import numpy
import onnxruntime

from rater_bundle.graph import MODEL
from rater_bundle.mistake import UserMistake
from rater_bundle.original import ChunkTokenizer, Scoring, document_scores


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


def check_chunks(session: Session, original, chunks: list[list[int]], scoring: Scoring) -> float:
    """The largest difference of a score, over chunks of all lengths, from the original framework."""
    worst = 0.0
    for ids in chunks:
        found = scoring.scores(session.run(ids))
        difference = numpy.abs(found - scoring.scores(original(ids))).max()
        worst = difference if not difference <= worst else worst  # NaN counts as worst
    return float(worst)


def check_padding(session: Session, chunks: list[list[int]], scoring: Scoring) -> float:
    """The largest difference of a score that padding makes: all chunks in one run, and each alone."""
    outputs = session.run_batch(chunks)
    worst = 0.0
    for ids, output in zip(chunks, outputs):
        padded = scoring.scores(output[: len(ids)] if scoring.pooling else output)
        difference = numpy.abs(padded - scoring.scores(session.run(ids))).max()
        worst = difference if not difference <= worst else worst
    return float(worst)


@dataclasses.dataclass(frozen=True)
class Gate:
    """What a lower precision costs: over `texts` documents, the worst of all criteria."""

    texts: int
    maximum_difference: float
    rank_correlation: float
    spread: float


def measure_gate(
    session: Session, original, tokenizer: ChunkTokenizer, scoring: Scoring, texts: list[str]
) -> Gate:
    found, wanted = (
        numpy.array([document_scores(text, tokenizer, scoring, run) for text in texts])
        for run in (session.run, original)
    )
    if not numpy.isfinite(found).all():
        raise UserMistake(
            f"{int((~numpy.isfinite(found)).any(1).sum())} of {len(texts)} texts get no finite score"
            " in this precision: the model's values leave its range. Take --precision fp32."
        )
    return Gate(
        len(texts),
        float(numpy.abs(found - wanted).max()),
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
