"""The document is an OpenAPI 3.1 document, and tells enough of every operation."""

from __future__ import annotations

from collections import Counter

from openapi_spec_validator import OpenAPIV31SpecValidator

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def test_it_is_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert [f"{error.json_path}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_is_told_in_full(document):
    tags = {tag["name"] for tag in document["tags"]}
    for name, operation in operations(document):
        assert operation.get("operationId"), name
        assert operation.get("summary"), name
        assert operation.get("tags") and set(operation["tags"]) <= tags, name
        assert any(status.startswith("2") for status in operation["responses"]), name
        assert all(response["description"] for response in operation["responses"].values()), name


def test_no_operation_id_is_there_twice(document):
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    assert [id for id, count in ids.items() if count > 1] == []


def test_what_needs_a_token_says_so(document):
    for name, operation in operations(document):
        needsToken = operation["security"] != []
        assert ("401" in operation["responses"]) == needsToken, name
        assert ("403" in operation["responses"]) == needsToken, name
        assert ("x-scope" in operation) == needsToken, name


def test_every_schema_is_used(document):
    text = f"{document}"
    assert [name for name in document["components"]["schemas"] if f"'#/components/schemas/{name}'" not in text] == []
