#!/usr/bin/env python3
"""Measures what the quickstart promises: minutes, memory, and the start-up of --help.

    python3 benchmarks/quickstart.py [--runs 1]

Prints, for each run of the quickstart in a new folder, wall time and the peak resident memory of the
JVM (VmHWM), and the median wall time of five --help. Downloads and the build are done before.
"""
import argparse
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

GRADUS = pathlib.Path(__file__).resolve().parent.parent / "bin" / "gradus"


def peak_mib(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def quickstart() -> tuple[float, float]:
    folder = tempfile.mkdtemp()
    try:
        began = time.monotonic()
        process = subprocess.Popen(
            [GRADUS, "quickstart"], cwd=folder, stdout=subprocess.DEVNULL)
        peak = 0.0
        while process.poll() is None:
            # The script replaces itself by the JVM, so the process is the JVM.
            peak = max(peak, peak_mib(process.pid))
            time.sleep(0.2)
        if process.returncode != 0:
            raise SystemExit(f"quickstart failed with exit code {process.returncode}")
        return time.monotonic() - began, peak
    finally:
        shutil.rmtree(folder)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=1)
    runs = arguments.parse_args().runs
    subprocess.run([GRADUS, "--help"], check=True, stdout=subprocess.DEVNULL)
    starts = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([GRADUS, "--help"], check=True, stdout=subprocess.DEVNULL)
        starts.append(time.monotonic() - began)
    print(f"--help: median of five {statistics.median(starts):.2f} s")
    for run in range(runs):
        seconds, peak = quickstart()
        print(f"quickstart {run + 1}: {seconds:.0f} s, peak {peak:.0f} MiB resident")


if __name__ == "__main__":
    main()
