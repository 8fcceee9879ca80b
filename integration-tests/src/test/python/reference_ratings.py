"""Rates documents with transformers, as QuRating describes it (arXiv 2402.09739, section 4).

The whole text is tokenized without special tokens and cut into consecutive chunks. Chunks are rated
in batches, padded on the right. A document's score is the mean of its chunks' scores, weighted by
their tokens. This is written apart from what makes bundles and knows nothing of ONNX.
"""

import argparse
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

BATCH = 16
# Several models are rated side by side.
torch.set_num_threads(1)


def texts_of(file: str) -> list[str]:
    """The texts in a file of JSON lines."""
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


class ReferenceRater:
    """A Hugging Face folder as a rater of whole documents."""

    def __init__(self, folder: str, chunk_tokens: int, special_tokens: bool, activation: str):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32
        ).eval()
        self.special_tokens = special_tokens
        added = self.tokenizer.num_special_tokens_to_add() if special_tokens else 0
        self.chunk_tokens = chunk_tokens - added
        self.activation = {
            "none": lambda logits: logits,
            "softmax": lambda logits: logits.softmax(-1),
            "sigmoid": lambda logits: logits.sigmoid(),
        }[activation]

    def rate(self, texts: list[str]) -> torch.Tensor:
        """Scores [document, class]; NaN for a document without tokens."""
        chunks = []
        for document, text in enumerate(texts):
            ids = self.tokenizer(text, add_special_tokens=False, truncation=False).input_ids
            for start in range(0, len(ids), self.chunk_tokens):
                chunks.append((document, ids[start : start + self.chunk_tokens]))
        chunks.sort(key=lambda chunk: len(chunk[1]))
        sums = torch.zeros(len(texts), self.model.config.num_labels, dtype=torch.float64)
        tokens = torch.zeros(len(texts), 1, dtype=torch.float64)
        for start in range(0, len(chunks), BATCH):
            batch = chunks[start : start + BATCH]
            scores = self.rate_chunks([ids for _, ids in batch])
            for (document, ids), score in zip(batch, scores):
                sums[document] += len(ids) * score
                tokens[document] += len(ids)
        return sums / tokens

    def rate_chunks(self, chunks: list[list[int]]) -> torch.Tensor:
        if self.special_tokens:
            chunks = [self.with_special_tokens(ids) for ids in chunks]
        longest = max(map(len, chunks))
        padding = self.tokenizer.pad_token_id
        ids = torch.tensor([row + [padding] * (longest - len(row)) for row in chunks])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in chunks])
        with torch.inference_mode():
            return self.activation(self.model(input_ids=ids, attention_mask=mask).logits.double())

    def with_special_tokens(self, ids: list[int]) -> list[int]:
        tokenizer = self.tokenizer
        return [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", required=True, metavar="FILE", help='JSON lines of {"text": ...}')
    parser.add_argument("--model", required=True, metavar="FOLDER")
    parser.add_argument("--chunk-tokens", required=True, type=int)
    parser.add_argument("--special-tokens", required=True, choices=("none", "add"))
    parser.add_argument("--activation", required=True, choices=("none", "softmax", "sigmoid"))
    parser.add_argument("--output", required=True, metavar="FILE", help="a list of scores a line")
    arguments = parser.parse_args()
    rater = ReferenceRater(
        arguments.model,
        arguments.chunk_tokens,
        arguments.special_tokens == "add",
        arguments.activation,
    )
    texts = texts_of(arguments.texts)
    scores = rater.rate(texts)
    with open(arguments.output, "w", encoding="utf-8") as lines:
        for row in scores.tolist():
            lines.write(json.dumps(row) + "\n")
    spread = ", ".join(f"{value:.2f}" for value in scores.std(0).tolist())
    print(f"{arguments.model}: {len(texts)} documents, standard deviation of scores {spread}")


if __name__ == "__main__":
    main()
