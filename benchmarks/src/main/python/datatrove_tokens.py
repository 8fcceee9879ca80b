"""Tokenizes and merges JSON lines with datatrove, two processes, as nanotron's users do.

Prints one line of JSON: seconds and processor seconds, without Python's start and imports; tokens.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.tokens import DocumentTokenizer, DocumentTokenizerMerger
from datatrove.utils.logging import logger


def processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", required=True, metavar="DIR")
    parser.add_argument("--tokenizer", required=True, metavar="FILE")
    parser.add_argument("--end-of-text", required=True, metavar="TOKEN")
    parser.add_argument("--output", required=True, metavar="DIR")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    logger.remove()
    shutil.rmtree(options.output, ignore_errors=True)
    # One thread each: two processes share two cores.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"

    began, used = time.perf_counter(), processor_seconds()
    folder = pathlib.Path(options.output)
    LocalPipelineExecutor(
        pipeline=[
            JsonlReader(options.input, text_key="text", id_key="id"),
            DocumentTokenizer(
                str(folder / "tokenized"),
                tokenizer_name_or_path=options.tokenizer,
                eos_token=options.end_of_text,
                seed=1,
            ),
        ],
        tasks=options.processes,
        workers=options.processes,
        logging_dir=str(folder / "logs-tokens"),
        skip_completed=False,
    ).run()
    LocalPipelineExecutor(
        pipeline=[
            DocumentTokenizerMerger(
                str(folder / "tokenized"), str(folder / "merged"), "merged", seed=1, progress=False
            )
        ],
        tasks=1,
        logging_dir=str(folder / "logs-merge"),
        skip_completed=False,
    ).run()
    figures = {
        "seconds": time.perf_counter() - began,
        "processorSeconds": processor_seconds() - used,
        "tokens": sum(f.stat().st_size for f in (folder / "merged").glob("*.ds")) // 2,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
