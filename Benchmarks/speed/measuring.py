"""What the parts of the benchmark measure with: a private server, programs with their time and memory, and pgvigil."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """Something that ends the benchmark, told to the user in one line."""


@dataclasses.dataclass
class Measure:
    """One measured piece of work. `cpu` is processor time of the program itself, `server_cpu` that of the backends."""
    seconds: float
    bytes: int = 0
    mib: float = 0.0
    cpu: float = 0.0
    server_cpu: float = 0.0


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


# Processes

@contextlib.contextmanager
def child(command, **options):
    """A process in a session of its own, so that ^C reaches this program alone; it is ended if the block is left early."""
    process = subprocess.Popen([str(word) for word in command], start_new_session=True, **options)
    try:
        yield process
    finally:
        end(process)


def end(process):
    """Asks the process and what it started to stop, as ^C would, and insists after half a minute."""
    for number, patience in ((signal.SIGINT, 30), (signal.SIGKILL, 10)):
        if process.returncode is not None or process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def text_of(command, check=True, **options):
    """What a program prints; its complaint ends the benchmark unless that is not checked."""
    with child(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options) as process:
        printed, complaint = process.communicate()
    if check and process.returncode != 0:
        raise Trouble(f"{pathlib.Path(command[0]).name} ended with {process.returncode}: {complaint.strip()[-2000:]}")
    return printed if check else printed + complaint


def timed(*commands, output=None):
    """Runs a program, or several in a pipe, and waits for all. With `output`, what the last one prints, synced."""
    os.sync()
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(open(output or os.devnull, "wb"))
        started = time.monotonic()
        processes, given = [], subprocess.DEVNULL
        for place, command in enumerate(commands):
            last = place == len(commands) - 1
            process = stack.enter_context(child(command, stdin=given, stdout=out if last else subprocess.PIPE))
            if given != subprocess.DEVNULL:
                given.close()
            given = process.stdout
            processes.append(process)
        cpu = mib = 0.0
        for process, command in zip(processes, commands):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                raise Trouble(f"{' '.join(map(str, command))} ended with {process.returncode}")
            cpu += usage.ru_utime + usage.ru_stime
            mib = max(mib, usage.ru_maxrss / 1024)
        if output:
            os.fsync(out.fileno())
        return Measure(time.monotonic() - started, cpu=cpu, mib=mib)


def size_of(path):
    """Bytes of a file, or of all files of a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def remove(path):
    """Removes a file or a folder, outside of what is timed."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def processor_seconds(pid, of_ended_children=False):
    """Processor time of one process, or of those that it has started and waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    first = 13 if of_ended_children else 11
    return (int(fields[first]) + int(fields[first + 1])) / TICKS


class PeakMemory(threading.Thread):
    """Reads the high-water mark of a process, its children left out, until it has ended; the mark only grows."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.mib = pid, 0.0
        self.start()

    def run(self):
        while True:
            try:
                status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
            except OSError:
                return
            mark = re.search(r"VmHWM:\s+(\d+)", status)
            if not mark:
                return
            self.mib = max(self.mib, int(mark[1]) / 1024)
            time.sleep(0.02)


# The server

@dataclasses.dataclass(frozen=True)
class Programs:
    """A folder with PostgreSQL's programs."""
    bin: pathlib.Path
    version: str
    codecs: frozenset

    @property
    def major(self):
        return int(re.match(r"\d+", self.version)[0])

    @property
    def rank(self):
        """17 with zstd and lz4 before all others, then those with both, then the newest."""
        return len(self.codecs), self.major == 17, self.major


def programs_at(folder):
    """The programs of a folder, or None if it has no server that starts."""
    needed = ("initdb", "pg_ctl", "postgres", "psql", "createdb", "pgbench", "pg_dump", "pg_restore")
    if not all(os.access(folder / name, os.X_OK) for name in needed):
        return None
    found = re.search(r"\d[\w.]*", text_of([folder / "pg_dump", "--version"], check=False))
    if not found or text_of([folder / "initdb", "--version"], check=False).find(found[0]) < 0:
        return None
    # A codec that pg_dump was not built with is refused before it looks for a server.
    codecs = {name for name in ("zstd", "lz4") if int(found[0].split(".")[0]) >= 16 and "connection to server" in text_of(
        [folder / "pg_dump", "-Fc", f"--compress={name}", "-f", os.devnull, "-h", "/nowhere", "none"], check=False)}
    return Programs(folder, found[0], frozenset(codecs))


def find_programs():
    """The best of $PGBIN, $PGVIGIL_TEST_SERVERS, what scripts/test has fetched, Debian's folders and PATH."""
    if os.environ.get("PGBIN"):
        folders = [os.environ["PGBIN"]]
    else:
        folders = [name for name in os.environ.get("PGVIGIL_TEST_SERVERS", "").split(":") if name]
        folders += pathlib.Path(f"/var/tmp/pgvigil-servers-{os.getuid()}").glob("[0-9]*/bin")
        folders += pathlib.Path("/usr/lib/postgresql").glob("*/bin")
        if shutil.which("initdb"):
            folders.append(pathlib.Path(shutil.which("initdb")).resolve().parent)
    found = [programs for folder in folders if (programs := programs_at(pathlib.Path(folder)))]
    if not found:
        raise Trouble("there is no PostgreSQL server: install one, or let scripts/servers FOLDER fetch some and set "
                      "PGVIGIL_TEST_SERVERS to what it prints")
    return max(found, key=lambda programs: programs.rank)


def other_account():
    """The account that the server runs as, since PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = pathlib.Path("/etc/passwd").read_text()
    return "postgres" if re.search("^postgres:", known, re.MULTILINE) else "nobody"


class Cluster:
    """A private server that listens on a socket in its own folder only. Not durable: it is made for this one run."""

    SETTINGS = {
        "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_level": "minimal",
        "max_wal_senders": "0", "max_wal_size": "8GB", "shared_buffers": "512MB", "maintenance_work_mem": "256MB",
        "autovacuum": "off", "max_locks_per_transaction": "512",
    }

    def __init__(self, folder, programs):
        self.programs, self.bin = programs, programs.bin
        self.folder = folder / "cluster"
        if len(str(self.folder)) > 80:
            raise Trouble(f"{folder} is too long a name for the server's socket; take another --folder")
        self.folder.mkdir(mode=0o755)
        self.account = other_account()
        if self.account:
            shutil.chown(self.folder, self.account)
        self.data, self.pid = self.folder / "data", None
        self.databases = set()

    def __enter__(self):
        as_account = ["runuser", "-u", self.account, "--"] if self.account else []
        settings = " ".join(f"-c {name}={value}" for name, value in self.SETTINGS.items())
        text_of([*as_account, self.bin / "initdb", "-D", self.data, "-U", "bench", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync"], cwd=self.folder)
        text_of([*as_account, self.bin / "pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", self.folder / "log", "-o",
                 f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' {settings}", "start"],
                cwd=self.folder)
        self.pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        for name in [name for name in os.environ if name.startswith("PG") and not name.startswith("PGVIGIL")]:
            del os.environ[name]
        os.environ.update(PGHOST=str(self.folder), PGUSER="bench")
        return self

    def __exit__(self, *_):
        stop_servers(self.folder)

    def sql(self, database, *arguments):
        """Runs psql; the answer without decoration."""
        return text_of([self.bin / "psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments])

    def make(self, name, fill):
        """Makes a database once; `fill` is called with its name."""
        if name not in self.databases:
            say(f"making the data of {name}")
            text_of([self.bin / "createdb", name])
            fill(name)
            self.sql(name, "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")
            self.databases.add(name)
        return name

    def backend_seconds(self):
        """Processor time of all backends that have ended so far; they end shortly after their clients."""
        time.sleep(0.1)
        return processor_seconds(self.pid, of_ended_children=True)

    @contextlib.contextmanager
    def on_cores(self, count):
        """The server and all that is started meanwhile on so many cores, as taskset would."""
        before = os.sched_getaffinity(0)
        some = set(sorted(before)[:count])
        parts = [int(entry.name) for entry in pathlib.Path("/proc").glob("[0-9]*") if parent_of(entry) == self.pid]
        try:
            for pid in (0, self.pid, *parts):
                os.sched_setaffinity(pid, some)
            yield
        finally:
            for pid in (0, self.pid, *parts):
                os.sched_setaffinity(pid, before)


def parent_of(entry):
    """The parent of a process by its folder in /proc, or None if it is gone."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def stop_servers(folder):
    """Ends every server whose data lie below the folder (ours, and the catalog of a pgvigil that could not end its own)."""
    for note in folder.rglob("postmaster.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(note.read_text().split("\n")[0])
            if pathlib.Path(f"/proc/{pid}/cwd").resolve() != note.parent.resolve():
                continue
            os.kill(pid, signal.SIGQUIT)
            for _ in range(200):
                time.sleep(0.05)
                os.kill(pid, 0)
            os.kill(pid, signal.SIGKILL)


# pgvigil

class Vigil:
    """The measured program, with a configuration and a store of its own."""

    def __init__(self, program, folder, cluster):
        self.program, self.folder = program, folder / "vigil"
        (self.folder / "jobs").mkdir(parents=True)
        self.folder.chmod(0o755)
        self.version = text_of([program, "--version"]).strip()
        escaped = str(cluster.folder).replace("\\", r"\\").replace("'", r"\'")
        self.write("pgvigil.yaml", {
            "state": str(self.folder / "state"), "stores": {"local": str(self.folder / "store")},
            "clients": str(cluster.bin),
            "targets": {"speed": {"url": f"host='{escaped}' user=bench dbname=postgres"}},
        })
        self.cluster = cluster

    def write(self, name, content):
        """A configuration file: JSON is YAML."""
        (self.folder / name).write_text(json.dumps(content, indent=2) + "\n")

    def back_up(self, database, **keys):
        """One `pgvigil run`. Its seconds are those of the step `dump`, its processor time that of the process meanwhile."""
        job = {"kind": "backup", "target": "speed", "databases": database, "format": "custom", "workers": cores(),
               "globals": False, "verify": "hash", "keep": {"last": 1}, "store": "local", **keys}
        self.write("jobs/speed.yaml", job)
        os.sync()
        backends, cpu, step = self.cluster.backend_seconds(), {}, None
        command = [self.program, "run", "--config", self.folder, "speed", "--json"]
        with child(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            memory, said = PeakMemory(process.pid), []
            for line in process.stdout:
                said.append(line)
                note = json.loads(line) if line.startswith("{") else {}
                if note.get("step", {}).get("name") == "dump":
                    cpu[note["event"]] = processor_seconds(process.pid)
                    step = note["step"]
            process.wait()
        memory.join()
        if process.returncode != 0 or not step or step.get("state") != "done":
            raise Trouble(f"pgvigil run ended with {process.returncode}: {''.join(said)[-2000:]}")
        return Measure(step["seconds"], self.archive(database).stat().st_size, memory.mib,
                       cpu["step-ended"] - cpu["step-started"], self.cluster.backend_seconds() - backends)

    def archive(self, database):
        """The archive of the newest set; the folder around it is the set."""
        found = sorted((self.folder / "store").glob(f"*/{database}/*/archive.dump"))
        if not found:
            raise Trouble(f"there is no archive of {database} in {self.folder}/store")
        return found[-1]


# What is told meanwhile

STARTED = time.monotonic()


def say(text):
    """Progress, on standard error, with the minutes since the start."""
    passed = int(time.monotonic() - STARTED)
    print(f"[{passed // 60}:{passed % 60:02}] {text}", file=sys.stderr, flush=True)
