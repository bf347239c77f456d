#!/usr/bin/env python3
"""Measures the next occurrence of cron patterns: pgvigil's module beside croniter and cronsim, in the same run.

Usage: run.py [--zone Europe/Paris] [--pgvigil PATH]

Makes a virtual environment with croniter and cronsim, compiles the module with build.sh, and prints a table. With
--pgvigil it also times the whole program on 100,000 lines of standard input. Exits with 1 if a goal is missed.
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import venv
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path(tempfile.gettempdir()) / "pgvigil-planning"
START = 1_767_222_000  # 2025-12-31T23:00:00Z, midnight in Paris
EVENING = 1_795_284_000  # 2026-11-21T18:00:00Z
SCHEDULES = 100_000
GOAL_NEXT_NS = 1_000
GOAL_NIGHT_S = 1.0


def python_with_libraries():
    """Runs this script again in an environment that has the libraries."""
    try:
        import croniter  # noqa: F401
        import cronsim  # noqa: F401
    except ImportError:
        folder = WORK / "venv"
        if os.environ.get("PGVIGIL_PLANNING_VENV"):
            sys.exit("croniter and cronsim could not be installed")
        if not (folder / "bin" / "pip").exists():
            venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "-q", "install", "croniter", "cronsim"], check=True)
        os.environ["PGVIGIL_PLANNING_VENV"] = "1"
        os.execv(folder / "bin" / "python", [str(folder / "bin" / "python"), *sys.argv])


def patterns():
    lines = (HERE / "patterns.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def night():
    """Typical schedules of a night, from a fixed seed."""
    numbers = random.Random(20261122)
    shapes = [
        lambda m, h: f"{m} {h} * * *", lambda m, h: f"{m} {h} * * *", lambda m, h: f"{m} {h} * * *",
        lambda m, h: f"{m} {h} * * {numbers.randrange(7)}", lambda m, h: f"{m} {h} {numbers.randrange(1, 29)} * *",
        lambda m, h: f"{m} {h}-{h + 2} * * MON-FRI", lambda m, h: f"*/15 {h} * * *", lambda m, h: f"{m} {h} * * *",
    ]
    return [numbers.choice(shapes)(numbers.randrange(60), numbers.randrange(6)) for _ in range(SCHEDULES)]


def iterate(make, count):
    """Nanoseconds for each of so many occurrences in a row, the best of three rounds; and the first 200."""
    best = float("inf")
    for _ in range(3):
        iterator = make()
        begin = time.perf_counter_ns()
        try:
            for _ in range(count):
                next(iterator)
        except StopIteration:
            iterator = make()
        best = min(best, (time.perf_counter_ns() - begin) / count)
    iterator = make()
    first = []
    for _ in range(min(200, count)):
        try:
            first.append(int(next(iterator).timestamp()))
        except StopIteration:
            break
    return best, first


def plan(make, schedules):
    """Seconds for all occurrences of a night of some schedules, and how many there were."""
    begin = time.perf_counter()
    found = 0
    for pattern in schedules:
        for slot in make(pattern):
            if slot.timestamp() > EVENING + 86_400:
                break
            found += 1
    return time.perf_counter() - begin, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zone", default="Europe/Paris")
    parser.add_argument("--pgvigil", help="the program, to time whole as well")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    python_with_libraries()
    import croniter
    import cronsim

    zone = zoneinfo.ZoneInfo(options.zone)
    start = datetime.datetime.fromtimestamp(START, zone)
    evening = datetime.datetime.fromtimestamp(EVENING, zone)
    schedules = night()
    (WORK / "night.tsv").write_text("\n".join(schedules) + "\n")
    program = subprocess.run([HERE / "build.sh", WORK], check=True, capture_output=True, text=True).stdout.strip()
    output = subprocess.run(
        [program, f"/usr/share/zoneinfo/{options.zone}", HERE / "patterns.tsv", WORK / "night.tsv"],
        check=True, capture_output=True, text=True).stdout
    ours = json.loads(output)

    print(f"Nanoseconds per occurrence in {options.zone}, best round; in brackets how many times ours in a row.\n")
    print(f"{'pattern':24}{'parse':>8}{'in a row':>10}{'next':>8}{'previous':>10}{'cronsim':>20}{'croniter':>20}  same")
    missed = False
    for (name, text), result in zip(patterns(), ours["patterns"]):
        rare = name in ("yearly", "Friday the 13th", "monthly", "last day")
        count = 50 if rare else 2_000
        sim, sims = iterate(lambda: cronsim.CronSim(text, start), count)
        nit, nits = iterate(lambda: croniter.croniter(text, start, ret_type=datetime.datetime), count)
        row = result["row"]
        missed = missed or row > GOAL_NEXT_NS or result["next"] > GOAL_NEXT_NS
        same = "".join(
            letter if theirs == result["first"][:len(theirs)] else "-" for letter, theirs in (("s", sims), ("i", nits)))
        print(f"{name:24}{result['parse']:8.0f}{row:10.1f}{result['next']:8.1f}{result['previous']:10.1f}"
              f"{sim:12.0f} ({sim / row:4.0f}×){nit:12.0f} ({nit / row:4.0f}×)  {same}")
    print("\nsame: s, i = the first occurrences (200, of rare ones 50) are those of cronsim, of croniter\n")

    sample = schedules[:1_000]
    sim, found = plan(lambda pattern: cronsim.CronSim(pattern, evening), sample)
    nit, _ = plan(lambda pattern: croniter.croniter(pattern, evening, ret_type=datetime.datetime), sample)
    mine = ours["night"]
    missed = missed or mine["plan"] > GOAL_NIGHT_S
    total = mine["parse"] + mine["plan"]
    print(f"A night of {mine['schedules']:,} schedules with {mine['occurrences']:,} slots:")
    print(f"  ours      {mine['plan']:8.3f} s, and {mine['parse']:.3f} s to parse them: {total:.3f} s")
    for name, took in (("cronsim", sim), ("croniter", nit)):
        scaled = took * SCHEDULES / len(sample)
        print(f"  {name:9} {scaled:8.1f} s with parsing, from {len(sample):,} of them ({scaled / total:,.0f}×)")

    if options.pgvigil:
        after = datetime.datetime.fromtimestamp(EVENING, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = "".join(f"{pattern}\t{options.zone}\t{after}\n" for pattern in schedules)
        begin = time.perf_counter()
        answer = subprocess.run(
            [options.pgvigil, "next", "--stdin"], input=lines, check=True, capture_output=True, text=True).stdout
        took = time.perf_counter() - begin
        assert answer.count("\n") == SCHEDULES, "not an answer for each line"
        print(f"  pgvigil next --stdin, the whole program on {SCHEDULES:,} lines: {took:.3f} s")
    print(f"\nGoals: under {GOAL_NEXT_NS:,} ns an occurrence, under {GOAL_NIGHT_S} s the night: "
          + ("MISSED" if missed else "met"))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
