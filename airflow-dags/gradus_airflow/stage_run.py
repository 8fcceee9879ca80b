"""One stage in one task: what Gradus is told, and what its end means for the task."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from gradus_airflow.configuration import Pipeline, Setting
from gradus_airflow.workspace import Workspace

if TYPE_CHECKING:
    from airflow.sdk import Context

MAIN = "io.gradus.jobs.command.Gradus"
PARAMS = {"temperature": "sample.temperature", "tokens": "sample.tokens"}
"""Parameters of a run that are settings of the configuration."""

log = logging.getLogger(__name__)


class StageRun:
    """A stage that a task runs.

    :param configuration: as Airflow's workers find it
    :param driver_configuration: as the driver finds it; empty for the same
    :param settings: overrides of the configuration
    :param known: the stage's outputs before this run, and when they were finished
    """

    def __init__(
        self,
        *,
        context: Context,
        stage: str,
        configuration: str,
        driver_configuration: str,
        settings: Mapping[str, Setting],
        known: Mapping[str, str] | None,
        workspace_conn_id: str | None,
    ) -> None:
        self.stage = stage
        params = dict(context["params"])
        self.settings: dict[str, Setting] = {**settings, **(params.get("settings") or {})}
        for name, path in PARAMS.items():
            if params.get(name) is not None:
                self.settings[path] = params[name]
        self._driver_configuration = driver_configuration or configuration
        self._pipeline = Pipeline.read(configuration, self.settings)
        self._workspace = Workspace(self._pipeline.workspace, workspace_conn_id)
        self._known = known
        self._context = context
        self.submission = _submission(context)
        self._last_failure = self._workspace.last_failure()

    @property
    def arguments(self) -> list[str]:
        """The command line of Gradus."""
        arguments = [self.stage, self._driver_configuration]
        for path, value in self.settings.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            arguments += ["--set", f"{path}={text}"]
        return arguments

    @property
    def conf(self) -> dict[str, str]:
        """Settings of Spark by which the driver leaves an answer for this task alone."""
        return {"spark.gradus.submission": self.submission}

    @contextmanager
    def outcome(self) -> Iterator[None]:
        """Turns the end of the work inside into that of the task.

        :raises AirflowFailException: with Gradus's message, when only people can mend it
        :raises AirflowException: with Gradus's message, when another attempt may help, and where
            there is neither an output nor a message
        :raises AirflowSkipException: when everything was there already
        """
        try:
            yield
        except Exception as error:
            self._raise_failure(error)
            raise
        # Some clusters answer 0 for a driver that has failed.
        self._raise_failure(None)
        self._tell_outputs()

    def _raise_failure(self, cause: Exception | None) -> None:
        failure = self._workspace.answer(self.submission)
        if failure is None:
            # Drivers that know of no submission leave it here, where an earlier run's may lie too.
            last = self._workspace.last_failure()
            failure = last if last != self._last_failure else None
        if failure is None:
            return
        message = f"{failure.stage or self.stage}: {failure.message}"
        log.error("Gradus failed in %s", message)
        if failure.is_for_people:
            raise AirflowFailException(message) from cause
        raise AirflowException(message) from cause

    def _tell_outputs(self) -> None:
        if self._known is None:
            return
        outputs = self._workspace.outputs(self.stage)
        if not outputs:
            raise AirflowException(
                f"{self.stage}: the driver has ended, but there is neither an output nor a message"
                f" in {self._workspace.uri}/{self.stage}. See the driver's log on the cluster."
            )
        new = [output for output, time in outputs.items() if self._known.get(output) != time]
        if not new:
            raise AirflowSkipException(
                f"Nothing to do: {self.stage} is finished for this configuration and input."
            )
        for outlet in self._context["task"].outlets:
            if isinstance(outlet, AssetAlias):
                event = self._context["outlet_events"][outlet]
                event.add(Asset(name=f"{self._pipeline.name}-{self.stage}", uri=self._uri()))
            elif isinstance(outlet, Asset):
                table = self._workspace.result(self.stage, new[-1]).get("table") or {}
                facts: dict[str, Any] = {"output": new[-1]}
                facts.update({key: table[key] for key in ("rows", "tokens") if key in table})
                self._context["outlet_events"][outlet].extra.update(facts)

    def _uri(self) -> str:
        return f"{self._workspace.uri}/{self.stage}"


def _submission(context: Context) -> str:
    """A name for this attempt that is a folder's name on every file system."""
    instance = context["ti"]
    parts: Sequence[Any] = (
        instance.dag_id,
        instance.task_id,
        instance.run_id,
        instance.map_index,
        instance.try_number,
    )
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", "_".join(str(part) for part in parts))
