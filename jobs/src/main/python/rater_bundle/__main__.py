"""Makes a rater bundle from the folder of a Hugging Face model."""

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys

# Nothing is fetched: what the model needs lies in its folder.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import numpy
import transformers

from rater_bundle.check import (
    Gate, Session, chunk_scores, largest_difference, measure_gate, padded_chunk_scores,
)
from rater_bundle.graph import export, fused_operators, quantise
from rater_bundle.mistake import UserMistake
from rater_bundle.original import (
    Chunking, ChunkTokenizer, Criterion, Scoring, all_scores, first_line, load_model, torch_run,
)
from rater_bundle.texts import BUILT_IN, built_in_sample, long_text, read_texts

# Per precision: how far a chunk's score may lie from the original framework's, and the limits of
# the gate (the largest difference as a share of the scores' standard deviation; the least rank
# correlation).
SAME = 1e-3
LIMITS = {"fp16": (0.05, 0.999), "int8": (0.5, 0.95)}
# Columns that Gradus's own tables have; it refuses a bundle whose criteria are called so.
TAKEN_NAMES = frozenset(
    "doc_id source n_tokens n_chunks n_rater_tokens failure detail chunk start tokens".split()
)
TOLERANCE = {"fp32": 0.001, "fp16": 0.01, "int8": 0.05}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "spm.model", "tokenizer.model", "vocab.txt")
# A padded chunk's score may differ from an unpadded one's by the rounding of other sums only.
PADDING = {"fp32": 1e-4, "fp16": 1e-2}


def arguments_of(command_line: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make-rater-bundle",
        description=__doc__,
        epilog="Examples for known raters: docs/making-rater-bundles.md",
    )
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL", help="the model's folder")
    parser.add_argument("bundle", type=pathlib.Path, metavar="BUNDLE", help="the folder to make")
    parser.add_argument("--name", required=True, help="the rater's name")
    parser.add_argument("--version", required=True, help="the rater's version")
    parser.add_argument("--licence", required=True, help="the model's licence, such as apache-2.0")
    parser.add_argument("--description", help="what the scores mean")
    parser.add_argument(
        "--criterion", action="append", default=[], metavar="NAME=INDEX|NAME=W0,W1,...",
        help="a column of scores: one output of the model, or a sum of all outputs by weights, after"
        " the activation; once for each column",
    )
    parser.add_argument(
        "--activation", choices=("none", "softmax", "sigmoid"),
        help="what is done with the logits (default none)",
    )
    parser.add_argument(
        "--chunk-tokens", type=int, default=512, metavar="N",
        help="how many tokens the model sees at once, special tokens included (default 512)",
    )
    parser.add_argument(
        "--special-tokens", required=True, choices=("none", "add"),
        help="whether the tokenizer's special tokens are put around each chunk",
    )
    parser.add_argument(
        "--minimum-tail", type=int, default=1, metavar="N",
        help="a last chunk with fewer tokens is left out, unless it is the only one (default 1)",
    )
    parser.add_argument("--precision", choices=("fp32", "fp16", "int8"), default="fp32")
    parser.add_argument(
        "--attention", choices=("fused", "plain"), default="fused",
        help="plain: standard ONNX operators only, for runtimes other than ONNX Runtime's own CPU and"
        " CUDA providers",
    )
    parser.add_argument(
        "--base", type=pathlib.Path, metavar="FOLDER",
        help="the base model's folder, where the model's config.json only names a base_model",
    )
    parser.add_argument(
        "--heads", type=pathlib.Path, metavar="FILE",
        help="instead of --criterion, for models without a head: a JSON list of {name, weights, bias}"
        " over the pooled hidden states",
    )
    parser.add_argument(
        "--pooling", choices=("mean", "cls", "last-token"), help="with --heads (default mean)"
    )
    parser.add_argument(
        "--normalise", action="store_true", help="with --heads: scale the pooled states to length 1"
    )
    parser.add_argument(
        "--probes", type=pathlib.Path, metavar="FILE",
        help='the probes\' texts, a JSON line {"text": ...} each (default: built-in texts)',
    )
    parser.add_argument(
        "--tolerance", type=float, metavar="X",
        help="how far a probe's score may be missed (default 0.001, 0.01 for fp16, 0.05 for int8; at"
        " least twice what the probes miss for fp16 and int8)",
    )
    parser.add_argument(
        "--texts", type=pathlib.Path, metavar="FILE",
        help="for fp16 and int8: texts on which they are compared with fp32, a JSON line"
        ' {"text": ...} each, 200 of the corpus or more (default: 28 built-in texts, a weak test)',
    )
    parser.add_argument(
        "--maximum-difference", type=float, metavar="X",
        help="the gate for fp16 and int8: the largest difference from an fp32 score (default: 0.05 of"
        " the scores' standard deviation for fp16, 0.5 for int8)",
    )
    parser.add_argument(
        "--rank-correlation", type=float, metavar="R",
        help="the gate for fp16 and int8: the least rank correlation with fp32 (default 0.999 for"
        " fp16, 0.95 for int8)",
    )
    return parser.parse_args(command_line)


def main() -> None:
    arguments = arguments_of(None)
    try:
        make(arguments)
    except UserMistake as mistake:
        print(f"make-rater-bundle: {mistake}", file=sys.stderr)
        raise SystemExit(2) from None


def make(arguments: argparse.Namespace) -> None:
    check_arguments(arguments)
    transformers.logging.disable_progress_bar()
    chunking = Chunking(
        arguments.chunk_tokens, arguments.special_tokens == "add", arguments.minimum_tail
    )
    model = load_model(arguments.model, arguments.base, states=arguments.heads is not None)
    tokenizer = ChunkTokenizer(tokenizer_folder(arguments), chunking)
    original = torch_run(model)
    scoring = scoring_of(arguments, check_output(original, tokenizer, model.config))
    padding_token = padding_token_of(tokenizer, model.config)

    # Everything that the original framework has to say comes first: fp16 rounds its weights later.
    probe_texts = read_texts(arguments.probes) if arguments.probes else default_probes(tokenizer)
    gate_texts = gate_texts_of(arguments, tokenizer)
    say(f"rating {len(probe_texts) + len(gate_texts)} texts with transformers")
    probes = all_scores(probe_texts, tokenizer, scoring, original)
    fp32_scores = all_scores(gate_texts, tokenizer, scoring, original)
    chunks = sample_chunks(tokenizer, probe_texts)
    wanted = chunk_scores(original, chunks, scoring)
    if not numpy.isfinite(probes).all():
        raise UserMistake(f"{arguments.model}: the model itself gives scores that are not finite.")

    partial = arguments.bundle.with_name(arguments.bundle.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        output = "last_hidden_state" if arguments.heads else "logits"
        sample = Sample(chunks, wanted, scoring, padding_token)
        write_graph(arguments, model, sample, output, partial)
        tokenizer.backend.save(str(partial / "tokenizer.json"))
        session = Session(partial, padding_token)
        gate = None
        if gate_texts:
            gate = measure_gate(
                all_scores(gate_texts, tokenizer, scoring, session.run), fp32_scores
            )
            check_gate(arguments, gate)
        rated = all_scores(probe_texts, tokenizer, scoring, session.run)
        tolerance = tolerance_of(arguments, largest_difference(rated, probes))
        check_probes(rated, probes, tolerance)
        definition = definition_of(
            arguments, scoring, padding_token, output, tolerance, probe_texts, probes, gate
        )
        definition["files"] = {file.name: sha256(file) for file in sorted(partial.iterdir())}
        text = json.dumps(definition, indent=2, ensure_ascii=False) + "\n"
        (partial / "rater.json").write_text(text, encoding="utf-8")
        if arguments.bundle.exists():
            arguments.bundle.rmdir()
        partial.rename(arguments.bundle)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    say(f"{arguments.bundle} is ready; 'gradus rater check {arguments.bundle}' checks it again.")


@dataclasses.dataclass(frozen=True)
class Sample:
    """Chunks of many lengths with the original framework's scores, to check graphs with."""

    chunks: list[list[int]]
    wanted: list[numpy.ndarray]
    scoring: Scoring
    padding_token: int

    def problem(self, folder: pathlib.Path) -> str | None:
        """What is wrong with the fp32 graph in a folder, if anything."""
        session = Session(folder, self.padding_token)
        found = chunk_scores(session.run, self.chunks, self.scoring)
        difference = largest_difference(found, self.wanted)
        if not difference <= SAME:
            return (
                f"its scores differ by {difference:.2g} from the original framework's, more than"
                f" {SAME}"
            )
        return self.padding_problem(session, found, PADDING["fp32"])

    def padding_problem(self, session: Session, found, limit: float) -> str | None:
        padded = padded_chunk_scores(session, self.chunks, self.scoring)
        difference = largest_difference(padded, found)
        if not difference <= limit:
            return (
                f"a padded chunk's score differs by {difference:.2g} from an unpadded one's, more"
                f" than {limit}"
            )
        return None


def check_arguments(arguments: argparse.Namespace) -> None:
    bundle = arguments.bundle
    if bundle.exists() and not (bundle.is_dir() and not any(bundle.iterdir())):
        raise UserMistake(f"{bundle} is there already. Name another folder, or remove it.")
    if arguments.minimum_tail < 1:
        raise UserMistake(f"--minimum-tail {arguments.minimum_tail}: must be 1 or more.")
    if arguments.tolerance is not None and not arguments.tolerance > 0:
        raise UserMistake(f"--tolerance {arguments.tolerance}: must be above 0.")
    if arguments.heads:
        if arguments.criterion or arguments.activation:
            raise UserMistake("--heads takes the place of --criterion and --activation.")
    else:
        if not arguments.criterion:
            raise UserMistake("No --criterion: name at least one column, such as --criterion quality=0.")
        if arguments.pooling or arguments.normalise:
            raise UserMistake("--pooling and --normalise are for --heads; a classifier pools by itself.")
    if arguments.precision == "fp32":
        for option in ("texts", "maximum_difference", "rank_correlation"):
            if getattr(arguments, option) is not None:
                name = "--" + option.replace("_", "-")
                raise UserMistake(f"{name} is for --precision fp16 or int8; fp32 has no gate.")


def tokenizer_folder(arguments: argparse.Namespace) -> pathlib.Path:
    """A base model's tokenizer serves where the model has none of its own."""
    own = any((arguments.model / name).exists() for name in TOKENIZER_FILES)
    return arguments.model if own or arguments.base is None else arguments.base


def check_output(original, tokenizer: ChunkTokenizer, config) -> int:
    """Runs the longest chunk; gives how many outputs or how wide states the model has."""
    longest = tokenizer.chunking.tokens
    limit = getattr(config, "max_position_embeddings", None) or longest
    ids = next(
        ids for ids, weight in tokenizer.chunks(long_text(tokenizer)) if weight == tokenizer.stride
    )
    try:
        width = original(ids).shape[-1]
    except (IndexError, RuntimeError) as error:
        raise UserMistake(
            f"--chunk-tokens {longest}: the model cannot rate so long a chunk; its configuration names"
            f" {limit} positions, of which some families use two for themselves"
            f" ({first_line(error)})."
        ) from error
    if longest > limit:
        say(f"note: --chunk-tokens {longest} is above the {limit} positions of its configuration")
    return width


def scoring_of(arguments: argparse.Namespace, width: int) -> Scoring:
    if arguments.heads:
        criteria = read_heads(arguments.heads, width)
    else:
        criteria = tuple(read_criterion(text, width) for text in arguments.criterion)
    names = [criterion.name for criterion in criteria]
    if len(set(names)) < len(names):
        raise UserMistake(f"Two criteria have the same name: {', '.join(sorted(names))}.")
    for name in names:
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) or name in TAKEN_NAMES:
            raise UserMistake(
                f"'{name}' cannot be the name of a criterion: letters, digits and underscores after a"
                f" letter, and none of {', '.join(sorted(TAKEN_NAMES))}."
            )
    if arguments.heads:
        return Scoring(
            criteria, pooling=arguments.pooling or "mean", normalise=arguments.normalise
        )
    return Scoring(criteria, activation=arguments.activation or "none")


def read_criterion(text: str, width: int) -> Criterion:
    name, _, value = text.partition("=")
    wanted = f"--criterion {text}: write NAME=INDEX, or NAME=W0,W1,... with a weight for each output"
    try:
        numbers = [float(number) for number in value.split(",")]
        index = int(value) if len(numbers) == 1 else None
    except ValueError:
        raise UserMistake(f"{wanted}.") from None
    if not name:
        raise UserMistake(f"{wanted}.")
    if index is not None and not 0 <= index < width:
        raise UserMistake(f"--criterion {text}: the model has the outputs 0 to {width - 1}.")
    if index is not None:
        return Criterion(name, index=index)
    if len(numbers) != width:
        raise UserMistake(f"--criterion {text}: {len(numbers)} weights for {width} outputs.")
    if not numpy.isfinite(numbers).all():
        raise UserMistake(f"--criterion {text}: weights must be finite.")
    return Criterion(name, weights=tuple(numbers))


def read_heads(file: pathlib.Path, width: int) -> tuple[Criterion, ...]:
    try:
        heads = json.loads(file.read_text(encoding="utf-8"))
        criteria = tuple(
            Criterion(
                str(head["name"]),
                weights=tuple(float(weight) for weight in head["weights"]),
                bias=float(head["bias"]),
            )
            for head in heads
        )
    except OSError as error:
        raise UserMistake(f"{file}: cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserMistake(f"{file}: not a list of {{name, weights, bias}} ({error!r}).") from error
    if not criteria:
        raise UserMistake(f"{file} has no heads.")
    for criterion in criteria:
        if len(criterion.weights) != width:
            raise UserMistake(
                f"{file}: {criterion.name} has {len(criterion.weights)} weights, but the model's states"
                f" are {width} wide."
            )
    return criteria


def padding_token_of(tokenizer: ChunkTokenizer, config) -> int:
    """Any token will do where a model goes by the mask; families that look at it name their own."""
    for token in (config.pad_token_id, tokenizer.padding_token):
        if token is not None and 0 <= token < config.vocab_size:
            return int(token)
    return 0


def default_probes(tokenizer: ChunkTokenizer) -> list[str]:
    return [*BUILT_IN[:6], long_text(tokenizer)]


def gate_texts_of(arguments: argparse.Namespace, tokenizer: ChunkTokenizer) -> list[str]:
    if arguments.precision == "fp32":
        return []
    return read_texts(arguments.texts) if arguments.texts else built_in_sample(tokenizer)


def sample_chunks(tokenizer: ChunkTokenizer, texts: list[str]) -> list[list[int]]:
    """Chunks of many lengths: those of the probes, and the first tokens of the longest."""
    chunks = [ids for text in texts for ids, _ in tokenizer.chunks(text)]
    longest = max(chunks, key=len)
    middle = longest[len(tokenizer.before) : len(longest) - len(tokenizer.after)]
    for length in {1, 2, 3, 31, 64, len(middle) // 2, len(middle)}:
        chunks.append(tokenizer.before + middle[:length] + tokenizer.after)
    return sorted({tuple(chunk): list(chunk) for chunk in chunks}.values(), key=len)


def write_graph(
    arguments: argparse.Namespace, model, sample: Sample, output: str, folder: pathlib.Path
) -> None:
    """Writes the graph, with fused attention where that gives the same scores as the model itself.

    It is checked in fp32 first, since the rounding of a lower precision would hide a wrong operator.
    """
    longest, precision = arguments.chunk_tokens, arguments.precision
    fuse = arguments.attention == "fused"
    if fuse:
        say("exporting with fused attention")
        try:
            export(model, folder, output, longest, half=False, fuse=True)
            problem = sample.problem(folder)
        except Exception as error:
            problem = f"the export failed: {first_line(error)}"
        if problem is None:
            say(f"the fused graph scores as the model does: {', '.join(fused_operators(folder))}")
        else:
            say(f"attention cannot be fused in this model ({problem})")
            fuse = False
    if not fuse:
        clear(folder)
        say("exporting with plain attention")
        try:
            export(model, folder, output, longest, half=False, fuse=False)
            problem = sample.problem(folder)
        except Exception as error:
            problem = f"the export failed: {first_line(error)}"
        if problem is not None:
            raise UserMistake(f"This model cannot be made an ONNX graph: {problem}.")
    if precision == "fp16":
        clear(folder)
        export(model, folder, output, longest, half=True, fuse=fuse)
        session = Session(folder, sample.padding_token)
        found = chunk_scores(session.run, sample.chunks, sample.scoring)
        problem = sample.padding_problem(session, found, PADDING["fp16"])
        if problem is not None:
            raise UserMistake(f"In fp16 {problem}. Take --precision fp32.")
    if precision == "int8":
        quantise(folder)


def check_gate(arguments: argparse.Namespace, gate: Gate) -> None:
    share, correlation = LIMITS[arguments.precision]
    if arguments.rank_correlation is not None:
        correlation = arguments.rank_correlation
    limit = arguments.maximum_difference
    if limit is None:
        limit = share * gate.spread
    say(
        f"largest difference from fp32 {gate.maximum_difference:.4g} (limit {limit:.4g}), rank"
        f" correlation {gate.rank_correlation:.4f} (limit {correlation})"
    )
    if gate.maximum_difference > limit or gate.rank_correlation < correlation:
        raise UserMistake(
            f"{arguments.precision} is too far from fp32 on {gate.texts} texts: largest difference"
            f" {gate.maximum_difference:.4g} (limit {limit:.4g}), rank correlation"
            f" {gate.rank_correlation:.4f} (limit {correlation}). Take a higher --precision, or set"
            " --maximum-difference and --rank-correlation if this is good enough."
        )


def tolerance_of(arguments: argparse.Namespace, difference: float) -> float:
    if arguments.tolerance is not None:
        return arguments.tolerance
    tolerance = TOLERANCE[arguments.precision]
    # Twice what rounding costs here leaves room for the kernels of another machine.
    return tolerance if arguments.precision == "fp32" else max(tolerance, round(2 * difference, 4))


def check_probes(found: numpy.ndarray, probes: numpy.ndarray, tolerance: float) -> None:
    """Compares as every executor does before its first document."""
    difference = largest_difference(found, probes)
    if not difference <= tolerance:
        raise UserMistake(
            f"The bundle misses a probe by {difference:.4g}, more than --tolerance {tolerance}."
        )
    say(f"all {len(probes)} probes within {difference:.2g} of the original (tolerance {tolerance})")


def definition_of(
    arguments, scoring, padding_token, output, tolerance, texts, probes, gate
) -> dict:
    """rater.json, but for the digests."""
    definition = {
        "formatVersion": 1,
        "name": arguments.name,
        "version": arguments.version,
        "licence": arguments.licence,
    }
    if arguments.description:
        definition["description"] = arguments.description
    definition |= {
        "kind": "onnx-embedding" if scoring.pooling else "onnx-logits",
        "precision": arguments.precision,
        "chunk": {
            "tokens": arguments.chunk_tokens,
            "specialTokens": arguments.special_tokens,
            "minimumTail": arguments.minimum_tail,
        },
    }
    if arguments.precision == "int8":
        # Activations are quantised by the largest of a whole run.
        definition["batch"] = "single"
    else:
        definition |= {"batch": "padded", "paddingToken": padding_token}
    definition["output"] = output
    if scoring.pooling:
        definition |= {"pooling": scoring.pooling, "normalise": scoring.normalise}
    else:
        definition["activation"] = scoring.activation
    definition["criteria"] = [
        {"name": criterion.name, "index": criterion.index}
        if criterion.weights is None
        else {"name": criterion.name, "weights": criterion.weights, "bias": criterion.bias}
        for criterion in scoring.criteria
    ]
    names = [criterion.name for criterion in scoring.criteria]
    definition |= {
        "tolerance": tolerance,
        "probes": [
            {"text": text, "scores": {n: round(float(s), 6) for n, s in zip(names, scores)}}
            for text, scores in zip(texts, probes)
        ],
    }
    if gate:
        definition["gate"] = {
            "comparedWith": "fp32",
            "texts": gate.texts,
            "maximumDifference": round(gate.maximum_difference, 6),
            "rankCorrelation": round(gate.rank_correlation, 6),
        }
    return definition


def clear(folder: pathlib.Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def sha256(file: pathlib.Path) -> str:
    with open(file, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def say(message: str) -> None:
    print(f"make-rater-bundle: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
