"""Rates documents with the original framework: torch and transformers, one chunk at a time.

The whole text is tokenized without special tokens and cut into consecutive chunks; a document's
score is the mean of its chunks' scores, weighted by their tokens.
"""

import dataclasses
import json
import pathlib

import numpy
import safetensors.torch
import torch
import transformers

from rater_bundle.mistake import UserMistake


@dataclasses.dataclass(frozen=True)
class Chunking:
    """How documents are cut: `tokens` with special tokens, which are put around each chunk."""

    tokens: int
    special_tokens: bool
    minimum_tail: int


class ChunkTokenizer:
    """Cuts texts into chunks of token ids, special tokens around them, and says their weights."""

    def __init__(self, folder: pathlib.Path, chunking: Chunking):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, use_fast=True)
        except Exception as error:
            raise UserMistake(
                f"{folder}: transformers cannot load its tokenizer ({first_line(error)}). Put the"
                " model's tokenizer.json, tokenizer_config.json or vocabulary files there."
            ) from error
        if not tokenizer.is_fast:
            raise UserMistake(
                f"{folder}: {type(tokenizer).__name__} cannot be converted to a fast tokenizer,"
                " which tokenizer.json needs. Use a model whose authors give tokenizer.json."
            )
        self.backend = tokenizer.backend_tokenizer
        self.backend.no_truncation()
        self.backend.no_padding()
        self.padding_token = tokenizer.pad_token_id
        self.chunking = chunking
        self.before, self.after = self.special_tokens() if chunking.special_tokens else ([], [])
        self.stride = chunking.tokens - len(self.before) - len(self.after)
        if self.stride < 1:
            raise UserMistake(
                f"--chunk-tokens {chunking.tokens} leaves no room beside"
                f" {len(self.before) + len(self.after)} special tokens."
            )

    def special_tokens(self) -> tuple[list[int], list[int]]:
        plain = self.backend.encode("a", add_special_tokens=False).ids
        dressed = self.backend.encode("a", add_special_tokens=True).ids
        for start in range(len(dressed) - len(plain) + 1):
            if dressed[start : start + len(plain)] == plain:
                return dressed[:start], dressed[start + len(plain) :]
        raise UserMistake("The tokenizer changes a text to which it adds special tokens.")

    def chunks(self, text: str) -> list[tuple[list[int], int]]:
        """The chunks of a text, each with the count of its tokens without special tokens."""
        ids = self.backend.encode(text, add_special_tokens=False).ids
        parts = [ids[start : start + self.stride] for start in range(0, len(ids), self.stride)]
        if len(parts) > 1 and len(parts[-1]) < self.chunking.minimum_tail:
            parts.pop()
        return [(self.before + part + self.after, len(part)) for part in parts]


@dataclasses.dataclass(frozen=True)
class Criterion:
    """A score: the output `index`, or the sum of all outputs by `weights`, plus `bias`."""

    name: str
    index: int | None = None
    weights: tuple[float, ...] | None = None
    bias: float = 0.0


@dataclasses.dataclass(frozen=True)
class Scoring:
    """How a graph's output for a chunk becomes scores.

    `activation` is for logits (none, softmax, sigmoid); `pooling` and `normalise` for hidden states.
    """

    criteria: tuple[Criterion, ...]
    activation: str = "none"
    pooling: str | None = None
    normalise: bool = False

    def scores(self, output: numpy.ndarray) -> numpy.ndarray:
        """The criteria's scores of one chunk from logits [classes] or states [position, width]."""
        vector = output.astype(numpy.float64)
        if self.pooling:
            pool = {"mean": lambda v: v.mean(0), "cls": lambda v: v[0], "last-token": lambda v: v[-1]}
            vector = pool[self.pooling](vector)
            if self.normalise:
                vector = vector / numpy.linalg.norm(vector)
        elif self.activation == "softmax":
            vector = numpy.exp(vector - vector.max())
            vector = vector / vector.sum()
        elif self.activation == "sigmoid":
            vector = 1 / (1 + numpy.exp(-vector))
        return numpy.array(
            [
                vector[criterion.index]
                if criterion.weights is None
                else criterion.weights @ vector + criterion.bias
                for criterion in self.criteria
            ]
        )


def document_scores(text: str, tokenizer: ChunkTokenizer, scoring: Scoring, run) -> numpy.ndarray:
    """The criteria's scores of a document; `run` gives the model's output for a chunk's ids."""
    chunks = tokenizer.chunks(text)
    if not chunks:
        raise UserMistake(f"The text {text[:40]!r} has no tokens; leave it out.")
    scores = [scoring.scores(run(ids)) for ids, _ in chunks]
    return numpy.average(scores, axis=0, weights=[weight for _, weight in chunks])


def all_scores(texts, tokenizer: ChunkTokenizer, scoring: Scoring, run) -> numpy.ndarray:
    """The scores of several documents, [document, criterion]."""
    return numpy.array([document_scores(text, tokenizer, scoring, run) for text in texts])


class FirstTokenClassifier(torch.nn.Module):
    """A linear layer over the first token's last state: NVIDIA's quality classifier.

    Such a folder's config.json names a base model, whose own configuration lies elsewhere, and its
    weights are called `model.*` and `fc.*`.
    """

    def __init__(self, config, classes: int):
        super().__init__()
        self.config = config
        self.model = transformers.AutoModel.from_config(config)
        self.fc = torch.nn.Linear(config.hidden_size, classes)

    def forward(self, input_ids, attention_mask):
        states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self.fc(states[:, 0])


class LastTokenClassifier(torch.nn.Module):
    """A decoder with a score head, which reads the last token that the mask lets through.

    transformers looks for the last token that is not padding instead, which is another one where a
    text itself ends in the padding token.
    """

    def __init__(self, model):
        super().__init__()
        self.config = model.config
        self.model = model.base_model
        self.score = model.score

    def forward(self, input_ids, attention_mask):
        states = self.model(
            input_ids=input_ids, attention_mask=attention_mask, use_cache=False
        ).last_hidden_state
        last = attention_mask.sum(1) - 1
        return self.score(states[torch.arange(states.shape[0], device=states.device), last])


class Classifier(torch.nn.Module):
    """A model whose own head sees the first token, or all."""

    def __init__(self, model):
        super().__init__()
        self.config = model.config
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


class Encoder(torch.nn.Module):
    """A model without a head: the last hidden states."""

    def __init__(self, model):
        super().__init__()
        self.config = model.config
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def load_model(folder: pathlib.Path, base: pathlib.Path | None, states: bool) -> torch.nn.Module:
    """The model in a folder, in fp32 and for inference, as `(input_ids, attention_mask) -> output`.

    Args:
        folder: config.json with model.safetensors, whole or in shards.
        base: the base model's folder where config.json only names a base model.
        states: whether the hidden states are wanted instead of a classifier's logits.
    """
    file = folder / "config.json"
    if not file.is_file():
        raise UserMistake(f"{folder} is not the folder of a Hugging Face model: no config.json in it.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserMistake(f"{file} is not JSON ({error}).") from error
    if "base_model" in config and "model_type" not in config:
        return load_first_token_classifier(folder, config, base)
    if base:
        raise UserMistake(f"--base is for models whose config.json names a base_model; {file} does not.")
    try:
        kind = transformers.AutoModel if states else transformers.AutoModelForSequenceClassification
        model, loading = kind.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, output_loading_info=True
        )
    except Exception as error:
        raise UserMistake(f"{folder}: transformers cannot load this model ({first_line(error)}).") from error
    missing = [name for name in loading["missing_keys"] if not (states and "pooler" in name)]
    if missing:
        raise UserMistake(
            f"{folder}: its weights lack {', '.join(sorted(missing)[:3])}, which"
            f" {type(model).__name__} needs; they would be random. Is it a"
            f" {'model' if states else 'sequence classifier'} of this architecture?"
        )
    model.eval()
    if states:
        return Encoder(model)
    return LastTokenClassifier(model) if hasattr(model, "score") else Classifier(model)


def load_first_token_classifier(folder: pathlib.Path, config: dict, base: pathlib.Path | None):
    if base is None:
        raise UserMistake(
            f"{folder}/config.json names the base model {config['base_model']}. Fetch config.json"
            " of that model too and give its folder as --base."
        )
    weights = safetensors.torch.load_file(folder / "model.safetensors")
    if "fc.weight" not in weights:
        raise UserMistake(f"{folder}/model.safetensors has no fc.weight: another kind of classifier.")
    model = FirstTokenClassifier(
        transformers.AutoConfig.from_pretrained(base), weights["fc.weight"].shape[0]
    )
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if missing or [name for name in unexpected if "position_ids" not in name]:
        raise UserMistake(
            f"{folder}: its weights do not fit the base model in {base}: missing"
            f" {missing[:3]}, too many {unexpected[:3]}."
        )
    return model.float().eval()


def torch_run(model: torch.nn.Module):
    """Gives the model's output for a chunk's ids."""

    def run(ids: list[int]) -> numpy.ndarray:
        row = torch.tensor([ids])
        with torch.inference_mode():
            return model(row, torch.ones_like(row))[0].float().numpy()

    return run


def first_line(error: BaseException) -> str:
    """What an error says, briefly."""
    line = (str(error).strip() or repr(error)).splitlines()[0]
    return line if len(line) <= 300 else line[:300] + "..."
