import json
from pathlib import Path

import pytest

from gradus_airflow.workspace import Failure, Workspace, uri_of_asset


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_an_output_is_finished_when_it_has_a_manifest(tmp_path: Path) -> None:
    put(tmp_path / "rate/a/manifest.json", {"finished": "2026-01-01T00:00:00Z", "result": {}})
    (tmp_path / "rate/b").mkdir()
    (tmp_path / "rate/raters").mkdir()
    assert Workspace(str(tmp_path)).outputs("rate") == {"a": "2026-01-01T00:00:00Z"}
    assert Workspace(str(tmp_path)).outputs("pack") == {}


def test_the_newest_output_is_read(tmp_path: Path) -> None:
    for name, day in (("a", 2), ("b", 1)):
        put(tmp_path / f"sweep/{name}/manifest.json", {"finished": f"2026-01-0{day}", "result": 0})
        put(tmp_path / f"sweep/{name}/sweep.json", {"name": name})
    assert Workspace(str(tmp_path)).newest("sweep", "sweep.json") == {"name": "a"}
    with pytest.raises(FileNotFoundError, match="no finished output of pack"):
        Workspace(str(tmp_path)).newest("pack", "x.json")


def test_a_failure_is_that_of_the_submission_or_the_last(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    assert workspace.answer("one") is None
    assert workspace.last_failure() is None
    put(tmp_path / "failure.json", {"stage": "rate", "exitCode": 1, "message": "m"})
    put(tmp_path / "submitted/one/failure.json", {"stage": "", "exitCode": 2, "message": "n"})
    last, answer = workspace.last_failure(), workspace.answer("one")
    assert last is not None and answer is not None
    assert (last.stage, last.message, last.is_for_people) == ("rate", "m", False)
    assert (answer.stage, answer.message, answer.is_for_people) == ("", "n", True)
    assert Failure("ingest", 3, "too many bad records").is_for_people


@pytest.mark.parametrize(
    ("workspace", "uri"),
    [
        ("/data/w", "file:///data/w"),
        ("file:/data/w", "file:///data/w"),
        ("file:///data/w", "file:///data/w"),
        ("s3a://bucket/w", "s3://bucket/w"),
        ("hdfs://name/w", "hdfs://name/w"),
    ],
)
def test_a_workspace_is_a_uri_of_airflow(workspace: str, uri: str) -> None:
    assert uri_of_asset(workspace) == uri
