"""Makes model.onnx from a torch model: `input_ids`, `attention_mask` -> fp32 `logits` or states.

With fused attention, the export writes ONNX Runtime's own operators in the place of the model's
attention, rotary embedding and RMS normalisation. They replace what the modules compute while the
graph is traced, so nothing depends on finding patterns in a finished graph. ONNX Runtime's
optimiser then joins additions with the normalisations and activations after them.
"""

import contextlib
import io
import logging
import pathlib
import sys
import warnings

import numpy
import onnx
import torch
from onnx.external_data_helper import load_external_data_for_tensor, uses_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.onnx_model_bert import BertOnnxModel

from rater_bundle.original import LastTokenClassifier

MODEL = "model.onnx"
DATA = "model.onnx.data"
OPSET = 18
# protobuf ends at 2 GB; the rest is for the graph.
LARGEST_SINGLE_FILE = 1_900_000_000
# Constants up to this many bytes stay in the graph, so that the optimiser sees their values.
SMALL_CONSTANT = 4096


class OnnxGraph(torch.nn.Module):
    """The model as it is exported: fp32 output, and lengths at hand for fused attention."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.model = model
        self.lengths = None

    def forward(self, input_ids, attention_mask):
        self.lengths = attention_mask.sum(1).to(torch.int32)
        return self.model(input_ids, attention_mask).float()


def multi_head_attention(query, key, value, bias=None, lengths=None, causal=False, scale=None):
    """ONNX Runtime's MultiHeadAttention over [batch, head, position, width].

    Causal attention needs no mask of the padding: it lies on the right, where no token looks.
    """
    batch, heads, positions, width = query.shape
    inputs = [part.transpose(1, 2).flatten(2) for part in (query, key, value)]
    attributes = {"num_heads": heads, "unidirectional": int(causal)}
    if scale is not None:
        attributes["scale"] = float(scale)
    output = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        [*inputs, None, None if causal else lengths, bias],
        attributes,
        dtype=query.dtype,
        shape=(batch, positions, heads * width),
        version=1,
    )
    return output.unflatten(2, (heads, width)).transpose(1, 2)


def fused_scaled_dot_product(graph: OnnxGraph):
    """Takes the place of torch's scaled_dot_product_attention."""
    causal = isinstance(graph.model, LastTokenClassifier)

    def attention(
        query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
    ):
        if key.shape[1] != query.shape[1]:
            repeats = query.shape[1] // key.shape[1]
            key = key.repeat_interleave(repeats, dim=1)
            value = value.repeat_interleave(repeats, dim=1)
        return multi_head_attention(
            query, key, value, lengths=graph.lengths, causal=causal, scale=scale
        )

    return attention


def fused_rotary(query, key, cosine, sine, position_ids=None, unsqueeze_dim=1):
    """Takes the place of apply_rotary_pos_emb of the Llama family: halves are rotated."""
    half = cosine.shape[-1] // 2
    # One row of positions, as none are given to the model.
    cosine, sine = cosine[0, :, :half], sine[0, :, :half]
    first = torch.zeros(1, dtype=torch.int64)

    def rotate(states):
        return torch.onnx.ops.symbolic(
            "com.microsoft::RotaryEmbedding",
            [states, first, cosine, sine],
            {"interleaved": 0},
            dtype=states.dtype,
            shape=states.shape,
            version=1,
        )

    return rotate(query), rotate(key)


def fused_rms_norm(module, states):
    """Takes the place of the forward of Llama's RMSNorm and its copies."""
    return torch.onnx.ops.symbolic(
        "SimplifiedLayerNormalization",
        [states, module.weight],
        {"axis": -1, "epsilon": float(module.variance_epsilon), "stash_type": 1},
        dtype=states.dtype,
        shape=states.shape,
        version=1,
    )


def fused_disentangled(graph: OnnxGraph):
    """Takes the place of the forward of DeBERTa-v2's attention.

    Its two terms of relative positions become the bias of MultiHeadAttention.
    """

    def forward(
        module, states, attention_mask, output_attentions=False, query_states=None,
        relative_pos=None, rel_embeddings=None,
    ):
        heads, batch = module.num_attention_heads, states.shape[0]
        query, key, value = (
            module.transpose_for_scores(projection(source), heads)
            for projection, source in (
                (module.query_proj, states if query_states is None else query_states),
                (module.key_proj, states),
                (module.value_proj, states),
            )
        )
        terms = 1 + sum(kind in module.pos_att_type for kind in ("c2p", "p2c"))
        bias = None
        if module.relative_attention:
            bias = module.disentangled_attention_bias(query, key, relative_pos, rel_embeddings, terms)
            bias = bias.unflatten(0, (batch, heads))
        context = multi_head_attention(
            *(part.unflatten(0, (batch, heads)) for part in (query, key, value)),
            bias=bias,
            lengths=graph.lengths,
            scale=(query.shape[-1] * terms) ** -0.5,
        )
        return context.transpose(1, 2).flatten(2), None

    return forward


@contextlib.contextmanager
def replaced(owner, name: str, value):
    """Sets an attribute of a module or class for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def fused_modules(graph: OnnxGraph):
    """Has the modules of a model compute with ONNX Runtime's operators while it is traced."""
    with contextlib.ExitStack() as stack:

        def replace(owner, name, function):
            stack.enter_context(replaced(owner, name, function))

        replace(
            torch.nn.functional, "scaled_dot_product_attention", fused_scaled_dot_product(graph)
        )
        for kind in {type(module) for module in graph.modules()}:
            source = sys.modules[kind.__module__]
            if kind.__name__.endswith("Attention") and hasattr(source, "apply_rotary_pos_emb"):
                replace(source, "apply_rotary_pos_emb", fused_rotary)
            if kind.__name__ in ("LlamaRMSNorm", "MistralRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm"):
                replace(kind, "forward", fused_rms_norm)
            if kind.__name__ == "DisentangledSelfAttention" and "deberta_v2" in kind.__module__:
                replace(kind, "forward", fused_disentangled(graph))
        yield


@contextlib.contextmanager
def tabulated_positions(graph: OnnxGraph, longest: int):
    """Has DeBERTa-v2 look its buckets of relative positions up in a table made by torch.

    They are rounded up from logarithms: computed in the graph, another library's logarithm may give
    another bucket.
    """
    kinds = [type(module) for module in graph.modules()]
    kind = next((kind for kind in kinds if kind.__name__ == "DebertaV2Encoder"), None)
    if kind is None:
        yield
        return
    source = sys.modules[kind.__module__]
    encoder = next(module for module in graph.modules() if type(module) is kind)
    positions = torch.zeros(1, longest, 1)
    # All differences between two positions, from 1 - longest to longest - 1.
    square = source.build_relative_position(
        positions, positions, encoder.position_buckets, encoder.max_relative_positions
    )[0]
    table = torch.cat([square[0].flip(0), square[1:, 0]])

    def build(query, key, bucket_size=-1, max_position=-1):
        rows, columns = torch.arange(query.size(-2)), torch.arange(key.size(-2))
        return table[rows[:, None] - columns[None, :] + (longest - 1)].unsqueeze(0)

    with replaced(source, "build_relative_position", build):
        yield


def export(
    model: torch.nn.Module, folder: pathlib.Path, output: str, longest: int, half: bool, fuse: bool
) -> None:
    """Writes model.onnx, with model.onnx.data where the weights are too large for one file.

    Args:
        model: fp32; with `half` its weights are rounded to fp16.
        folder: where to.
        output: the name of the graph's output.
        longest: the most tokens of a chunk.
        half: whether the weights become fp16.
        fuse: whether attention is fused.
    """
    graph = OnnxGraph(model).eval()
    size = sum(weight.numel() for weight in model.parameters()) * (2 if half else 4)
    ids = torch.ones(2, min(longest, 19), dtype=torch.int64)
    shape = {0: "batch", 1: "length"}
    with contextlib.ExitStack() as stack:
        stack.enter_context(quiet())
        stack.enter_context(tabulated_positions(graph, longest))
        if fuse:
            stack.enter_context(fused_modules(graph))
        if half:
            model.half()
        program = torch.onnx.export(
            graph,
            (ids, torch.ones_like(ids)),
            dynamo=True,
            opset_version=OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=[output],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            verbose=False,
        )
        graph.lengths = None
        program.save(folder / MODEL, external_data=True)
    proto = onnx.load(folder / MODEL, load_external_data=False)
    for tensor in proto.graph.initializer:
        small = numpy.prod(tensor.dims) * 8 <= SMALL_CONSTANT
        if uses_external_data(tensor) and (small or size <= LARGEST_SINGLE_FILE):
            load_external_data_for_tensor(tensor, str(folder))
            tensor.ClearField("data_location")
            del tensor.external_data[:]
    if fuse:
        proto = fuse_additions(proto)
    strip(proto)
    onnx.save(proto, folder / MODEL)
    if not any(uses_external_data(tensor) for tensor in proto.graph.initializer):
        (folder / DATA).unlink()


def fuse_additions(proto: onnx.ModelProto) -> onnx.ModelProto:
    options = FusionOptions("bert")
    options.enable_attention = False
    options.enable_embed_layer_norm = False
    with quiet():
        optimiser = BertOnnxModel(proto)
        optimiser.optimize(options)
    join_residuals(optimiser.model.graph)
    return optimiser.model


def join_residuals(graph: onnx.GraphProto) -> None:
    """Joins RMS normalisations with the additions before them, which ONNX Runtime does not do."""
    constants = {tensor.name for tensor in graph.initializer}
    additions = {node.output[0]: node for node in graph.node if node.op_type == "Add"}
    for node in list(graph.node):
        addition = additions.get(node.input[0]) if node.input else None
        if (
            node.op_type == "SimplifiedLayerNormalization"
            and addition is not None
            and not constants.intersection(addition.input)
        ):
            epsilon = next(part for part in node.attribute if part.name == "epsilon")
            joined = onnx.helper.make_node(
                "SkipSimplifiedLayerNormalization",
                [*addition.input, node.input[1]],
                [node.output[0], "", "", addition.output[0]],
                name=node.name,
                domain="com.microsoft",
            )
            joined.attribute.append(epsilon)
            # Where the addition stood, as others may read the sum before the norm's place.
            graph.node.insert(list(graph.node).index(addition), joined)
            graph.node.remove(addition)
            graph.node.remove(node)


def strip(proto: onnx.ModelProto) -> None:
    """Leaves out what the exporter noted about the source code, with paths of this machine."""
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    # Shapes noted before operators were joined; ONNX Runtime finds them by itself.
    del proto.graph.value_info[:]
    for part in (*proto.graph.node, *proto.graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    for value in (*proto.graph.input, *proto.graph.output):
        del value.metadata_props[:]


def fused_operators(folder: pathlib.Path) -> list[str]:
    """The operators of ONNX Runtime's own in a graph."""
    proto = onnx.load(folder / MODEL, load_external_data=False)
    own = [node.op_type for node in proto.graph.node if node.domain == "com.microsoft"]
    return [f"{own.count(name)} {name}" for name in sorted(set(own))]


def quantise(folder: pathlib.Path) -> None:
    """Makes the matrices of linear layers int8, by column; activations are quantised in each run.

    The head, which ends in the output, stays fp32.
    """
    whole = folder / MODEL
    weights = folder / "fp32.onnx"
    whole.rename(weights)
    with quiet():
        quantize_dynamic(
            weights,
            whole,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=(folder / DATA).exists(),
            # The types of what ONNX Runtime's own operators give are not found by shape inference.
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    weights.unlink()


@contextlib.contextmanager
def quiet():
    """Keeps the exporter's notes back; errors are raised, not logged."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
