"""Validates Kubernetes manifests strictly and offline, unknown fields being errors.

Pod templates, which have neither name nor image, are validated as the pods that they become. What a
SparkApplication says is validated with the operator's own schema, its pods with that of Kubernetes.
"""

import argparse
import json
import sys
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

VERSION = kubernetes_validate.latest_version()


def completed(pod: dict[str, Any]) -> dict[str, Any]:
    containers = [{"image": "image", **container} for container in pod["spec"]["containers"]]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pod", **pod.get("metadata", {})},
        "spec": {**pod["spec"], "containers": containers},
    }


def strict(schema: Any) -> Any:
    """The schema with what an API server checks beside it."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return result


def problems(document: dict[str, Any], schema: Any) -> list[str]:
    if document.get("kind") == "SparkApplication":
        validator = jsonschema.Draft7Validator(schema)
        found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
        for role in ("driver", "executor"):
            template = document["spec"][role].get("template")
            if template:
                found += problems(completed(template), schema)
        return found
    if document["kind"] == "Pod":
        document = completed(document)
    try:
        kubernetes_validate.validate(document, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(str(part) for part in error.path)}: {error.message}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spark-application", required=True, metavar="SCHEMA")
    parser.add_argument("manifests", nargs="+", metavar="FILE")
    arguments = parser.parse_args()
    with open(arguments.spark_application, encoding="utf-8") as file:
        schema = strict(json.load(file))
        # Any metadata.
        schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    failed = False
    for name in arguments.manifests:
        with open(name, encoding="utf-8") as file:
            for document in yaml.safe_load_all(file):
                found = problems(document, schema)
                failed = failed or bool(found)
                print(f"{name}: {document['kind']}: {'; '.join(found) or 'valid'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
