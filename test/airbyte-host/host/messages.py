"""Puts messages through Airbyte's own models and serializers: messages.py MODELS < LINES.

MODELS is pydantic1 (airbyte-protocol-models), pydantic2 (airbyte-protocol-models-pdv2, as in PyAirbyte), or dataclasses
(airbyte-protocol-models-dataclasses with the serializer of Airbyte's CDK). Each line has to be taken, and has to come out
as it went in, but for defaults that a model adds. Records are also checked against the schemas of the catalog that stands among the lines.
Writes {"counts": {type: number}, "faults": [text]}.
"""

import json
import sys
from collections import Counter


def with_pydantic1():
    from airbyte_protocol.models import AirbyteMessage

    return lambda line: json.loads(AirbyteMessage.parse_raw(line).json(exclude_unset=True))


def with_pydantic2():
    from airbyte_protocol.models import AirbyteMessage

    return lambda line: json.loads(AirbyteMessage.model_validate_json(line).model_dump_json(exclude_unset=True))


def with_dataclasses():
    from airbyte_cdk.models import AirbyteMessageSerializer

    return lambda line: AirbyteMessageSerializer.dump(AirbyteMessageSerializer.load(json.loads(line)))


def holds(made, given):
    """Whether all that was given is in what was made of it. The CDK's serializer leaves out what is null."""
    if isinstance(given, dict):
        present = [key for key in given if key in made or given[key] is not None or sys.argv[1] != "dataclasses"]
        return isinstance(made, dict) and all(key in made and holds(made[key], given[key]) for key in present)
    if isinstance(given, list):
        return isinstance(made, list) and len(made) == len(given) and all(map(holds, made, given))
    return made == given


def validators_of(lines):
    try:
        from jsonschema import Draft7Validator, FormatChecker
    except ImportError:
        return {}
    catalogs = [message["catalog"] for message in map(json.loads, lines) if message["type"] == "CATALOG"]
    validators = {}
    for stream in catalogs[-1]["streams"] if catalogs else []:
        Draft7Validator.check_schema(stream["json_schema"])
        validators[stream["name"]] = Draft7Validator(stream["json_schema"], format_checker=FormatChecker())
    return validators


serialize = {"pydantic1": with_pydantic1, "pydantic2": with_pydantic2, "dataclasses": with_dataclasses}[sys.argv[1]]()
lines = sys.stdin.read().splitlines()
validators = validators_of(lines)
counts, faults = Counter(), []
for line in lines:
    message = json.loads(line)
    counts[message["type"]] += 1
    try:
        if not holds(serialize(line), message):
            faults.append(f"loses something: {line}")
    except Exception as thrown:  # noqa: BLE001
        faults.append(f"is refused ({thrown}): {line}")
    if message["type"] == "RECORD" and message["record"]["stream"] in validators:
        for error in validators[message["record"]["stream"]].iter_errors(message["record"]["data"]):
            faults.append(f"isn't as its schema says ({error.message}): {line}")
print(json.dumps({"counts": counts, "records_checked": len(validators) > 0, "faults": faults}))
