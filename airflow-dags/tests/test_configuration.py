from pathlib import Path

import pytest

from gradus_airflow.configuration import STAGES, Pipeline

QUICKSTART = Path(__file__).parents[2] / "conf" / "quickstart.conf"


def write(folder: Path, text: str) -> Path:
    file = folder / "books.conf"
    file.write_text(text)
    return file


def test_the_quickstart_is_read() -> None:
    pipeline = Pipeline.read(QUICKSTART)
    assert pipeline.name == "quickstart"
    assert pipeline.workspace == str(QUICKSTART.parent / "workspace")
    assert pipeline.sources == ("manual", "parliament", "dictionary", "comments", "licences")
    assert pipeline.stages == tuple(stage for stage in STAGES if stage != "topics")


def test_the_name_is_the_files_without_one(tmp_path: Path) -> None:
    assert Pipeline.read(write(tmp_path, "pipeline.workspace = /w")).name == "books"


def test_a_workspace_may_be_a_uri(tmp_path: Path) -> None:
    file = write(tmp_path, 'pipeline { workspace = "s3a://bucket/gradus/" }')
    assert Pipeline.read(file).workspace == "s3a://bucket/gradus"


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "pipeline { workspace = a, name = n }\ntopics { }")
    pipeline = Pipeline.read(file, {"pipeline.workspace": "/other"})
    assert pipeline.workspace == "/other"
    assert "topics" in pipeline.stages


def test_without_a_workspace_there_is_no_dag(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"books\.conf: pipeline\.workspace is missing"):
        Pipeline.read(write(tmp_path, "pipeline { name = books }"))
