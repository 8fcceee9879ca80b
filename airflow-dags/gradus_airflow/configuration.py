"""What a DAG must know of a pipeline's configuration. Gradus itself checks the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hocon

STAGES = (
    "ingest",
    "rate",
    "topics",
    "calibrate",
    "sample",
    "order",
    "pack",
    "verify",
    "advise",
    "report",
)
"""All stages in their order; ``topics`` only where the configuration has such a section."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:.*")

Setting = str | int | float | bool
"""A value that overrides one of the configuration."""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as its configuration describes it.

    :param file: the configuration, as this machine finds it
    :param name: of the pipeline
    :param workspace: an absolute path or a URI
    :param sources: what the inputs are called, where the configuration says so
    :param stages: in their order
    """

    file: str
    name: str
    workspace: str
    sources: tuple[str, ...]
    stages: tuple[str, ...]

    @classmethod
    def read(cls, file: str | Path, settings: Mapping[str, Setting] | None = None) -> Pipeline:
        """Reads a configuration file.

        :param settings: overrides of its values, by path
        :raises ValueError: when there is no workspace
        """
        path = Path(file)
        config = hocon.parse_file(str(path))
        overrides = {key: str(value) for key, value in (settings or {}).items()}

        def text(key: str, otherwise: str) -> str:
            found = overrides.get(key)
            return found or (config.get_string(key) if config.has(key) else otherwise)

        workspace = text("pipeline.workspace", "")
        if not workspace:
            raise ValueError(f"{path}: pipeline.workspace is missing")
        if not workspace.startswith("/") and not _URI.fullmatch(workspace):
            workspace = str((path.absolute().parent / workspace))
        inputs: Any = config.to_object().get("ingest", {}).get("inputs", [])
        return cls(
            file=str(path),
            name=text("pipeline.name", path.stem),
            workspace=workspace.rstrip("/"),
            sources=tuple(dict.fromkeys(i["source"] for i in inputs if "source" in i)),
            stages=tuple(stage for stage in STAGES if stage != "topics" or config.has("topics")),
        )
