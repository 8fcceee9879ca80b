"""The examples, as Airflow reads them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import Asset

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bag() -> Any:
    return DagBag(str(ROOT / "examples"))


def test_all_are_read_without_errors(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == {
        "gradus_nightly_ingest",
        "gradus_weekly_curriculum",
        "gradus_temperature_sweep",
    }


def test_nothing_deprecated_is_imported() -> None:
    program = f"""
import sys, warnings
sys.path.insert(0, {str(ROOT)!r})
import airflow.sdk, airflow.providers.cncf.kubernetes.operators.spark_kubernetes
import airflow.providers.apache.spark.operators.spark_submit
import airflow.providers.standard.operators.hitl
# From here on, every warning that our own files cause is an error.
warnings.simplefilter("error")
import pathlib, runpy
import gradus_airflow.kubernetes, gradus_airflow.spark_submit
for file in sorted(pathlib.Path({str(ROOT / "examples")!r}).glob("*.py")):
    runpy.run_path(str(file))
print("read")
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert "read" in done.stdout


def test_each_corpus_is_mapped_over(bag: Any) -> None:
    dag = bag.dags["gradus_nightly_ingest"]
    assert dag.schedule == "0 2 * * *"
    rate = dag.task_dict["corpus.rate"]
    assert dag.task_group.children["corpus"].upstream_task_ids == {"corpora"}
    assert rate.upstream_task_ids == {"corpora", "corpus.survey", "corpus.ingest"}
    assert [outlet.name for outlet in rate.outlets] == ["gradus-corpora"]


def test_the_weekly_curriculum_tells_of_its_shards(bag: Any) -> None:
    dag = bag.dags["gradus_weekly_curriculum"]
    assert dag.schedule == "0 3 * * 0"
    assert [outlet.name for outlet in dag.task_dict["pack"].outlets] == ["quickstart-pack"]
    assert isinstance(dag.task_dict["pack"].outlets[0], Asset)


def test_nothing_is_packed_without_approval(bag: Any) -> None:
    dag = bag.dags["gradus_temperature_sweep"]
    approve = dag.task_dict["approve"]
    assert approve.upstream_task_ids == {"compare"}
    assert "approve" in dag.task_dict["pack"].upstream_task_ids
    assert {"pack", "report"} <= {task.task_id for task in approve.get_flat_relatives()}
    # Otherwise a rejection would skip pack, and report would pack.
    assert approve.ignore_downstream_trigger_rules
