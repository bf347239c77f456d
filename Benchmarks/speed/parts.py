"""The parts of the benchmark. Each yields rows: part, way, round, command and what was measured."""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from measuring import HERE, ROOT, Measure, Trouble, child, remove, say, size_of, text_of, timed


@dataclasses.dataclass
class Row:
    """One measurement."""
    part: str
    way: str
    round: int
    command: str
    measure: Measure


class Bench:
    """What all parts share: the server, pgvigil, a folder, how many rounds, and what had to be left out."""

    def __init__(self, folder, cluster, vigil, rounds, quick):
        self.folder, self.cluster, self.vigil, self.rounds, self.quick = folder, cluster, vigil, rounds, quick
        self.left_out = []
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def leave_out(self, what, why):
        self.left_out.append(f"{what}: {why}")
        say(f"left out: {what}: {why}")

    def share(self, count):
        """A tenth with --quick."""
        return max(1, count // 10) if self.quick else count

    # Databases

    def mix(self):
        """pgbench's tables at scale 50, and prose and JSON: about 1.3 GB as COPY prints them."""
        def fill(name):
            text_of([self.cluster.bin / "pgbench", "-iq", "-s", str(self.share(50)), name])
            self.prose(name, self.share(230_000), self.share(230_000))
        return self.cluster.make("mix", fill)

    def huge(self):
        """One table of about 600 MB."""
        return self.cluster.make("huge", lambda name: self.prose(name, self.share(345_000), 0))

    def many(self, count):
        """So many small tables."""
        def fill(name):
            self.cluster.sql(name, "-v", f"tables={count}", "-f", HERE / "tables.sql")
        return self.cluster.make(f"tables_{count}", fill)

    def prose(self, name, messages, events):
        self.cluster.sql(name, "-v", f"messages={messages}", "-v", f"events={events}", "-f", HERE / "data.sql")

    # Measuring

    def rotate(self, part, ways, rounds=None):
        """Rounds of all ways, each time in another order, after nothing but the making of the data."""
        rows = []
        for number in range(1, (rounds or self.rounds) + 1):
            start = (number - 1) * max(1, len(ways) // (rounds or self.rounds)) % len(ways)
            for way, command, work in ways[start:] + ways[:start]:
                measure = work()
                rows.append(Row(part, way, number, command, measure))
                say(f"{part}, round {number} of {rounds or self.rounds}: {way}: {measure.seconds:.2f} s")
        return rows

    def dumped(self, name, database, *arguments, keep=False):
        """A way: a stock pg_dump of the database into a file or folder."""
        target = self.scratch / f"{database}.{name}"
        command = [self.cluster.bin / "pg_dump", *arguments, "-f", target, database]

        def work():
            remove(target)
            backends = self.cluster.backend_seconds()
            measure = timed(command)
            measure.bytes = size_of(target)
            measure.server_cpu = self.cluster.backend_seconds() - backends
            if not keep:
                remove(target)
            return measure
        return f"pg_dump {' '.join(arguments)} -f FILE", work

    def vigil_way(self, database, **keys):
        """A way: pgvigil's own writer with these keys in the job."""
        said = ", ".join(f"{key}: {value}" for key, value in keys.items())
        return f"pgvigil run JOB ({said})", lambda: self.vigil.back_up(database, **keys)


# Writing

STOCK = "pg_dump -Fc"
ZSTD_TWO = "pg_dump -Fd -j2 zstd"
CEILING = "pg_dump -Fc -Z0 > /dev/null"
PIGZ = "pg_dump -Fc -Z0 | pigz"
OURS_ZLIB, OURS_ISAL, OURS_TWO = "pgvigil zlib:6", "pgvigil isal:2", "pgvigil isal:2, two connections"


def write(bench):
    """Writing one database, by everybody."""
    database = bench.mix()
    binaries, codecs = bench.cluster.bin, bench.cluster.programs.codecs
    ways = [(STOCK, *bench.dumped("stock", database, "-Fc", keep=True)),
            ("pg_dump -Fd -j2", *bench.dumped("directory", database, "-Fd", "-j2"))]
    for shape, arguments in (("-Fc", ["-Fc"]), ("-Fd -j2", ["-Fd", "-j2"])):
        for codec in ("zstd", "lz4"):
            if codec in codecs:
                ways.append((f"pg_dump {shape} {codec}",
                             *bench.dumped(codec, database, *arguments, f"--compress={codec}")))
            else:
                bench.leave_out(f"pg_dump {shape} {codec}", f"pg_dump {bench.cluster.programs.version} was built without")
    uncompressed = [binaries / "pg_dump", "-Fc", "-Z0", database]
    if shutil.which("pigz"):
        def piped():
            target = bench.scratch / f"{database}.gz"
            remove(target)
            measure = timed(uncompressed, [shutil.which("pigz")], output=target)
            measure.bytes = size_of(target)
            return measure
        ways.append((PIGZ, "pg_dump -Fc -Z0 | pigz > FILE && sync FILE", piped))
    else:
        bench.leave_out(PIGZ, "pigz is not installed (apt-get install pigz)")
    ways.append((CEILING, CEILING, lambda: ceiling(bench, database)))
    ways += [(OURS_ZLIB, *bench.vigil_way(database, compression="zlib:6", connections=1)),
             ("pgvigil zlib:6, two connections", *bench.vigil_way(database, compression="zlib:6", connections=2)),
             (OURS_ISAL, *bench.vigil_way(database, compression="isal:2", connections=1)),
             (OURS_TWO, *bench.vigil_way(database, compression="isal:2", connections=2))]
    return bench.rotate("write", ways)


def ceiling(bench, database):
    """What one connection gives at most: nothing is compressed and nothing written."""
    backends = bench.cluster.backend_seconds()
    measure = timed([bench.cluster.bin / "pg_dump", "-Fc", "-Z0", database])
    measure.server_cpu = bench.cluster.backend_seconds() - backends
    return measure


# Verifying

RESTORE_STOCK, RESTORE_OURS = "pg_restore -f /dev/null, stock archive", "pg_restore -f /dev/null, our archive"
VERIFY_STOCK, VERIFY_OURS = "pgvigil verify, stock archive", "pgvigil verify, our set"


def verify(bench):
    """Reading the archives of the mix again."""
    return verify_database(bench, "verify", bench.mix())


def verify_huge(bench):
    """The same with one big table, whose data is a single stream in each archive."""
    return verify_database(bench, "verify-huge", bench.huge())


def verify_database(bench, part, database):
    """What pg_dump and pgvigil wrote, read by pg_restore, pgvigil, pigz and cat."""
    binaries = bench.cluster.bin
    stock, squeezed = bench.scratch / f"{database}.stock", bench.scratch / f"{database}.gz"
    if not stock.exists():
        say(f"writing the archives of {database}")
        bench.dumped("stock", database, "-Fc", keep=True)[1]()
    bench.vigil.back_up(database, compression="isal:2", connections=2)
    ours = bench.vigil.archive(database)

    def reading(file, *command):
        def work():
            measure = timed(command)
            measure.bytes = size_of(file)
            return measure
        return work
    program = bench.vigil.program
    ways = [
        (RESTORE_STOCK, "pg_restore -f /dev/null FILE", reading(stock, binaries / "pg_restore", "-f", os.devnull, stock)),
        (RESTORE_OURS, "pg_restore -f /dev/null FILE", reading(ours, binaries / "pg_restore", "-f", os.devnull, ours)),
        (VERIFY_STOCK, "pgvigil verify FILE", reading(stock, program, "verify", stock)),
        (VERIFY_OURS, "pgvigil verify SET", reading(ours, program, "verify", ours.parent)),
        ("cat > /dev/null, our archive", "cat FILE > /dev/null", reading(ours, "cat", ours)),
    ]
    if shutil.which("pigz"):
        if not squeezed.exists():
            timed([binaries / "pg_dump", "-Fc", "-Z0", database], [shutil.which("pigz")], output=squeezed)
        ways.insert(4, ("pigz -t, gzip of the same data", "pigz -t FILE",
                        reading(squeezed, shutil.which("pigz"), "-t", squeezed)))
    else:
        bench.leave_out(f"pigz -t ({part})", "pigz is not installed (apt-get install pigz)")
    return bench.rotate(part, ways, max(bench.rounds, 3))


# Many tables

OURS_AUTO = "pgvigil isal:2, connections: auto"


def tables(bench):
    """10,000 small tables."""
    database = bench.many(bench.share(10_000))
    ways = [(STOCK, *bench.dumped("stock", database, "-Fc")),
            (OURS_AUTO, *bench.vigil_way(database, compression="isal:2", connections="auto")),
            (OURS_ISAL, *bench.vigil_way(database, compression="isal:2", connections=1))]
    return bench.rotate("tables", ways)


# What other folders of Benchmarks measure

def planning(bench):
    """Benchmarks/planning: nanoseconds for an occurrence, as rows of seconds."""
    text = other(bench, "planning", [sys.executable, ROOT / "Benchmarks/planning/run.py"])
    rows, number = [], r"\s+([\d.,]+)"
    for line in (text or "").splitlines():
        found = re.match(rf"(\S.*?){number * 4}{number}\s+\(\s*[\d,]+×\){number}\s+\(\s*[\d,]+×\)", line)
        if found:
            values = [float(value.replace(",", "")) / 1e9 for value in found.groups()[1:]]
            for way, seconds in zip(("ours in a row", "ours, one at a time", "cronsim", "croniter"),
                                    (values[1], values[2], values[4], values[5])):
                rows.append(Row("planning", f"{found[1].strip()}: {way}", 1, "Benchmarks/planning/run.py", Measure(seconds)))
    if not rows and text is not None:
        bench.leave_out("planning", f"its table was not understood: {text.strip()[-200:]}")
    return rows


DRILL_KEYS = {"pg_restore -j 1 seconds": "pg_restore -j 1", "drill restore seconds": "drill's restore",
              "prove content seconds": "proof of content", "prove rows seconds": "proof of rows",
              "cluster up seconds": "throwaway cluster up"}


def drill(bench):
    """Benchmarks/drill: the restore of a drill against pg_restore."""
    scale = str(bench.share(20))
    command = [ROOT / "Benchmarks/drill/run", "--rounds", "1", "--scale", scale, "--folder", bench.folder, "--json",
               bench.vigil.program]
    text = other(bench, "drill", command)
    if text is None:
        return []
    try:
        found = json.loads(text[text.index("{"):text.rindex("}") + 1])
    except ValueError:
        bench.leave_out("drill", f"its figures were not understood: {text.strip()[-200:]}")
        return []
    said = f"Benchmarks/drill/run --rounds 1 --scale {scale}"
    return [Row("drill", way, 1, said, Measure(found[key], mib=found["pgvigil peak MiB"] if "drill" in way else 0))
            for key, way in DRILL_KEYS.items()]


def other(bench, name, command):
    """What another benchmark prints; status 1 is a missed goal of its own. None if it could not be run."""
    say(f"{name}: {pathlib.Path(command[-1] if name == 'planning' else command[0]).relative_to(ROOT)}")
    environment = {**os.environ, "PGBIN": str(bench.cluster.bin)}
    with child(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        printed, complaint = process.communicate()
    if not printed or process.returncode not in (0, 1):
        bench.leave_out(name, f"it ended with {process.returncode}: {complaint.strip().splitlines()[-1:] or 'no word'}")
        return None
    return printed


PARTS = {"write": [write], "verify": [verify, verify_huge], "tables": [tables], "planning": [planning], "drill": [drill]}
