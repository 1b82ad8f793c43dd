"""Whether Discord would take our requests: held against its own description of its API."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from jsonschema_rs import Draft202012, Draft202012Validator, Registry, ValidationError, ValidationErrorKind

from tests import discord_limits

# github.com/discord/discord-api-spec, specs/openapi.json. Where it is not there, only the limits are looked at.
DOCUMENT = Path(__file__).parents[2] / "shared" / "discord-openapi.json"


class Request(Protocol):
    """What SimCord records of a request; the JSON part of a multipart one is its `json`."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def json(self) -> Any: ...
    @property
    def reason(self) -> str | None: ...


def check(requests: Iterable[Request]) -> list[str]:
    """One complaint for each thing that Discord would not take; empty when all is fine."""
    return [f"{it.method} {it.path}: {complaint}" for it in requests for complaint in _complaints(it)]


def _complaints(request: Request) -> Iterator[str]:
    if DOCUMENT.exists():
        yield from _against_description(request)
    if len(request.reason or "") > 512:
        yield "the reason for the audit log is longer than 512 characters"
    yield from discord_limits.check(request.path, request.json)


@cache
def _description() -> tuple[dict[str, Any], Registry]:
    # Discord itself says that ids may be numbers and that several kinds of a union may fit at once.
    document = json.loads(DOCUMENT.read_text("utf-8").replace('"oneOf"', '"anyOf"'))
    schemas = document["components"]["schemas"]
    schemas["SnowflakeType"]["type"] = ["string", "integer"]
    schemas["CreateRoleRequest"]["properties"]["permissions"]["type"].append("string")  # too large for many a reader
    return document, Registry([("urn:discord", document)], draft=Draft202012)


@cache
def _validator(*place: str) -> Draft202012Validator:
    pointer = "/".join(quote(part.replace("~", "~0").replace("/", "~1"), safe="~") for part in place)
    return Draft202012Validator(
        {"$ref": f"urn:discord#/{pointer}"}, registry=_description()[1], validate_formats=True, mask="it", offline=True
    )


@cache
def _routes() -> list[tuple[str, re.Pattern[str]]]:
    """Templates and what they match, those with the fewest gaps first: `pins` before `{message_id}`."""
    templates = sorted(_description()[0]["paths"], key=lambda template: template.count("{"))
    return [(it, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", it))) for it in templates]


def _against_description(request: Request) -> Iterator[str]:
    method = request.method.lower()
    for template, pattern in _routes():
        if (found := pattern.fullmatch(request.path)) and method in _description()[0]["paths"][template]:
            yield from _parameters(template, method, {**found.groupdict(), **(request.params or {})})
            yield from _body(template, method, request.json)
            return
    yield "no such route"


def _parameters(template: str, method: str, given: Mapping[str, Any]) -> Iterator[str]:
    declared = _declared(template, method)
    for name, value in given.items():
        if name not in declared:
            yield f"the parameter {name} is not known"
        elif not any(map(_validator(*declared[name]).is_valid, _readings(value))):
            yield f"the parameter {name} may not be {value!r}"


@cache
def _declared(template: str, method: str) -> dict[str, tuple[str, ...]]:
    """Where the description has the schema of each parameter."""
    path = _description()[0]["paths"][template]
    places = (("paths", template), path), (("paths", template, method), path[method])
    return {
        parameter["name"]: (*place, "parameters", str(index), "schema")
        for place, holder in places
        for index, parameter in enumerate(holder.get("parameters", []))
    }


def _readings(value: Any) -> Iterator[Any]:
    """In an address all is text, so a value is whatever its text can be read as."""
    text = str(value)
    yield text
    if text.lower() in {"0", "1", "true", "false"}:
        yield text.lower() in {"1", "true"}
    if re.fullmatch(r"-?\d+", text):
        yield int(text)


def _body(template: str, method: str, body: Any) -> Iterator[str]:
    expected = _description()[0]["paths"][template][method].get("requestBody", {})
    if body is None:
        if expected.get("required") and "multipart/form-data" not in expected["content"]:
            yield "the body is missing"
    elif not expected:
        yield "no body is taken here"
    elif "application/json" in expected["content"]:
        place = ("paths", template, method, "requestBody", "content", "application/json", "schema")
        for error in _validator(*place).iter_errors(body):
            yield from _readable(error)


def _readable(error: ValidationError) -> Iterator[str]:
    """Of a union only the errors of the kind that was meant, as far as a `type` tells."""
    if not isinstance(error.kind, ValidationErrorKind.AnyOf):
        yield f"{_dotted(error.instance_path)}: {error.message}"
        return

    def strangeness(errors: list[ValidationError]) -> tuple[int, int]:
        return sum(_is_other_kind(it, error.instance_path) for it in errors), len(errors)

    meant = min(reversed(error.kind.context), key=strangeness)
    other = [it for it in meant if _is_other_kind(it, error.instance_path)]
    if other:
        yield f"{_dotted(other[0].instance_path)}: {other[0].instance!r} may not stand here"
    else:
        for it in meant:
            yield from _readable(it)


def _is_other_kind(error: ValidationError, union: list[str | int]) -> bool:
    if error.instance_path == union:
        return isinstance(error.kind, ValidationErrorKind.Type)
    return error.instance_path == [*union, "type"] and isinstance(error.kind, ValidationErrorKind.Enum)


def _dotted(path: list[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "body"
