"""Measures pgvigil's writing and verifying of archives beside its peers, in one run on one machine; see --help."""
import argparse
import contextlib
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import growth
import measuring
import parts
import plot
import report
from measuring import HERE, ROOT, Trouble, say, text_of

EPILOG = """The server is a private one, best of version 17 (scripts/servers FOLDER fetches it; PGVIGIL_TEST_SERVERS or PGBIN name others). It and
all data lie in a folder below --folder, which is removed at the end, also upon ^C. About 6 GB of room are needed, 1 GB with
--quick. Exit status: 0 measured (goals missed or not), 1 something failed, 2 wrong arguments, 130 interrupted."""


def arguments():
    """The command line."""
    def positive(text):
        value = int(text)
        if not 1 <= value <= 100:
            raise argparse.ArgumentTypeError("from 1 to 100")
        return value
    parser = argparse.ArgumentParser(
        prog="scripts/bench", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG,
        description="Measures how fast pgvigil writes and verifies archives, plans and drills, each beside its peers.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data: to see that it works, not to quote")
    parser.add_argument("--rounds", type=positive, default=3, metavar="N", help="rounds of each measurement (default 3)")
    parser.add_argument("--only", choices=[*parts.PARTS, "growth"], help="one part only")
    parser.add_argument("--growth", action="store_true",
                        help="also how cost grows with rows, tables and cores, and a model of more cores (about 5 minutes more)")
    parser.add_argument("--save", action="store_true",
                        help="write Benchmarks/speed/results/*.csv of the parts that ran, and docs/speed.svg")
    parser.add_argument("--pgvigil", metavar="PATH", help="measure this program instead of building it")
    parser.add_argument("--folder", default="/var/tmp", metavar="DIR", help="on the disk to measure (default /var/tmp)")
    options = parser.parse_args()
    if not os.path.isdir(options.folder) or not os.access(options.folder, os.W_OK | os.X_OK):
        parser.error(f"--folder: {options.folder} is not a folder that can be written to")
    if options.pgvigil and not (os.path.isfile(options.pgvigil) and os.access(options.pgvigil, os.X_OK)):
        parser.error(f"--pgvigil: {options.pgvigil} is not a program")
    room, needed = shutil.disk_usage(options.folder).free, 1e9 if options.quick else 6e9
    if room < needed:
        parser.error(f"--folder: {options.folder} has {room / 1e9:.1f} GB of room, {needed / 1e9:.0f} GB are needed")
    return options


def build():
    """The release program with the standard library linked in, as the image has it."""
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "pgvigil"]
    say(f"building the program: {' '.join(command)} (minutes; --pgvigil PATH takes a built one)")
    if not shutil.which("swift"):
        raise Trouble("there is no Swift toolchain; name a built program with --pgvigil PATH")
    with measuring.child(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        printed, _ = process.communicate()
    if process.returncode != 0:
        raise Trouble(f"the program could not be built:\n{printed[-3000:]}")
    return pathlib.Path(text_of([*command, "--show-bin-path"], cwd=ROOT).strip()) / "pgvigil"


class Interrupted(BaseException):
    """^C, SIGTERM or a closed terminal: everything is taken down on the way out."""


def upon_signals():
    """The first signal unwinds the program; those that follow find it at that already."""
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number, _):
        for each in watched:
            signal.signal(each, lambda *_: None)
        raise Interrupted(number)
    for number in watched:
        signal.signal(number, stop)


@contextlib.contextmanager
def scratch(where):
    """A folder that is gone afterwards, with every server that still has its data there."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pgvigil-bench-", dir=where)).resolve()
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        measuring.stop_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)


def machine(cluster, vigil, quick):
    """What the figures were taken on and with."""
    known = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", known)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = platform.system()
    with contextlib.suppress(OSError):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    facts = {
        "machine": f"{measuring.cores()} cores of {model[1] if model else platform.machine()}, {memory:.0f} GiB of memory",
        "system": f"{system}, kernel {platform.release()}",
        "PostgreSQL": f"{cluster.programs.version} (server, pg_dump and pg_restore)",
        "pgvigil": vigil.version + commit(),
        "data": "a tenth" if quick else "whole",
    }
    if shutil.which("pigz"):
        facts["pigz"] = text_of(["pigz", "--version"], check=False).strip().removeprefix("pigz ")
    return facts


def commit():
    """The commit of the clone, if git knows one."""
    try:
        found = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return f" at {found.stdout.strip()}" if found.returncode == 0 else ""


def measure(options, folder):
    """All parts that were asked for."""
    programs = measuring.find_programs()
    program = pathlib.Path(options.pgvigil or build()).resolve()
    say(f"PostgreSQL {programs.version} of {programs.bin}; pgvigil {program}")
    if programs.major < 17 or len(programs.codecs) < 2:
        say("a PostgreSQL 17 with zstd and lz4 would allow all comparisons: scripts/servers FOLDER fetches it")
    rows, chosen = [], [options.only] if options.only else list(parts.PARTS)
    if options.growth and "growth" not in chosen:
        chosen.append("growth")
    with measuring.Cluster(folder, programs) as cluster:
        vigil = measuring.Vigil(program, folder, cluster)
        bench = parts.Bench(folder, cluster, vigil, options.rounds, options.quick)
        facts = machine(cluster, vigil, options.quick)
        model = None
        for name in chosen:
            if name == "growth":
                more, model = growth.growth(bench)
                rows += more
            else:
                for part in parts.PARTS[name]:
                    rows += part(bench)
    return rows, facts, model, bench.left_out


def main():
    """Measures, prints, and saves if asked to."""
    options = arguments()
    upon_signals()
    os.umask(0o022)
    try:
        with scratch(options.folder) as folder:
            rows, facts, model, left_out = measure(options, folder)
        report.show(rows, facts, model, left_out, options)
        if options.save:
            for path in report.save(rows, HERE / "results", facts):
                say(f"wrote {path.relative_to(ROOT)}")
            saved, facts = report.load(HERE / "results")
            plot.draw(report.summaries(saved), facts, ROOT / "docs/speed.svg")
            say("wrote docs/speed.svg")
    except Interrupted as why:
        print(f"bench: stopped by {signal.Signals(why.args[0]).name}; nothing is left behind", file=sys.stderr)
        sys.exit(130)
    except (Trouble, OSError) as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        sys.exit(1)
    say("done")


if __name__ == "__main__":
    main()
