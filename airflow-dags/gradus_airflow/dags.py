"""The DAG of a pipeline: one task a stage, each done only where there is something to do."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, Asset, AssetAlias, BaseOperator, Param, TriggerRule, task

from gradus_airflow.configuration import Pipeline, Setting
from gradus_airflow.stage_operator import Cluster, StageArguments
from gradus_airflow.workspace import Workspace, uri_of_asset

CURRICULUM = ("ingest", "rate", "pack", "report")
"""The stages that are tasks by default; what lies between them runs with the later one."""

TABLES = ("ingest", "rate", "pack", "advise", "report")
"""The stages whose outputs are assets."""

RETRIES = 2
"""A lost machine is no reason to wake anybody: a retry goes on where the last attempt stopped."""


def asset(pipeline: Pipeline, stage: str) -> Asset:
    """What a stage writes, for the schedules of other DAGs."""
    return Asset(
        name=f"{pipeline.name}-{stage}", uri=f"{uri_of_asset(pipeline.workspace)}/{stage}"
    )


@task(show_return_value_in_logs=False)
def survey(
    configuration: str, stages: Sequence[str], workspace_conn_id: str | None
) -> dict[str, dict[str, str]]:
    """What is finished before the run, so that a stage can tell whether it has done anything."""
    workspace = Workspace(Pipeline.read(configuration).workspace, workspace_conn_id)
    return {stage: workspace.outputs(stage) for stage in stages}


def curriculum(
    configuration: Any,
    cluster: Cluster,
    *,
    stages: Sequence[str] = CURRICULUM,
    pipeline: Pipeline | None = None,
    alias: AssetAlias | None = None,
    driver_configuration: Any = "",
    settings: Mapping[str, Setting] | None = None,
    workspace_conn_id: str | None = None,
    **arguments: Any,
) -> list[BaseOperator]:
    """The tasks of a pipeline, for a DAG or task group around them.

    :param configuration: the file, or what is mapped over in a task group
    :param stages: one task each; a task also runs what it needs of the others
    :param pipeline: where it is known beforehand, for assets
    :param alias: for assets, where the pipeline is known only when it runs
    :param driver_configuration: the file as the driver finds it; empty for the same
    :param settings: overrides of the configuration
    :param workspace_conn_id: the connection by which Airflow reads the workspace
    :param arguments: any of Airflow's operators, such as ``pool``
    """
    known = survey(configuration, list(stages), workspace_conn_id)
    tasks: list[BaseOperator] = []
    previous: Any = known
    for stage in stages:
        outlets: list[Asset | AssetAlias] = []
        if pipeline is not None and stage in TABLES:
            outlets = [asset(pipeline, stage)]
        elif alias is not None and stage in TABLES:
            outlets = [alias]
        operator = cluster.operator(
            stage,
            StageArguments(
                stage=stage,
                configuration=configuration,
                driver_configuration=driver_configuration,
                settings=dict(settings or {}),
                known=known,
                workspace_conn_id=workspace_conn_id,
            ),
            outlets=outlets,
            # A stage that had nothing to do is skipped; those behind it look for themselves.
            trigger_rule=TriggerRule.NONE_FAILED,
            **{"retries": RETRIES, "retry_delay": timedelta(minutes=2), **arguments},
        )
        previous >> operator
        previous = operator
        tasks.append(operator)
    return tasks


def curriculum_dag(
    configuration: str | Path,
    cluster: Cluster,
    *,
    dag_id: str | None = None,
    schedule: Any = None,
    stages: Sequence[str] = CURRICULUM,
    settings: Mapping[str, Setting] | None = None,
    workspace_conn_id: str | None = None,
    task_arguments: Mapping[str, Any] | None = None,
    **dag_arguments: Any,
) -> DAG:
    """The DAG of a configuration file.

    :param configuration: the file, as Airflow's workers find it
    :param schedule: Airflow's, such as a cron expression or a list of assets
    :param stages: one task each; a task also runs what it needs of the others
    :param settings: overrides of the configuration
    :param workspace_conn_id: the connection by which Airflow reads the workspace
    :param task_arguments: any of Airflow's operators, such as ``pool``
    :param dag_arguments: any of Airflow's DAGs
    :raises ValueError: when the configuration has no workspace, or no such stage
    """
    pipeline = Pipeline.read(configuration, settings)
    unknown = [stage for stage in stages if stage not in pipeline.stages]
    if unknown:
        raise ValueError(
            f"{pipeline.file}: no stage {', '.join(unknown)}; there are {', '.join(pipeline.stages)}"
        )
    with DAG(
        dag_id=dag_id or pipeline.name,
        schedule=schedule,
        params=params(),
        doc_md=documentation(pipeline, stages),
        **{
            "catchup": False,
            # Two runs at once would want the same workspace.
            "max_active_runs": 1,
            "tags": ["gradus"],
            **dag_arguments,
        },
    ) as dag:
        curriculum(
            str(configuration),
            cluster,
            stages=stages,
            pipeline=pipeline,
            driver_configuration=cluster.driver_configuration(str(configuration)),
            settings=settings,
            workspace_conn_id=workspace_conn_id,
            **(task_arguments or {}),
        )
    return dag


def params() -> dict[str, Param]:
    """What may be asked of one run. Airflow refuses other values before anything runs."""
    return {
        "temperature": Param(
            None,
            type=["null", "number"],
            minimum=0,
            description="Of sampling; empty for the configuration's.",
        ),
        "tokens": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d+(\.\d+)?\s*([kMBT]|%)?$",
            description="To sample, such as 30B or 50%; empty for the configuration's.",
        ),
        "settings": Param(
            {},
            type="object",
            propertyNames={"pattern": r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$"},
            additionalProperties={"type": ["string", "number", "boolean"]},
            description="Any other values of the configuration, by path.",
        ),
    }


def documentation(pipeline: Pipeline, stages: Sequence[str]) -> str:
    """What the DAG's page says."""
    done: list[str] = []
    rows = []
    for stage in pipeline.stages:
        done.append(stage)
        if stage in stages:
            rows.append(f"| `{stage}` | {', '.join(done)} |")
            done = []
    sources = ", ".join(pipeline.sources) or "as the records say"
    return textwrap.dedent(
        """\
        ### {name}

        A curriculum by Gradus, from `{file}`.

        | | |
        |---|---|
        | workspace | `{workspace}` |
        | sources | {sources} |

        | task | stages |
        |---|---|
        {rows}

        What is finished is never done again: a retry goes on where the last attempt stopped, and a
        task is skipped where there is nothing to do. A mistake in configuration or data is not tried
        again; the task's log and `gradus status` say how to mend it.
        """
    ).format(
        name=pipeline.name,
        file=pipeline.file,
        workspace=pipeline.workspace,
        sources=sources,
        rows="\n".join(rows),
    )
