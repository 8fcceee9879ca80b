"""Where stages run: by spark-submit on any cluster, by the Spark Operator, or in a single pod."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import hocon
import yaml  # type: ignore[import-untyped]
from airflow.sdk import BaseOperator

from gradus_airflow.stage_operator import StageArguments

JAR_IN_IMAGE = "/opt/gradus/gradus-jobs-assembly.jar"


def _elsewhere(folder: str | None, file: str) -> str:
    return posixpath.join(folder, posixpath.basename(file)) if folder else ""


@dataclass(frozen=True)
class SparkSubmit:
    """By SparkSubmitOperator, on the cluster that a connection of Airflow names.

    :param jar: the assembly: a path, or a URI such as ``local:///opt/...`` that the cluster knows
    :param conn_id: its host is the master; its extra may have ``deploy-mode``
    :param conf: settings of Spark
    :param files: for every executor's working folder, separated by commas
    :param archives: unpacked there
    :param deploy_mode: where the driver runs; None for what the connection says
    :param follow: how a task waits: ``process`` by spark-submit itself, which then lives as long;
        ``yarn`` and ``kubernetes`` (cluster mode) by asking their servers, whereby a retry after a
        lost worker finds the running job again
    :param configurations: the folder or URI where the driver finds configuration files; None for
        where Airflow's workers find them, as in client mode
    """

    jar: str
    conn_id: str = "spark_default"
    conf: Mapping[str, str] = field(default_factory=dict)
    files: str | None = None
    archives: str | None = None
    deploy_mode: Literal["client", "cluster"] | None = None
    follow: Literal["process", "yarn", "kubernetes"] = "process"
    configurations: str | None = None

    @classmethod
    def from_profile(cls, profile: str | Path, jar: str = "", **arguments: Any) -> SparkSubmit:
        """With the settings of a profile in ``conf/clusters``; the master is the connection's.

        :param jar: the assembly, where the profile names none
        """
        config: dict[str, Any] = hocon.parse_file(str(profile)).to_object()

        def words(key: str) -> str | None:
            value = config.get(key, [])
            return ",".join([value] if isinstance(value, str) else value) or None

        return cls(
            jar=config.get("jar", jar),
            conf={key: _text(value) for key, value in config.get("conf", {}).items()},
            files=words("files"),
            archives=words("archives"),
            deploy_mode=config.get("deploy-mode", "cluster"),
            **arguments,
        )

    def operator(self, task_id: str, stage: StageArguments, **arguments: Any) -> BaseOperator:
        from gradus_airflow.spark_submit import GradusSubmitOperator

        return GradusSubmitOperator(
            task_id=task_id,
            application=self.jar,
            name=f"gradus-{task_id}",
            conn_id=self.conn_id,
            conf=dict(self.conf),
            files=self.files,
            archives=self.archives,
            deploy_mode=self.deploy_mode,
            yarn_track_via_rm_api=self.follow == "yarn",
            track_driver_via_k8s_api=self.follow == "kubernetes",
            # In YARN's cluster mode, to find a job again needs its ResourceManager's address.
            durable=self.follow != "process",
            **stage,
            **arguments,
        )

    def driver_configuration(self, file: str) -> str:
        return _elsewhere(self.configurations, file)


@dataclass(frozen=True)
class SparkApplication:
    """By SparkKubernetesOperator, as a SparkApplication of the Spark Operator.

    :param file: the SparkApplication, such as ``conf/kubernetes/spark-application.yaml``
    :param configurations: the folder or URI where the driver finds configuration files
    :param kubernetes_conn_id: the connection to the cluster
    :param deferrable: whether waiting is the triggerer's, which takes no worker
    """

    file: str | Path
    configurations: str
    kubernetes_conn_id: str = "kubernetes_default"
    deferrable: bool = True

    def operator(self, task_id: str, stage: StageArguments, **arguments: Any) -> BaseOperator:
        from gradus_airflow.kubernetes import GradusApplicationOperator

        application = yaml.safe_load(Path(self.file).read_text(encoding="utf-8"))
        return GradusApplicationOperator(
            task_id=task_id,
            template_spec=application,
            namespace=application["metadata"]["namespace"],
            name=_name_of_pod(task_id),
            kubernetes_conn_id=self.kubernetes_conn_id,
            deferrable=self.deferrable,
            **stage,
            **arguments,
        )

    def driver_configuration(self, file: str) -> str:
        return _elsewhere(self.configurations, file)


@dataclass(frozen=True)
class Pod:
    """By KubernetesPodOperator, in one pod with all of Spark in it, for a corpus of one machine.

    :param image: of ``conf/kubernetes/Dockerfile``
    :param configurations: the folder or URI where the pod finds configuration files
    :param template: the pod's template, such as ``conf/kubernetes/driver-pod.yaml``
    :param conf: settings of Spark, whose ``spark.driver.memory`` is the heap
    :param resources: of the container, a ``V1ResourceRequirements``
    """

    image: str
    configurations: str
    template: str | Path
    namespace: str = "gradus"
    service_account: str = "gradus-executor"
    conf: Mapping[str, str] = field(default_factory=lambda: {"spark.driver.memory": "8g"})
    resources: Any = None
    kubernetes_conn_id: str = "kubernetes_default"
    deferrable: bool = True

    def operator(self, task_id: str, stage: StageArguments, **arguments: Any) -> BaseOperator:
        from gradus_airflow.kubernetes import GradusPodOperator

        return GradusPodOperator(
            task_id=task_id,
            jar=JAR_IN_IMAGE,
            conf=dict(self.conf),
            image=self.image,
            namespace=self.namespace,
            service_account_name=self.service_account,
            pod_template_file=str(self.template),
            base_container_name="spark-kubernetes-driver",
            container_resources=self.resources,
            name=_name_of_pod(task_id),
            kubernetes_conn_id=self.kubernetes_conn_id,
            deferrable=self.deferrable,
            **stage,
            **arguments,
        )

    def driver_configuration(self, file: str) -> str:
        return _elsewhere(self.configurations, file)


def _name_of_pod(task_id: str) -> str:
    return f"gradus-{task_id}".replace("_", "-").replace(".", "-")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
