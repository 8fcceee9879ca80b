"""Makes small rating models as Hugging Face folders: config.json, model.safetensors, tokenizer.json.

`bert`: the real weights of all-MiniLM-L6-v2, taken out of an ONNX graph, with a regression head of
a fixed seed. `llama` (four outputs, no special tokens) and `deberta` (three classes): random
weights of a fixed seed and tokenizers trained on the texts. Heads are scaled so that the scores of
the texts have a standard deviation of 1: with the small random weights that libraries begin with,
all texts would score the same, and a comparison of scores would say nothing.
"""

import argparse
import io
import os
import pathlib
import zipfile

# Nothing here is fetched from a network.
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
import onnx
import onnxruntime
import torch
import transformers
from onnx import numpy_helper
from tokenizers import (
    Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers,
)

from reference_ratings import texts_of

SEED = 20240215
# Documents that tokenizers learn from, and those whose scores the heads are scaled by.
TRAINING = 60
SAMPLE = 24


def read_jar(jar: str) -> tuple[onnx.ModelProto, bytes, str]:
    """The graph and the tokenizer in a jar."""
    with zipfile.ZipFile(jar) as archive:
        (graph,) = [name for name in archive.namelist() if name.endswith(".onnx")]
        (tokenizer,) = [name for name in archive.namelist() if name.endswith("tokenizer.json")]
        graph = archive.read(graph)
        return onnx.load(io.BytesIO(graph)), graph, archive.read(tokenizer).decode()


def bert_weights(graph: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """The names that transformers gives to the weights of a BERT.

    Matrices of linear layers are constants without names in the graph, transposed. Each is found by
    the node that multiplies by it, which is named after its layer.
    """
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    weights = {
        name: torch.tensor(value)
        for name, value in constants.items()
        if name.startswith(("embeddings.", "encoder.", "pooler.")) and "position_ids" not in name
    }
    for node in graph.graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            layer = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            weights[f"{layer}.weight"] = torch.tensor(constants[node.input[1]].T.copy())
    return weights


def check_states(model: transformers.BertModel, graph: bytes) -> None:
    """The rebuilt model gives the hidden states of the graph that its weights are from."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    generator = numpy.random.default_rng(SEED)
    for length in (1, 17, 256):
        ids = generator.integers(1000, 30000, (2, length))
        inputs = {
            "input_ids": ids,
            "attention_mask": numpy.ones_like(ids),
            "token_type_ids": numpy.zeros_like(ids),
        }
        wanted = session.run(None, inputs)[0]
        with torch.inference_mode():
            found = model(torch.tensor(ids)).last_hidden_state.numpy()
        difference = float(numpy.abs(wanted - found).max())
        if not difference < 2e-5:
            raise SystemExit(f"make_model_folders.py: the BERT rebuilt differs by {difference}")
    print(f"bert: hidden states equal those of the original graph within {difference:.1e}")


def make_bert(jar: str, folder: pathlib.Path, texts: list[str]) -> None:
    graph, graph_bytes, tokenizer = read_jar(jar)
    weights = bert_weights(graph)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder."))
    config = transformers.BertConfig(
        vocab_size=len(weights["embeddings.word_embeddings.weight"]),
        hidden_size=384,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=1536,
        num_labels=1,
        problem_type="regression",
    )
    torch.manual_seed(SEED)
    model = transformers.BertForSequenceClassification(config).eval()
    missing, unexpected = model.bert.load_state_dict(weights, strict=False)
    if missing or unexpected:
        raise SystemExit(f"make_model_folders.py: missing {missing}, unexpected {unexpected}")
    check_states(model.bert, graph_bytes)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(tokenizer),
        cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]",
    )
    scale_head(model, model.classifier, tokenizer, texts)
    save(folder, model, tokenizer)


def make_llama(folder: pathlib.Path, texts: list[str]) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096,
        special_tokens=["<s>", "</s>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(every(texts, TRAINING), trainer)
    # Like Llama's own, it would begin every text with a special token if asked to.
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    config = transformers.LlamaConfig(
        vocab_size=4096,
        hidden_size=128,
        intermediate_size=344,
        num_hidden_layers=3,
        num_attention_heads=8,
        num_key_value_heads=4,
        max_position_embeddings=512,
        num_labels=4,
        initializer_range=0.1,
        bos_token_id=0, eos_token_id=1, pad_token_id=2,
    )
    torch.manual_seed(SEED)
    model = transformers.LlamaForSequenceClassification(config).eval()
    scale_head(model, model.score, tokenizer, texts)
    save(folder, model, tokenizer)


def make_deberta(folder: pathlib.Path, texts: list[str]) -> None:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace("\n", " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    trainer = trainers.UnigramTrainer(
        vocab_size=4096, special_tokens=special, unk_token="[UNK]", show_progress=False
    )
    tokenizer.train_from_iterator(every(texts, TRAINING), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]",
    )
    # The options of deberta-v3-base, smaller.
    config = transformers.DebertaV2Config(
        vocab_size=tokenizer.vocab_size,
        hidden_size=96,
        intermediate_size=256,
        num_hidden_layers=3,
        num_attention_heads=6,
        max_position_embeddings=512,
        relative_attention=True,
        position_buckets=64,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
        pooler_hidden_size=96,
        pad_token_id=0,
        num_labels=3,
        initializer_range=0.1,
    )
    torch.manual_seed(SEED)
    model = transformers.DebertaV2ForSequenceClassification(config).eval()
    scale_head(model, model.classifier, tokenizer, texts)
    save(folder, model, tokenizer)


def every(texts: list[str], count: int) -> list[str]:
    """About so many of the texts, evenly spread."""
    return texts[:: max(1, len(texts) // count)]


def scale_head(model, head: torch.nn.Linear, tokenizer, texts: list[str]) -> None:
    """Gives every output a standard deviation of 1, and a bias so that its mean is 0."""
    logits = []
    with torch.inference_mode():
        for text in every(texts, SAMPLE):
            ids = tokenizer(text, truncation=True, max_length=256, return_tensors="pt").input_ids
            logits.append(model(ids, attention_mask=torch.ones_like(ids)).logits[0])
        logits = torch.stack(logits)
        scale = 1 / logits.std(0)
        head.weight.mul_(scale[:, None])
        if head.bias is not None:
            head.bias.sub_(logits.mean(0)).mul_(scale)


def save(folder: pathlib.Path, model, tokenizer) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minilm", required=True, metavar="JAR", help="with all-MiniLM-L6-v2")
    parser.add_argument("--texts", required=True, metavar="FILE", help='JSON lines of {"text": ...}')
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="FOLDER")
    arguments = parser.parse_args()
    texts = texts_of(arguments.texts)
    make_bert(arguments.minilm, arguments.output / "bert", texts)
    make_llama(arguments.output / "llama", texts)
    make_deberta(arguments.output / "deberta", texts)


if __name__ == "__main__":
    main()
