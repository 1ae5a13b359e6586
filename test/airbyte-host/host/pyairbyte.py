"""PyAirbyte, told what to do line by line: a JSON request on standard input, its JSON answer on file descriptor 3.

Runs as pyairbyte.py NAME EXECUTABLE FOLDER: the source's name, its local executable, and where cache and lines are kept.
Every line that the source writes, whatever PyAirbyte then makes of it, is appended to FOLDER/lines.jsonl.
"""

import json
import os
import sys
from pathlib import Path

os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import airbyte  # noqa: E402

name, executable, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
answers = os.fdopen(3, "w")
source = airbyte.get_source(name, local_executable=executable, install_if_missing=False)
caches: dict[str, airbyte.DuckDBCache] = {}


def keep_lines(execute):
    def kept(*args, **kwargs):
        with (folder / "lines.jsonl").open("a") as lines:
            for line in execute(*args, **kwargs):
                lines.write(line.rstrip("\n") + "\n")
                yield line

    return kept


source.executor.execute = keep_lines(source.executor.execute)


def cache_of(request):
    key = request.get("cache", "cache")
    if key not in caches:
        caches[key] = airbyte.DuckDBCache(db_path=folder / f"{key}.duckdb")
    return caches[key]


def configure(request):
    source.set_config(request["config"], validate=request.get("validate", True))


def check(request):
    source.check()


def describe(request):
    streams = source.get_available_streams()
    return {
        "spec": source.config_spec,
        "streams": streams,
        "schemas": {stream: source.get_stream_json_schema(stream) for stream in streams},
    }


def read(request):
    selected = request.get("streams", "*")
    source.select_all_streams() if selected == "*" else source.select_streams(selected)
    result = source.read(cache_of(request), force_full_refresh=request.get("full", False))
    return {"processed": result.processed_records, "tables": {stream: len(result[stream]) for stream in result.streams}}


def query(request):
    rows = cache_of(request).run_sql_query(request["sql"])
    return [dict(row) for row in rows]


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"answer": globals()[request["do"]](request)}
    except Exception as thrown:  # noqa: BLE001 - whatever the host dislikes is the answer
        answer = {"error": f"{type(thrown).__name__}: {thrown}"}
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()
