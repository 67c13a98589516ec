"""The full report by DuckDB and by Polars, from the columns that the bench wrote: their numbers, and their times.

Both hold everything in memory before anything is timed, and use every processor.
"""

import json
import sys
import time

import duckdb
import numpy
import polars as pl

FOLDER, ROUNDS = sys.argv[1], int(sys.argv[2])
COLUMNS = ["conversation", "kind", "second", "value", "inbox", "channel", "team", "agent"]
# As FactKind numbers them.
COUNTED = {0: "created", 1: "message_in", 2: "message_out", 8: "opened", 12: "survey_sent"}
SPANS = {3: "first_response", 4: "reply_time", 5: "resolved"}
TURNS = {9: "waited_for_desk", 10: "waited_for_customer"}
RATED = 13
CHANNELS = ["web_widget", "email", "api", "whatsapp"]
SINCE, UNTIL = 1_704_067_200, 1_767_225_600
QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99]
# Of each dimension: what DuckDB and Polars group by.
BY = {
    "whole": ("0", pl.lit(0)),
    "inbox": ("inbox", pl.col("inbox")),
    "channel": ("channel", pl.col("channel")),
    "team": ("team", pl.col("team")),
    "agent": ("agent", pl.col("agent")),
    "label": ("label", pl.col("label")),
    "hour": ("(second % 86400) // 3600", (pl.col("second") % 86400) // 3600),
    "day": ("second // 86400", pl.col("second") // 86400),
}


def key(dimension, group):
    if dimension == "whole":
        return "whole"
    if dimension == "channel":
        return f"channel/{CHANNELS[group]}"
    if dimension == "label":
        return f"label/label-{group}"
    if dimension == "day":
        return f"day/{numpy.datetime64(int(group), 'D')}"
    return f"{dimension}/{group}"


def read(name):
    return numpy.fromfile(f"{FOLDER}/{name}.i32", dtype="<i4")


def timed(report):
    numbers, times = report(), []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        report()
        times.append((time.perf_counter() - begin) * 1000)
    return {"ms": times, "numbers": told(numbers)}


def told(rows):
    """Rows of (dimension, [(group, kind, count, sum)], [(group, kind, stats…)], [(group, rating, count)]) by name."""
    numbers = {}
    for dimension, counts, spans, ratings in rows:
        for group, kind, count, total in counts:
            if kind in COUNTED and count:
                numbers[f"{key(dimension, group)}/{COUNTED[kind]}"] = [float(count)]
            if kind in TURNS and total:
                numbers[f"{key(dimension, group)}/{TURNS[kind]}"] = [float(total)]
        for group, kind, *stats in spans:
            numbers[f"{key(dimension, group)}/{SPANS[kind]}"] = [float(stat) for stat in stats]
        for group, rating, count in ratings:
            numbers[f"{key(dimension, group)}/rating_{rating}"] = [float(count)]
    return numbers


def duck():
    db = duckdb.connect()
    db.execute(f"CREATE TABLE facts AS SELECT * FROM read_parquet('{FOLDER}/facts.parquet')")
    db.execute(f"CREATE TABLE labels AS SELECT * FROM read_parquet('{FOLDER}/labels.parquet')")

    def report():
        rows = []
        for dimension, (group, _) in BY.items():
            table = "facts JOIN labels USING (conversation)" if dimension == "label" else "facts"
            within = f"second >= {SINCE} AND second < {UNTIL}"
            counted = ", ".join(str(kind) for kind in [*COUNTED, *TURNS])
            counts = db.execute(
                f"SELECT {group} AS g, kind, count(*), sum(value) FROM {table} "
                f"WHERE {within} AND kind IN ({counted}) GROUP BY ALL"
            ).fetchall()
            spans = db.execute(
                f"SELECT {group} AS g, kind, count(*), avg(value), min(value), "
                f"quantile_cont(value, {QUANTILES}), max(value) FROM {table} "
                f"WHERE {within} AND kind IN (3, 4, 5) GROUP BY ALL"
            ).fetchall()
            spans = [(g, kind, n, mean, low, *middle, high) for g, kind, n, mean, low, middle, high in spans]
            ratings = db.execute(
                f"SELECT {group} AS g, value, count(*) FROM {table} WHERE {within} AND kind = {RATED} GROUP BY ALL"
            ).fetchall()
            rows.append((dimension, counts, spans, ratings))
        return rows

    return timed(report)


def bear(facts, labels):
    def report():
        rows = []
        within = pl.col("second").is_between(SINCE, UNTIL - 1)
        for dimension, (_, group) in BY.items():
            table = facts.lazy().filter(within)
            if dimension == "label":
                table = table.join(labels.lazy(), on="conversation")
            table = table.with_columns(group.alias("g"))
            value = pl.col("value")
            counts = (
                table.filter(pl.col("kind").is_in([*COUNTED, *TURNS]))
                .group_by("g", "kind")
                .agg(pl.len(), value.cast(pl.Int64).sum())
            )
            parts = [value.quantile(q, interpolation="linear").alias(f"q{q}") for q in QUANTILES]
            spans = (
                table.filter(pl.col("kind").is_in([*SPANS]))
                .group_by("g", "kind")
                .agg(pl.len(), value.mean().alias("mean"), value.min().alias("low"), *parts, value.max().alias("high"))
            )
            ratings = table.filter(pl.col("kind") == RATED).group_by("g", "value").agg(pl.len())
            found = pl.collect_all([counts, spans, ratings])
            rows.append((dimension, *[frame.rows() for frame in found]))
        return rows

    return timed(report)


facts = pl.DataFrame({name: read(name) for name in COLUMNS})
labels = pl.DataFrame({"conversation": read("label_conversation"), "label": read("label")})
facts.write_parquet(f"{FOLDER}/facts.parquet")
labels.write_parquet(f"{FOLDER}/labels.parquet")
print("the peers have read their rows", file=sys.stderr)
polars = bear(facts, labels)
del facts, labels
print(json.dumps({"duckdb": duck(), "polars": polars}))
