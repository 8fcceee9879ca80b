"""Stages by the Spark Operator, and in a single pod."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.operators.spark_kubernetes import SparkKubernetesOperator

from gradus_airflow.stage_operator import STAGE_FIELDS, StageOperator
from gradus_airflow.stage_run import MAIN, StageRun


class GradusApplicationOperator(StageOperator, SparkKubernetesOperator):
    """Runs one stage as a SparkApplication; see ``StageArguments``, and ``StageRun`` for its end.

    ``template_spec`` is the SparkApplication, whose arguments are the stage's.
    """

    template_fields = [*SparkKubernetesOperator.template_fields, *STAGE_FIELDS]

    def prepare(self, run: StageRun) -> None:
        self.template_spec = application_of(self.template_spec, run)


def application_of(application: Mapping[str, Any], run: StageRun) -> dict[str, Any]:
    """The SparkApplication for a stage. Airflow alone tries again, so that a mistake is not."""
    body = copy.deepcopy(dict(application))
    spec = body["spec"]
    spec["mainClass"] = MAIN
    spec["arguments"] = run.arguments
    spec["sparkConf"] = {**spec.get("sparkConf", {}), **run.conf}
    spec["restartPolicy"] = {"type": "Never"}
    return body


class GradusPodOperator(StageOperator, KubernetesPodOperator):
    """Runs one stage in one pod, with Spark inside; for corpora that one machine can do.

    :param jar: the assembly in the image
    :param conf: settings of Spark
    """

    template_fields = (*KubernetesPodOperator.template_fields, *STAGE_FIELDS)

    def __init__(self, *, jar: str, conf: Mapping[str, str], **arguments: Any) -> None:
        super().__init__(cmds=["/opt/spark/bin/spark-submit"], **arguments)
        self.jar = jar
        self.conf = conf

    def prepare(self, run: StageRun) -> None:
        self.arguments = pod_arguments(self.jar, self.conf, run)


def pod_arguments(jar: str, conf: Mapping[str, str], run: StageRun) -> list[str]:
    """What spark-submit gets inside the pod."""
    settings = {"spark.master": "local[*]", **conf, **run.conf}
    arguments = [word for item in settings.items() for word in ("--conf", "=".join(item))]
    return [*arguments, "--class", MAIN, jar, *run.arguments]
