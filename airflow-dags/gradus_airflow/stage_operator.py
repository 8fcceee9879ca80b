"""What every operator that runs a stage has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol, TypedDict

from airflow.sdk import BaseOperator, Context

from gradus_airflow.configuration import Setting
from gradus_airflow.stage_run import StageRun


class StageArguments(TypedDict):
    """The stage that an operator runs. All are templated, so that they can be mapped over.

    ``known`` is what ``survey`` finds before, for this stage among others: without it, a stage that
    has nothing to do counts as done instead of skipped.
    """

    stage: str
    configuration: str
    driver_configuration: str
    settings: Mapping[str, Setting]
    known: Any
    workspace_conn_id: str | None


STAGE_FIELDS = tuple(StageArguments.__annotations__)


class StageOperator(BaseOperator):
    """Stands before an operator of Airflow, which it tells what to run; its end is Gradus's."""

    def __init__(
        self,
        *,
        stage: str,
        configuration: str,
        driver_configuration: str = "",
        settings: Mapping[str, Setting] | None = None,
        known: Mapping[str, Mapping[str, str]] | None = None,
        workspace_conn_id: str | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.stage = stage
        self.configuration = configuration
        self.driver_configuration = driver_configuration
        self.settings = settings or {}
        self.known = known
        self.workspace_conn_id = workspace_conn_id

    @abstractmethod
    def prepare(self, run: StageRun) -> None:
        """Puts the stage's arguments and settings into the operator's own fields."""

    def execute(self, context: Context) -> Any:
        run = self._run(context)
        self.prepare(run)
        with run.outcome():
            return super().execute(context)

    def trigger_reentry(self, context: Context, event: dict[str, Any]) -> Any:
        """Goes on when the triggerer has waited, in operators that can be deferred."""
        deferrable: Any = super()
        with self._run(context).outcome():
            return deferrable.trigger_reentry(context, event)

    def _run(self, context: Context) -> StageRun:
        return StageRun(
            context=context,
            stage=self.stage,
            configuration=self.configuration,
            driver_configuration=self.driver_configuration,
            settings=self.settings or {},
            known=None if self.known is None else self.known.get(self.stage, {}),
            workspace_conn_id=self.workspace_conn_id,
        )


class Cluster(Protocol):
    """Where stages run, and by which operator."""

    def operator(self, task_id: str, stage: StageArguments, **arguments: Any) -> BaseOperator:
        """A task that runs a stage.

        :param arguments: any of Airflow's operators
        """
        ...

    def driver_configuration(self, file: str) -> str:
        """A configuration file as the driver finds it; empty for the same place."""
        ...
