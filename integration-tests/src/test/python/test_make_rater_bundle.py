"""bin/make-rater-bundle refuses mistakes and bad bundles, and makes the rarer kinds.

Run with the Python that `bin/make-rater-bundle --install` names. The models are tiny and random.
"""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "jobs/src/main/python"))

import numpy
import onnx
import safetensors.torch
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from rater_bundle import graph
from rater_bundle.__main__ import arguments_of, make
from rater_bundle.check import Session
from rater_bundle.mistake import UserMistake
from rater_bundle.texts import BUILT_IN

COMMON = ["--name=tiny", "--version=1", "--licence=none", "--chunk-tokens=64"]


def save_tokenizer(folder: pathlib.Path) -> int:
    """Whole words of the built-in texts, special tokens around; gives the number of tokens."""
    words = sorted({word for text in BUILT_IN for word in text.split()})
    vocabulary = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3}
    vocabulary |= {word: 4 + number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_truncation(16)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    return len(vocabulary)


class MakeRaterBundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.bert = cls.folder / "bert"
        size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        config = transformers.BertConfig(
            vocab_size=save_tokenizer(cls.bert), intermediate_size=48, max_position_embeddings=80,
            num_labels=2, initializer_range=0.5, **size,
        )
        torch.manual_seed(5)
        transformers.BertForSequenceClassification(config).save_pretrained(cls.bert)

    def make(self, model: pathlib.Path, name: str, *options: str) -> dict:
        """Makes a bundle; gives its definition."""
        bundle = self.folder / name
        command = [str(model), str(bundle), *COMMON, *options]
        with contextlib.redirect_stderr(io.StringIO()) as notes:
            make(arguments_of(command))
        self.notes = notes.getvalue()
        return json.loads((bundle / "rater.json").read_text())

    def assert_refused(self, message: str, *options: str, model=None, name="refused") -> None:
        with self.assertRaisesRegex(UserMistake, message):
            self.make(model or self.bert, name, "--special-tokens=add", *options)
        self.assertFalse((self.folder / "refused").exists())
        self.assertFalse((self.folder / "refused.partial").exists())

    def test_refuses_an_output_that_the_model_lacks(self):
        self.assert_refused("criterion q=2: the model has the outputs 0 to 1", "--criterion=q=2")

    def test_refuses_too_few_weights(self):
        self.assert_refused("3 weights for 2 outputs", "--criterion=q=1,2,3")

    def test_refuses_a_criterion_that_is_no_name(self):
        self.assert_refused("letters, digits and underscores", "--criterion=a b=0")

    def test_refuses_a_criterion_named_as_a_column_of_gradus(self):
        self.assert_refused("'tokens' cannot be the name", "--criterion=tokens=0")

    def test_refuses_a_tolerance_of_nothing(self):
        self.assert_refused("tolerance 0.0: must be above 0", "--criterion=q=0", "--tolerance=0")

    def test_refuses_to_go_without_criteria(self):
        self.assert_refused("No --criterion: name at least one")

    def test_refuses_chunks_longer_than_the_model_can_rate(self):
        options = ["--criterion=q=0", "--chunk-tokens=81"]
        self.assert_refused("chunk-tokens 81: the model cannot rate so long", *options)

    def test_refuses_a_folder_without_a_model(self):
        empty = self.folder / "empty"
        save_tokenizer(empty)
        self.assert_refused("no config.json in it", "--criterion=q=0", model=empty)

    def test_refuses_a_model_without_a_head(self):
        headless = self.folder / "headless"
        save_tokenizer(headless)
        transformers.AutoModel.from_pretrained(self.bert).save_pretrained(headless)
        self.assert_refused("lack classifier.bias", "--criterion=q=0", model=headless)

    def test_refuses_to_overwrite(self):
        self.assert_refused("is there already", "--criterion=q=0", name="bert")

    def test_refuses_a_precision_beyond_the_gate(self):
        options = ["--criterion=q=0", "--precision=int8", "--maximum-difference=1e-9"]
        self.assert_refused("int8 is too far from fp32 on 28 texts", *options)

    def test_quantises_what_passes_the_gate(self):
        options = ["--special-tokens=add", "--criterion=q=0", "--precision=int8"]
        definition = self.make(self.bert, "int8", *options, "--maximum-difference=10")
        self.assertEqual("single", definition["batch"])
        self.assertGreater(definition["gate"]["rankCorrelation"], 0.95)
        nodes = onnx.load(self.folder / "int8" / "model.onnx").graph.node
        self.assertIn("MatMulInteger", [node.op_type for node in nodes])

    def test_keeps_large_weights_beside_the_graph(self):
        largest, graph.LARGEST_SINGLE_FILE = graph.LARGEST_SINGLE_FILE, 0
        self.addCleanup(setattr, graph, "LARGEST_SINGLE_FILE", largest)
        for precision in ("fp16", "int8"):
            options = ["--special-tokens=add", "--criterion=q=0", f"--precision={precision}"]
            definition = self.make(self.bert, f"large-{precision}", *options, "--maximum-difference=9")
            self.assertEqual(
                {"model.onnx", "model.onnx.data", "tokenizer.json"}, definition["files"].keys()
            )
            folder = self.folder / f"large-{precision}"
            self.assertGreater((folder / "model.onnx.data").stat().st_size, 20_000)
            self.assertEqual({*definition["files"], "rater.json"}, set(os.listdir(folder)))

    def test_falls_back_to_plain_attention_where_the_fused_graph_scores_otherwise(self):
        # Most layers of ModernBERT attend to neighbours only, which the fused operator is not told.
        local = self.folder / "local"
        config = transformers.ModernBertConfig(
            vocab_size=save_tokenizer(local), hidden_size=32, num_hidden_layers=3,
            num_attention_heads=2, intermediate_size=48, max_position_embeddings=80, num_labels=1,
            local_attention=8, initializer_range=0.5, pad_token_id=0, reference_compile=False,
        )
        torch.manual_seed(6)
        transformers.ModernBertForSequenceClassification(config).save_pretrained(local)
        self.make(local, "windows", "--special-tokens=add", "--criterion=q=0")
        self.assertRegex(self.notes, "cannot be fused in this model .its scores differ by")

    def test_reads_heads_over_pooled_states(self):
        weights = numpy.linspace(-1, 1, 32)
        heads = self.folder / "heads.json"
        heads.write_text(json.dumps([{"name": "h", "weights": list(weights), "bias": 2.0}]))
        options = [f"--heads={heads}", "--pooling=mean", "--normalise", "--special-tokens=add"]
        definition = self.make(self.bert, "heads", *options)
        self.assertEqual("onnx-embedding", definition["kind"])
        text = definition["probes"][0]["text"]
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.bert)
        ids = tokenizer(text, truncation=False, return_tensors="pt").input_ids
        with torch.inference_mode():
            states = transformers.AutoModel.from_pretrained(self.bert)(ids).last_hidden_state[0]
        vector = states.mean(0).double().numpy()
        expected = weights @ (vector / numpy.linalg.norm(vector)) + 2
        self.assertAlmostEqual(expected, definition["probes"][0]["scores"]["h"], delta=1e-4)

    def test_makes_a_bundle_of_a_classifier_that_names_its_base_model(self):
        base, quality = self.folder / "base", self.folder / "quality"
        config = transformers.DebertaV2Config(
            vocab_size=save_tokenizer(base), hidden_size=32, num_hidden_layers=1,
            num_attention_heads=2, intermediate_size=48, max_position_embeddings=32,
            relative_attention=True, position_buckets=8, norm_rel_ebd="layer_norm",
            share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False,
            type_vocab_size=0, initializer_range=0.5,
        )
        torch.manual_seed(7)
        body = transformers.DebertaV2Model(config).eval()
        head = torch.nn.Linear(32, 3)
        config.save_pretrained(base)
        quality.mkdir()
        (quality / "config.json").write_text('{"base_model": "microsoft/deberta-v3-base"}')
        weights = {f"model.{name}": value for name, value in body.state_dict().items()}
        weights |= {f"fc.{name}": value for name, value in head.state_dict().items()}
        safetensors.torch.save_file(weights, quality / "model.safetensors")
        options = ["--activation=softmax", "--criterion=quality=2,1,0"]
        self.assert_refused("names the base model microsoft/deberta-v3-base", *options, model=quality)

        options += ["--special-tokens=add", f"--base={base}"]
        definition = self.make(quality, "expected-class", *options)
        self.assertIn("MultiHeadAttention", self.notes)
        # The built-in texts are short, so the first probe is one chunk.
        tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        text = definition["probes"][0]["text"]
        ids = tokenizer(text, truncation=False).input_ids
        with torch.inference_mode():
            states = body(torch.tensor([ids])).last_hidden_state
            classes = head(states[:, 0]).softmax(-1)[0].numpy()
        expected = 2 * classes[0] + classes[1]
        self.assertAlmostEqual(
            expected, definition["probes"][0]["scores"]["quality"], delta=1e-4
        )
        found = Session(self.folder / "expected-class", 0).run(ids)
        self.assertEqual((3,), found.shape)


if __name__ == "__main__":
    unittest.main()
