"""From a Hugging Face folder to a rater bundle (docs/making-rater-bundles.md).

`__main__` is the command, from top to bottom. `original` rates texts with torch and transformers,
which is what a bundle's probes are computed with; `graph` makes model.onnx; `check` rates with
model.onnx, compares, and measures what a lower precision costs; `texts` holds the texts.
"""
