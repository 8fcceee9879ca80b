"""What a pipeline has left in its workspace: how its last run failed, and what is finished."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from airflow.sdk import ObjectStoragePath


@dataclass(frozen=True)
class Failure:
    """How a run failed.

    :param stage: that failed; empty where none had begun
    :param exit_code: 1 for a defect, 2 for a user's mistake, 3 for too many bad records
    :param message: what went wrong and how to mend it
    :param written: when, in seconds, as the file system says
    """

    stage: str
    exit_code: int
    message: str
    written: float = 0.0

    @property
    def is_for_people(self) -> bool:
        """Whether the same run would fail in the same way until somebody changes something."""
        return self.exit_code in (2, 3)


class Workspace:
    """A workspace, read by Airflow's own file systems.

    :param uri: a path or URI; Hadoop's ``s3a`` is ``s3`` here
    :param conn_id: the connection for it, where it needs one
    """

    def __init__(self, uri: str, conn_id: str | None = None) -> None:
        self.uri = uri_of_asset(uri)
        self._root = ObjectStoragePath(self.uri, conn_id=conn_id)

    def answer(self, submission: str) -> Failure | None:
        """How the run of this submission failed; None where it has not, or has not said."""
        return self._failure("submitted", submission, "failure.json")

    def last_failure(self) -> Failure | None:
        """How the last run failed, whoever's that was; None where it has not."""
        return self._failure("failure.json")

    def _failure(self, *names: str) -> Failure | None:
        path = self._root.joinpath(*names)
        if not path.exists():
            return None
        found = json.loads(path.read_text())
        written = float(path.stat().st_mtime or 0)
        return Failure(found["stage"], found["exitCode"], found["message"], written)

    def outputs(self, stage: str) -> dict[str, str]:
        """When each finished output of a stage was finished, by its folder's name."""
        folder = self._root / stage
        if not folder.exists():
            return {}
        found = {path.name: self._manifest(stage, path.name) for path in folder.iterdir()}
        return {name: str(manifest["finished"]) for name, manifest in found.items() if manifest}

    def result(self, stage: str, output: str) -> dict[str, Any]:
        """What a stage says about a finished output."""
        return dict(self._manifest(stage, output)["result"])

    def newest(self, stage: str, file: str) -> Any:
        """A JSON file of a stage's newest output.

        :raises FileNotFoundError: when there is none
        """
        outputs = self.outputs(stage)
        if not outputs:
            raise FileNotFoundError(f"{self.uri}: no finished output of {stage}")
        newest = max(outputs, key=lambda output: outputs[output])
        return json.loads((self._root / stage / newest / file).read_text())

    def _manifest(self, stage: str, output: str) -> dict[str, Any]:
        text = self._text(stage, output, "manifest.json")
        return json.loads(text) if text else {}

    def _text(self, *names: str) -> str:
        path = self._root.joinpath(*names)
        return str(path.read_text()) if path.exists() else ""


def uri_of_asset(workspace: str) -> str:
    """A workspace as Airflow writes URIs."""
    if workspace.startswith("/"):
        return f"file://{workspace}"
    if workspace.startswith("file:/") and not workspace.startswith("file://"):
        return f"file://{workspace.removeprefix('file:')}"
    return workspace.replace("s3a://", "s3://", 1)
