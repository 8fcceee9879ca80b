"""Gradus pipelines as Airflow DAGs: reads a pipeline's configuration, makes its DAG."""

from gradus_airflow.clusters import Pod, SparkApplication, SparkSubmit
from gradus_airflow.configuration import Pipeline
from gradus_airflow.dags import asset, curriculum, curriculum_dag

__all__ = [
    "Pipeline",
    "Pod",
    "SparkApplication",
    "SparkSubmit",
    "asset",
    "curriculum",
    "curriculum_dag",
]
