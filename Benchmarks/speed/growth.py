"""How the cost of a dump grows with rows, tables and cores, and a model of more cores than there are."""
import os
import statistics
import time

import measuring
import parts
import report
from measuring import say

# Rows of each of the two tables that give about 60 MB.
BASE = 17_000


def growth(bench):
    """Rows of the part `growth`, and the model as text."""
    rows = []
    for times in (1, 4, 16):
        count = bench.share(BASE) * times
        database = bench.cluster.make(f"rows_{times}", lambda name: bench.prose(name, count, count))
        rows += both(bench, f"rows × {times}", database)
    for count in (10, 100, 1_000, bench.share(10_000)):
        rows += both(bench, f"tables {count:,}", bench.many(count))
    database, measured = bench.mix(), {}
    for number in [count for count in (1, 2) if count <= measuring.cores()]:
        with bench.cluster.on_cores(number):
            some = both(bench, f"cores {number}", database, connections=2)
        rows += some
        measured[number] = statistics.median(row.measure.seconds for row in some if row.way.endswith("pgvigil"))
    return rows, model(terms(bench, database), measured)


def both(bench, case, database, connections="auto"):
    """Stock pg_dump and pgvigil in turns."""
    ways = [(f"{case}: stock", *bench.dumped("growth", database, "-Fc")),
            (f"{case}: pgvigil", *bench.vigil_way(database, compression="isal:2", connections=connections))]
    return bench.rotate("growth", ways, min(bench.rounds, 2))


def terms(bench, database):
    """What the model is made of, each measured by itself."""
    say("the terms of the model")
    ceiling = parts.ceiling(bench, database)
    ours = bench.vigil.back_up(database, compression="isal:2", connections=2)
    return {"server": ours.server_cpu, "stream": ceiling.seconds, "ours": ours.cpu, "bytes": ours.bytes,
            "write": write_seconds(bench.scratch / "plain", ours.bytes)}


def write_seconds(path, size):
    """How long it takes to write so much and have it on the disk."""
    os.sync()
    piece = os.urandom(1 << 20)
    started = time.monotonic()
    with open(path, "wb", buffering=0) as file:
        for _ in range(0, size, len(piece)):
            file.write(piece)
        os.fsync(file.fileno())
    took = time.monotonic() - started
    path.unlink()
    return took


def bounds(found, cores, connections):
    """The terms for so many cores and connections; the largest bounds the time."""
    reading = found["stream"] if connections == 1 else found["server"] / connections
    return {"one connection" if connections == 1 else f"{connections} connections": reading,
            "compression": found["ours"] / cores,
            "all processors": (found["server"] + found["ours"]) / cores,
            "disk": found["write"]}


def model(found, measured):
    """Text: the formula with its terms, and a table."""
    lines = []
    for cores, connections in ((1, 2), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4), (8, 8), (16, 8), (16, 16)):
        times = bounds(found, cores, connections)
        what, seconds = max(times.items(), key=lambda item: item[1])
        real = f"{measured[cores]:.2f}" if connections == 2 and cores in measured else ""
        lines.append([str(cores), str(connections), *(f"{value:.2f}" for value in times.values()), f"{seconds:.2f}", real, what])
    head = ["cores", "connections", "reading", "compressing", "both", "disk", "model s", "measured s", "bound by"]
    return (
        "time = max(server / connections, own / cores, (server + own) / cores, disk), since server and pgvigil share the cores; one "
        "connection is\nread no faster than pg_dump's stream comes.\n\n"
        f"    server  {found['server']:6.2f} s  processor time of the server's backends that run COPY\n"
        f"    stream  {found['stream']:6.2f} s  pg_dump -Fc -Z0 > /dev/null\n"
        f"    own     {found['ours']:6.2f} s  processor time of pgvigil in the step dump: reading, rows, digests, ISA-L, SHA-256\n"
        f"    disk    {found['write']:6.2f} s  {found['bytes'] / 1e6:.0f} MB written and synced\n\n" + report.table(head, lines))
