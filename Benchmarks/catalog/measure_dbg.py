"""Asks a filled catalog for lists, and records runs in it; see `run`."""

import os
import random
import re
import statistics
import subprocess
import sys

folder, binaries, work, times, seconds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
LIMIT_MS, RUNS_PER_SECOND = 50, 200
random.seed(1)


def statement(name):
    """A statement as the program has it, without comments and with its shared parts filled in."""
    with open(os.path.join(folder, name + ".sql")) as file:
        text = "".join(line for line in file if not line.lstrip().startswith("--")).strip()
    return text.replace("{run}", statement("run_columns")) if "{run}" in text else text


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int)):
        return str(value)
    return "'" + value + "'"


def filled(text, values):
    """The statement with its parameters in their places: the server plans it as it plans one with parameters."""
    return re.sub(r"\$(\d+)", lambda found: literal(values[int(found[1]) - 1]), text)


def ask(statements):
    """How long each takes, in milliseconds, over one connection."""
    script = "\\timing on\n\\o /dev/null\n" + ";\n".join(statements) + ";\n"
    done = subprocess.run(
        [os.path.join(binaries, "psql"), "-qX", "-v", "ON_ERROR_STOP=1"], input=script, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return [float(found) for found in re.findall(r"^Time: ([0-9.]+) ms", done.stdout, re.M)]


def lists():
    """What people ask for: the parameters of runs.sql."""
    since = 1_795_000_000_000_000
    job = lambda: f"job-{random.randrange(1000)}"
    digits = lambda: "%08x" % random.getrandbits(32)

    def prefix():
        start = digits()
        return [None, None, False, False, None, start + "-0000-0000-0000-000000000000",
                start + "-ffff-ffff-ffff-ffffffffffff", 2]
    return {
        "runs list": lambda: [None, None, False, False, None, None, None, 20],
        "--limit 1000": lambda: [None, None, False, False, None, None, None, 1000],
        "--job": lambda: [job(), None, False, False, None, None, None, 20],
        "--job that is not there": lambda: ["nothing", None, False, False, None, None, None, 20],
        "--outcome failed": lambda: [None, "failed", False, False, None, None, None, 20],
        "--outcome cancelled (none)": lambda: [None, "cancelled", False, False, None, None, None, 20],
        "--job --outcome failed": lambda: [job(), "failed", False, False, None, None, None, 20],
        "--since": lambda: [None, None, False, False, since, None, None, 20],
        "--waiting": lambda: [None, None, False, True, None, None, None, 20],
        "--unfinished": lambda: [None, None, True, False, None, None, None, 20],
        "runs show ID": prefix,
    }


def measure_lists():
    text, missed = statement("runs"), []
    for name, values in lists().items():
        ask([filled(text, values()) for _ in range(10)])
        took = sorted(ask([filled(text, values()) for _ in range(times)]))
        middle, high = statistics.median(took), took[min(len(took) - 1, int(len(took) * 0.99))]
        print(f"{name:28} p50 {middle:7.2f} ms   p99 {high:7.2f} ms   longest {took[-1]:7.2f} ms", flush=True)
        if high >= LIMIT_MS:
            missed.append(name)
    return missed


def recording(epoch):
    """One trivial run as a daemon records it: claimed, seated, begun, tried, ended."""
    run = ('{"place":0,"id":":id","job":"job-:j","kind":"command","schedule_job":"job-:j","zone":"Europe/Paris",'
           '"pattern":":s * * * *","slot": :slot,"waiting":%s,"summary":"","started":1795400000000000,"machine":"m",'
           '"host":"h","pid":1,"state_directory":"/s","stands_for":[]}')
    mark = '[{"job":"job-:j","zone":"Europe/Paris","pattern":":s * * * *","until": :slot}]'
    seats = ('[{"key":"job/job-:j-:id","limit":1,"mode":"","queued":true},{"key":"target/:client_id","limit":1,"mode":"",'
             '"queued":true},{"key":"runs","limit":64,"mode":"","queued":false}]')
    lease = [":daemon", epoch]
    steps = [
        filled(statement("runs_claim"), ["[" + run % "true" + "]", mark] + lease),
        filled(statement("seats_take"), [":id"] + lease + [seats]),
        filled(statement("run_begin"), [run % "false"] + lease),
        filled(statement("attempt_record"), [":id", 1, None, "", 1795400000000000, None] + lease),
        filled(statement("attempt_record"), [":id", 1, "succeeded", "", 1795400000000000, 1795400001000000] + lease),
        filled(statement("run_end"), [":id", "succeeded", "", 1795400001000000] + lease),
    ]
    return ("\\set j random(0, 999)\n\\set s random(0, 9)\n\\set slot 1795400000000000 + random(1, 1000000000000)\n"
            "SELECT gen_random_uuid() AS id \\gset\n" + ";\n".join(steps) + ";\n")


def measure_recording():
    daemon = "00000000-0000-4000-8000-0000000000bb"
    told = ('{"id":"%s","role":"serve","machine":"m","host":"h","pid":1,"state_directory":"/s","labels":{},"version":"1",'
            '"doing":"","started":0}' % daemon)
    register = filled(statement("daemon_register"), [told, 3_600_000_000, "{}"])
    psql = [os.path.join(binaries, "psql"), "-qXAt", "-c"]
    epoch = int(subprocess.run(psql + [register], capture_output=True, text=True, check=True).stdout)
    script = os.path.join(work, "recording.sql")
    with open(script, "w") as file:
        file.write(recording(epoch))
    rates = {}
    for clients in (1, 4):
        done = subprocess.run(
            [os.path.join(binaries, "pgbench"), "-n", "-r", "-c", str(clients), "-j", "1", "-T", str(seconds), "-D",
             "daemon=" + daemon, "-f", script], capture_output=True, text=True)
        rate = re.search(r"tps = ([0-9.]+)", done.stdout)
        if done.returncode != 0 or not rate or re.search(r"failed transactions: [1-9]", done.stdout):
            sys.exit(done.stdout + done.stderr)
        print(done.stdout)
        rates[clients] = float(rate[1])
        print(f"{clients} connection{'s' if clients > 1 else ''}: {rates[clients]:.0f} runs a second from claim to end "
              "(6 synced writes each)", flush=True)
    ended = "SELECT pg_catalog.count(*) FROM pgvigil.run WHERE daemon = '%s' AND outcome = 'succeeded'" % daemon
    left = "SELECT pg_catalog.count(*) FROM pgvigil.seat"
    counts = [subprocess.run(psql + [q], capture_output=True, text=True, check=True).stdout.strip() for q in (ended, left)]
    print(f"{counts[0]} runs recorded, {counts[1]} seats left over")
    return [] if rates[1] >= RUNS_PER_SECOND and counts[1] == "0" else ["recording"]


with open("/proc/cpuinfo") as cpuinfo:
    model = re.search(r"model name\s*: (.*)", cpuinfo.read())
print(f"{os.cpu_count()} processors ({model[1] if model else 'unknown'}), load {os.getloadavg()[0]:.1f}")
missed = measure_recording()
if missed:
    sys.exit(f"a goal is missed (lists under {LIMIT_MS} ms, {RUNS_PER_SECOND} runs a second): " + ", ".join(missed))
