"""MLflow as its REST API shows it. Its own client takes seconds to import and minutes to fail."""

from __future__ import annotations

from typing import Any

import requests

from harness.wire.client import HttpClient


class MlflowError(AssertionError):
    """MLflow answered something else than 200."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(f"{answer.request.path_url}: {answer.status_code}: {answer.text[:500]}")


class MlflowApi(HttpClient):
    """Client of one MLflow server."""

    API = "/api/2.0/mlflow"

    def run(self, run_id: str) -> dict[str, Any]:
        """``info``, ``data`` (params, metrics, tags) of a run. Raises MlflowError."""
        run: dict[str, Any] = self._ask("/runs/get", run_id=run_id)["run"]
        return run

    def create_run(self, name: str) -> str:
        """A new run in MLflow's default experiment; returns its id."""
        body = {"experiment_id": "0", "run_name": name}
        answer = self.post(f"{self.API}/runs/create", json=body)
        if answer.status_code != 200:
            raise MlflowError(answer)
        run_id: str = answer.json()["run"]["info"]["run_id"]
        return run_id

    def save_artifact(self, run_id: str, name: str, content: bytes) -> None:
        """Saves a file of a run, where MLflow's own client puts it. Raises MlflowError."""
        folder = self.run(run_id)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
        path = f"/api/2.0/mlflow-artifacts/artifacts/{folder}/{name}"
        answer = self.request("PUT", path, data=content)
        if answer.status_code != 200:
            raise MlflowError(answer)

    def params(self, run_id: str) -> dict[str, str]:
        return {
            param["key"]: param["value"] for param in self.run(run_id)["data"].get("params", [])
        }

    def metrics(self, run_id: str) -> dict[str, float]:
        """The last value of every metric."""
        return {
            metric["key"]: metric["value"] for metric in self.run(run_id)["data"].get("metrics", [])
        }

    def history(self, run_id: str, metric: str) -> list[float]:
        """All values of one metric, in the order in which they were logged."""
        found = self._ask("/metrics/get-history", run_id=run_id, metric_key=metric)
        return [point["value"] for point in found.get("metrics", [])]

    def version(self, model: str, version: str, **options: Any) -> dict[str, Any]:
        """A version of a registered model. Raises MlflowError when there is none."""
        asked = {"name": model, "version": version}
        answer = self.get(f"{self.API}/model-versions/get", params=asked, **options)
        if answer.status_code != 200:
            raise MlflowError(answer)
        return dict(answer.json()["model_version"])

    def tag_version(self, model: str, version: str, key: str, value: str, **options: Any) -> None:
        """Sets a tag of a version of a registered model. Raises MlflowError."""
        body = {"name": model, "version": version, "key": key, "value": value}
        answer = self.post(f"{self.API}/model-versions/set-tag", json=body, **options)
        if answer.status_code != 200:
            raise MlflowError(answer)

    def version_named(self, model: str, alias: str, **options: Any) -> dict[str, Any]:
        """The version that ``alias`` names. Raises MlflowError when there is none."""
        asked = {"name": model, "alias": alias}
        answer = self.get(f"{self.API}/registered-models/alias", params=asked, **options)
        if answer.status_code != 200:
            raise MlflowError(answer)
        return dict(answer.json()["model_version"])

    def registered_file(self, model: str, version: str, path: str) -> bytes:
        """The content of one file that the registry holds for a version, wherever it keeps it.

        Raises:
            MlflowError: it cannot be had.
        """
        asked = {"name": model, "version": version, "path": path}
        answer = self.get("/model-versions/get-artifact", params=asked)
        if answer.status_code != 200:
            raise MlflowError(answer)
        return answer.content

    def artifacts(self, run_id: str, folder: str = "") -> dict[str, int]:
        """Path -> size in bytes of all files of the run, in all folders below ``folder``."""
        found: dict[str, int] = {}
        for entry in self._ask("/artifacts/list", run_id=run_id, path=folder).get("files", []):
            if entry["is_dir"]:
                found.update(self.artifacts(run_id, entry["path"]))
            else:
                found[entry["path"]] = int(entry["file_size"])
        return found

    def artifact(self, run_id: str, path: str) -> bytes:
        """The content of one file of the run, by the address that MLflow's own pages use."""
        answer = self.get("/get-artifact", params={"run_id": run_id, "path": path})
        if answer.status_code != 200:
            raise MlflowError(answer)
        return answer.content

    def _ask(self, route: str, **values: str) -> dict[str, Any]:
        answer = self.get(self.API + route, params=values)
        if answer.status_code != 200:
            raise MlflowError(answer)
        content: dict[str, Any] = answer.json()
        return content
