import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from airflow.sdk import Asset, TriggerRule
from airflow.sdk.exceptions import AirflowException

from gradus_airflow import Pipeline, Pod, SparkApplication, SparkSubmit, asset, curriculum_dag
from gradus_airflow.dags import params
from gradus_airflow.kubernetes import application_of, pod_arguments
from gradus_airflow.stage_run import StageRun

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "conf" / "quickstart.conf"
KUBERNETES = ROOT / "conf" / "kubernetes"
SUBMIT = SparkSubmit(jar="gradus.jar")
NO_CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "nobody"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "nobody", "user": {}}],
}
RUN = cast(
    StageRun,
    SimpleNamespace(arguments=["rate", "a.conf"], conf={"spark.gradus.submission": "s"}),
)


def test_a_stage_is_a_task_and_the_tasks_are_in_order() -> None:
    dag = curriculum_dag(QUICKSTART, SUBMIT)
    assert dag.dag_id == "quickstart"
    assert list(dag.task_dict) == ["survey", "ingest", "rate", "pack", "report"]
    assert dag.task_dict["ingest"].upstream_task_ids == {"survey"}
    assert dag.task_dict["pack"].upstream_task_ids == {"survey", "rate"}
    for name in ("ingest", "rate", "pack", "report"):
        stage: Any = dag.task_dict[name]
        assert stage.trigger_rule == TriggerRule.NONE_FAILED
        assert stage.retries == 2
        assert stage.stage == name
        assert stage.configuration == str(QUICKSTART)


def test_tables_and_shards_are_assets() -> None:
    dag = curriculum_dag(QUICKSTART, SUBMIT, stages=("ingest", "rate", "verify", "pack"))
    workspace = f"file://{QUICKSTART.parent}/workspace"
    assert dag.task_dict["rate"].outlets == [Asset("quickstart-rate", f"{workspace}/rate")]
    assert dag.task_dict["verify"].outlets == []
    assert asset(Pipeline.read(QUICKSTART), "pack") == dag.task_dict["pack"].outlets[0]


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match=r"quickstart\.conf: no stage topics, packs; there are ing"):
        curriculum_dag(QUICKSTART, SUBMIT, stages=("ingest", "topics", "packs"))


def test_the_page_tells_what_each_task_does() -> None:
    page = curriculum_dag(QUICKSTART, SUBMIT).doc_md
    assert page is not None
    assert "| `pack` | calibrate, sample, order, pack |" in page
    assert "manual, parliament, dictionary, comments, licences" in page


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("temperature", [None, 0, 2.5], [-1, "hot"]),
        ("tokens", [None, "30B", "50%", "1.5 M"], ["lots", 30]),
        (
            "settings",
            [{}, {"sample.temperature": 2, "order.shape": "ascending"}],
            [{"sample": 1}, {"sample.weights": {}}, "sample.temperature=2"],
        ),
    ],
)
def test_parameters_have_a_schema(name: str, good: list[Any], bad: list[Any]) -> None:
    param = params()[name]
    for value in good:
        assert param.resolve(value=value) == value
    for value in bad:
        with pytest.raises(AirflowException):
            param.resolve(value=value)


def test_spark_submit_waits_for_itself_or_asks_the_cluster() -> None:
    waiting: Any = curriculum_dag(QUICKSTART, SUBMIT).task_dict["rate"]
    assert not waiting.durable
    assert waiting.application == "gradus.jar"
    asking = SparkSubmit(jar="j", deploy_mode="cluster", follow="yarn", configurations="hdfs:///c")
    task: Any = curriculum_dag(QUICKSTART, asking).task_dict["rate"]
    assert task.durable and task._yarn_track_via_rm_api
    assert task.driver_configuration == "hdfs:///c/quickstart.conf"


def test_a_profile_gives_the_settings(tmp_path: Path) -> None:
    profile = tmp_path / "yarn-gpu.conf"
    profile.write_text(
        """
        master = yarn
        files = [ "a.sh", "b.sh" ]
        conf { "spark.executor.cores" = 8, "spark.speculation" = true }
        """
    )
    cluster = SparkSubmit.from_profile(profile, jar="g.jar", follow="yarn")
    assert cluster == SparkSubmit(
        jar="g.jar",
        conf={"spark.executor.cores": "8", "spark.speculation": "true"},
        files="a.sh,b.sh",
        deploy_mode="cluster",
        follow="yarn",
    )


def test_the_spark_operator_gets_the_stage() -> None:
    cluster = SparkApplication(KUBERNETES / "spark-application.yaml", configurations="s3a://b/conf")
    task: Any = curriculum_dag(QUICKSTART, cluster).task_dict["rate"]
    assert task.deferrable and task.namespace == "gradus" and task.name == "gradus-rate"
    assert task.driver_configuration == "s3a://b/conf/quickstart.conf"
    application = application_of(task.template_spec, RUN)
    assert application["spec"]["arguments"] == ["rate", "a.conf"]
    assert application["spec"]["sparkConf"]["spark.gradus.submission"] == "s"
    assert application["spec"]["sparkConf"]["spark.decommission.enabled"] == "true"
    assert application["spec"]["restartPolicy"] == {"type": "Never"}


def test_a_missing_application_is_told_when_the_dag_is_read() -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.yaml"):
        curriculum_dag(QUICKSTART, SparkApplication("none.yaml", configurations="/c"))


def test_a_pod_runs_spark_inside(tmp_path: Path) -> None:
    cluster = Pod("gradus:1", configurations="/conf", template=KUBERNETES / "driver-pod.yaml")
    task: Any = curriculum_dag(QUICKSTART, cluster).task_dict["rate"]
    assert task.deferrable and task.image == "gradus:1"
    assert pod_arguments(task.jar, task.conf, RUN) == [
        "--conf", "spark.master=local[*]",
        "--conf", "spark.driver.memory=8g",
        "--conf", "spark.gradus.submission=s",
        "--class", "io.gradus.jobs.command.Gradus",
        "/opt/gradus/gradus-jobs-assembly.jar", "rate", "a.conf",
    ]  # fmt: skip
    task.config_file = str(tmp_path / "kubeconfig")
    Path(task.config_file).write_text(yaml.safe_dump(NO_CLUSTER))
    pod = task.build_pod_request_obj().to_dict()
    assert pod["spec"]["security_context"]["run_as_non_root"]
    container = pod["spec"]["containers"][0]
    assert container["security_context"]["read_only_root_filesystem"]
    assert container["command"] == ["/opt/spark/bin/spark-submit"]
    template = yaml.safe_load((KUBERNETES / "driver-pod.yaml").read_text())
    assert len(pod["spec"]["volumes"]) == len(template["spec"]["volumes"])


def test_deprecated_names_would_be_found() -> None:
    from airflow.utils.deprecation_tools import DeprecatedImportWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecatedImportWarning)
        with pytest.raises(DeprecatedImportWarning):
            exec("from airflow.utils.trigger_rule import TriggerRule")
