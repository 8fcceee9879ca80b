"""The quickstart's stages under Airflow: dag.test() with the real spark-submit and built-in rater.

    GRADUS_JAR    the assembly
    GRADUS_TEXTS  real documents, JSON lines with id and text
    SPARK_HOME    a Spark, whose bin is on the PATH too
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[3]
DAG = """
import os
from datetime import timedelta
from gradus_airflow import SparkSubmit, curriculum_dag

dag = curriculum_dag(
    {configuration!r},
    SparkSubmit(
        jar=os.environ["GRADUS_JAR"],
        conf={{
            "spark.driver.memory": "1g",
            "spark.driver.extraJavaOptions": (
                "-XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile={root}/conf/log4j2.properties"
            ),
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "4",
        }},
    ),
    task_arguments={{"retries": 1, "retry_delay": timedelta(0)}},
)
"""
CONFIGURATION = """
include "../quickstart.conf"
pipeline {{ name = flow, workspace = "{workspace}" }}
ingest {{ inputs = [ {{ path = "{texts}", source = texts, id-field = id }} ], buckets = 16 }}
"""


class Flow:
    """A pipeline, its workspace, and its DAG."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        shutil.copy(ROOT / "conf" / "quickstart.conf", folder)
        corpora = folder / "corpora"
        corpora.mkdir()
        configuration = corpora / "flow.conf"
        texts = folder / "texts.jsonl"
        documents = Path(os.environ["GRADUS_TEXTS"]).read_text(encoding="utf-8").splitlines(True)
        texts.write_text("".join(documents[::2]), encoding="utf-8")
        configuration.write_text(CONFIGURATION.format(workspace=self.workspace, texts=texts))
        dags = folder / "dags"
        dags.mkdir()
        (dags / "flow.py").write_text(DAG.format(configuration=str(configuration), root=ROOT))
        for example in ("nightly_ingest.py", "temperature_sweep.py"):
            shutil.copy(ROOT / "airflow-dags" / "examples" / example, dags)
        os.environ["GRADUS_CORPORA"] = str(corpora)
        os.environ["GRADUS_CONFIGURATION"] = str(configuration)
        os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(dags)
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True
        )
        self._folder = dags

    def run(self, dag: str = "flow", leave_out: str | None = None, **params: Any) -> dict[str, Any]:
        """One run; the task instances by name, and the run itself as ``run``."""
        from airflow.dag_processing.dagbag import DagBag

        # Read anew for each run, as Airflow does: dag.test() leaves its parameters in the DAG.
        bag = DagBag(str(self._folder))
        assert bag.import_errors == {}
        run = bag.dags[dag].test(run_conf=params, mark_success_pattern=leave_out)
        return {"run": run, **{task.task_id: task for task in run.get_task_instances()}}

    def rated_buckets(self) -> dict[str, int]:
        """The buckets that are rated, and when they were."""
        found = self.workspace.glob("rate/raters/*/*")
        return {
            file.name: file.stat().st_mtime_ns
            for file in found
            if not file.name.startswith(".")
        }

    def manifests(self) -> dict[str, int]:
        found = self.workspace.glob("*/*/manifest.json")
        return {str(file): file.stat().st_mtime_ns for file in found}

    def events(self) -> list[str]:
        """The assets that were told of something new, in order."""
        from airflow.models.asset import AssetEvent
        from airflow.utils.session import create_session

        with create_session() as session:
            events = session.query(AssetEvent).order_by(AssetEvent.id).all()
            return [event.name for event in events]


class KillInTheMiddle:
    """Kills spark-submit when some buckets are rated and others are not."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.survivors: dict[str, int] = {}
        self._thread = threading.Thread(target=self._kill, daemon=True)
        self._thread.start()

    def _kill(self) -> None:
        end = time.monotonic() + 300
        while len(self._flow.rated_buckets()) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        for process in psutil.Process().children(recursive=True):
            if "org.apache.spark.deploy.SparkSubmit" in process.cmdline():
                process.kill()
                # Its end is spark-submit's to be told, so nobody waits for the process here.
                while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    time.sleep(0.02)
                self.survivors = self._flow.rated_buckets()


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    yield Flow(tmp_path_factory.mktemp("flow"))


def states(tasks: dict[str, Any]) -> dict[str, str]:
    return {name: str(task.state) for name, task in tasks.items()}


def test_a_killed_stage_resumes_and_a_mistake_is_told(flow: Flow, capfd: Any) -> None:
    kill = KillInTheMiddle(flow)
    tasks = flow.run(settings={"sample.tokens": "1T"})
    log = "".join(capfd.readouterr())
    assert states(tasks) == {
        "run": "failed",
        "survey": "success",
        "ingest": "success",
        "rate": "success",
        "pack": "failed",
        "report": "upstream_failed",
    }, log
    # rate was killed, and its retry rated only what was not rated.
    assert tasks["rate"].try_number == 2
    assert 3 <= len(kill.survivors) < 16
    rated = flow.rated_buckets()
    assert len(rated) == 16
    assert kill.survivors.items() <= rated.items()
    # pack has nothing to gain from a retry, and says what is wrong.
    assert tasks["pack"].try_number == 1
    assert "sample: sample.tokens: the budget is 1,000,000,000,000 tokens (1T), but" in log
    assert flow.events() == ["flow-ingest", "flow-rate"]


def test_the_next_run_reuses_the_ratings(flow: Flow) -> None:
    rated = flow.rated_buckets()
    tasks = flow.run()
    assert states(tasks) == {
        "run": "success",
        "survey": "success",
        "ingest": "skipped",
        "rate": "skipped",
        "pack": "success",
        "report": "success",
    }
    assert flow.rated_buckets() == rated
    assert flow.events() == ["flow-ingest", "flow-rate", "flow-pack", "flow-report"]
    shards = list(flow.workspace.glob("pack/*/mds/shard.*.mds"))
    assert shards
    assert list(flow.workspace.glob("report/*/report.html"))


def test_with_the_same_data_nothing_is_done(flow: Flow) -> None:
    manifests, events = flow.manifests(), flow.events()
    tasks = flow.run()
    assert states(tasks) == {
        "run": "success",
        "survey": "success",
        "ingest": "skipped",
        "rate": "skipped",
        "pack": "skipped",
        "report": "skipped",
    }
    assert flow.manifests() == manifests
    assert flow.events() == events


def test_corpora_are_found_when_the_dag_runs(flow: Flow) -> None:
    events = flow.events()
    tasks = flow.run("gradus_nightly_ingest")
    assert states(tasks) == {
        "run": "success",
        "corpora": "success",
        "corpus.survey": "success",
        "corpus.ingest": "skipped",
        "corpus.rate": "skipped",
    }
    assert tasks["corpus.rate"].map_index == 0
    assert flow.events() == events


def test_temperatures_are_compared_before_anybody_is_asked(flow: Flow) -> None:
    # Nobody is there to answer, so that the tasks from there on are not run.
    tasks = flow.run("gradus_temperature_sweep", leave_out="approve|pack|report")
    assert states(tasks)["sweep"] == "success"
    table = tasks["compare"].xcom_pull(task_ids="compare").splitlines()
    assert table[0] == "| temperature | mix | quotas | budget | quality | diversity |"
    temperatures = {row.split("|")[1].strip() for row in table[2:]}
    # The configuration's own, and the best of all.
    assert {"1.0", "0.0"} <= temperatures
