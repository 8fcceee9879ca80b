"""Runs Kaiyuan-Spark's InterleavedReorder on a selection whenever a line comes in.

Its source is read from a folder as it is; the package's own start is left out, since it loads models.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time
import types

SOURCES = 7


def reorder_class(source: pathlib.Path):
    """The node, without the other nodes that its package imports."""
    package = types.ModuleType("datafiner")
    package.__path__ = [str(source / "datafiner")]
    sys.modules["datafiner"] = package
    from datafiner.group_reorder import InterleavedReorder

    return InterleavedReorder


def session(heap: str):
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-memory {heap} pyspark-shell"
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .appName("kaiyuan-reorder")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return spark


class JvmProcess:
    """What the process of Spark's JVM has used."""

    def __init__(self, spark) -> None:
        self.folder = f"/proc/{spark._jvm.java.lang.ProcessHandle.current().pid()}"

    def processor_seconds(self) -> float:
        with open(f"{self.folder}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self) -> int:
        with open(f"{self.folder}/status", encoding="utf-8") as status:
            peak = next(line for line in status if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True, type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--selection", required=True, metavar="FOLDER")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--heap", required=True)
    arguments = parser.parse_args()
    # Answers go to the real standard output; what Spark and the node print goes to the other one.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    node = reorder_class(arguments.source)
    spark = session(arguments.heap)
    jvm = JvmProcess(spark)
    print("ready pyspark", spark.version, file=answers, flush=True)
    for _ in sys.stdin:
        shutil.rmtree(arguments.output, ignore_errors=True)
        began, used = time.perf_counter(), jvm.processor_seconds()
        rows = spark.read.parquet(arguments.selection).select("doc_id", "type", "n_tokens", "score")
        reorder = node(spark, group_col="type", type_num=SOURCES, score_cols=["score"] * SOURCES)
        reorder.reorder(rows).write.parquet(str(arguments.output))
        answer = {
            "seconds": time.perf_counter() - began,
            "processorSeconds": jvm.processor_seconds() - used,
            "peakBytes": jvm.peak_bytes(),
            "rows": spark.read.parquet(str(arguments.output)).count(),
        }
        print(json.dumps(answer), file=answers, flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
