"""The bodies of requests."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from .base_model import UNSET, Upload


def request_body(query: str, operation_name: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Arguments of httpx for a request: JSON, or a form where the variables have files.

    The form is that of the GraphQL multipart request specification.
    """
    files: dict[str, Upload] = {}
    plain = without_files(variables, "variables", files)
    operations = {"query": query, "operationName": operation_name, "variables": plain}
    if not files:
        return {"json": operations}
    places = {str(i): [path] for i, path in enumerate(files)}
    uploads = {str(i): (file.filename, file.content, file.content_type) for i, file in enumerate(files.values())}
    return {
        "data": {"operations": json.dumps(operations), "map": json.dumps(places)},
        "files": uploads,
        "headers": {"apollo-require-preflight": "true"},
    }


def without_files(value: Any, path: str, files: dict[str, Upload]) -> Any:
    """The value as JSON has it, with None in place of each file, which ``files`` takes by its path."""
    if isinstance(value, Upload):
        files[path] = value
        return None
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        value = {fields[name].alias or name: getattr(value, name) for name in value.model_fields_set}
    if isinstance(value, dict):
        given = {name: item for name, item in value.items() if item is not UNSET}
        return {name: without_files(item, f"{path}.{name}", files) for name, item in given.items()}
    if isinstance(value, (list, tuple)):
        return [without_files(item, f"{path}.{i}", files) for i, item in enumerate(value)]
    return to_jsonable_python(value)
