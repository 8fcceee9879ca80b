"""QuRating's rating loop (arXiv 2402.09739, section 4) in torch, for an embedding model with heads.

512 documents at a time: tokenized, cut into chunks; the chunks sorted by length; 16 rows a run,
padded to the longest of them; a document's score is the mean of its chunks' scores weighted by
their tokens.

As a program it loads the model, says `ready`, and rates all documents whenever a line comes on
standard input. It answers with one line of JSON: seconds, processor seconds, and what it saw.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
import tokenizers
import torch
import transformers

DOCUMENTS = 512
ROWS = 16


@dataclasses.dataclass
class Rated:
    """Scores [document, criterion], and what went through the model."""

    scores: numpy.ndarray
    chunks: int = 0
    tokens: int = 0
    positions: int = 0
    tokenizing: float = 0.0


class Rater:
    def __init__(self, folder: pathlib.Path):
        self.model = transformers.BertModel.from_pretrained(folder).eval()
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.first, self.last = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        heads = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        self.chunk_tokens = heads["chunkTokens"] - 2
        self.heads = torch.tensor(heads["weights"], dtype=torch.float32).T

    def rate(self, texts: list[str]) -> Rated:
        rated = Rated(numpy.zeros((len(texts), self.heads.shape[1])))
        for start in range(0, len(texts), DOCUMENTS):
            window = texts[start : start + DOCUMENTS]
            rated.scores[start : start + len(window)] = self.rate_window(window, rated)
        return rated

    def rate_window(self, texts: list[str], rated: Rated) -> numpy.ndarray:
        began = time.perf_counter()
        chunks, owners = [], []
        for owner, encoding in enumerate(
            self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        ):
            for chunk in torch.tensor(encoding.ids, dtype=torch.long).split(self.chunk_tokens):
                chunks.append(chunk)
                owners.append(owner)
        rated.tokenizing += time.perf_counter() - began
        lengths = torch.tensor([len(chunk) for chunk in chunks])
        scores = self.score_chunks(chunks, lengths, rated)
        sums = numpy.zeros((len(texts), scores.shape[1]))
        weights = numpy.zeros((len(texts), 1))
        numpy.add.at(sums, owners, lengths[:, None].numpy() * scores)
        numpy.add.at(weights, owners, lengths[:, None].numpy())
        return sums / weights

    @torch.inference_mode()
    def score_chunks(
        self, chunks: list[torch.Tensor], lengths: torch.Tensor, rated: Rated
    ) -> numpy.ndarray:
        scores = torch.zeros(len(chunks), self.heads.shape[1])
        for rows in torch.argsort(lengths).split(ROWS):
            longest = int(lengths[rows].max()) + 2
            ids = torch.zeros((len(rows), longest), dtype=torch.long)
            mask = torch.zeros((len(rows), longest), dtype=torch.long)
            for row, chunk in enumerate(rows.tolist()):
                size = len(chunks[chunk])
                ids[row, 0] = self.first
                ids[row, 1 : size + 1] = chunks[chunk]
                ids[row, size + 1] = self.last
                mask[row, : size + 2] = 1
            states = self.model(ids, attention_mask=mask).last_hidden_state
            # Mean over the tokens, length 1, heads.
            pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            scores[rows] = torch.nn.functional.normalize(pooled, dim=1) @ self.heads
            rated.chunks += len(rows)
            rated.tokens += int(mask.sum())
            rated.positions += mask.numel()
        return scores.double().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--documents", required=True, metavar="FILE", help='lines {"id", "text"}')
    parser.add_argument("--scores", required=True, metavar="FILE", help="gets lines {id, scores}")
    parser.add_argument("--threads", required=True, type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rater = Rater(arguments.model)
    with open(arguments.documents, encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    texts = [document["text"] for document in documents]
    print("ready", f"torch {torch.__version__}, transformers {transformers.__version__}", flush=True)
    for _ in sys.stdin:
        began, used = time.perf_counter(), time.process_time()
        rated = rater.rate(texts)
        seconds, used = time.perf_counter() - began, time.process_time() - used
        with open(arguments.scores, "w", encoding="utf-8") as lines:
            for document, row in zip(documents, rated.scores.tolist()):
                lines.write(json.dumps({"id": document["id"], "scores": row}) + "\n")
        answer = {
            "seconds": seconds,
            "processorSeconds": used,
            "tokenizingSeconds": rated.tokenizing,
            "chunks": rated.chunks,
            "tokens": rated.tokens,
            "positions": rated.positions,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
