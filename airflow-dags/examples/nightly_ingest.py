"""Every night: takes in and rates what is new in each corpus.

Each configuration file in a folder is a corpus with a workspace of its own. A file that is added
tonight is worked on tonight, without a change of this DAG.
"""

import os
from pathlib import Path

from airflow.sdk import AssetAlias, dag, task, task_group

from gradus_airflow import SparkSubmit, curriculum

CORPORA = os.environ.get("GRADUS_CORPORA", "/opt/gradus/corpora")
CLUSTER = SparkSubmit(jar=os.environ.get("GRADUS_JAR", "/opt/gradus/gradus-jobs-assembly.jar"))


@dag(
    dag_id="gradus_nightly_ingest",
    schedule="0 2 * * *",
    catchup=False,
    max_active_runs=1,
    tags=["gradus"],
    doc_md=__doc__,
)
def nightly_ingest() -> None:
    @task
    def corpora() -> list[str]:
        return sorted(str(file) for file in Path(CORPORA).glob("*.conf"))

    @task_group
    def corpus(configuration: str) -> None:
        curriculum(
            configuration,
            CLUSTER,
            stages=("ingest", "rate"),
            # Other DAGs may wait for any corpus: schedule=[AssetAlias("gradus-corpora")].
            alias=AssetAlias("gradus-corpora"),
            # Each is a driver on this worker.
            max_active_tis_per_dag=2,
        )

    corpus.expand(configuration=corpora())


nightly_ingest()
