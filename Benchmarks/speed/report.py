"""Tables, goals and CSV files from the rows that the parts measured. The tables are Markdown, aligned to be read as they are."""
import csv
import dataclasses
import statistics

import parts
from measuring import Measure


@dataclasses.dataclass
class Summary:
    """One way: medians, and ratios to its peer of the same round."""
    part: str
    way: str
    seconds: list
    measure: Measure
    ratios: list
    size_ratio: float
    command: str

    @property
    def ratio(self):
        return statistics.median(self.ratios)


TITLES = {"write": "Writing", "verify": "Verifying", "verify-huge": "Verifying one huge table", "tables": "Many small tables",
          "planning": "Planning", "drill": "Drilling", "growth": "How cost grows"}
PEERS = {"write": parts.STOCK, "tables": parts.STOCK, "verify": parts.RESTORE_OURS, "verify-huge": parts.RESTORE_OURS,
         "drill": "pg_restore -j 1"}


def peer_of(part, way):
    """Whom a way is compared with: pg_restore reads each archive itself, so that both sides read the same bytes."""
    if part.startswith("verify") and "stock archive" in way:
        return parts.RESTORE_STOCK
    return PEERS.get(part, way)


def compare(rows, part, way, peer):
    """One way against another, round by round."""
    ours = {row.round: row for row in rows if (row.part, row.way) == (part, way)}
    theirs = {row.round: row for row in rows if (row.part, row.way) == (part, peer)}
    if not ours or not theirs:
        return None
    middle = Measure(*(statistics.median(getattr(row.measure, field.name) for row in ours.values())
                       for field in dataclasses.fields(Measure)))
    middle.mib = max(row.measure.mib for row in ours.values())
    size = statistics.median(row.measure.bytes for row in theirs.values())
    return Summary(part, way, [row.measure.seconds for row in ours.values()], middle,
                   [row.measure.seconds / theirs[number].measure.seconds for number, row in ours.items()],
                   middle.bytes / size if size else 0, next(iter(ours.values())).command)


def summaries(rows):
    """All ways in the order in which they were first declared."""
    seen = dict.fromkeys((row.part, row.way) for row in sorted(rows, key=lambda row: row.round))
    found = (compare(rows, part, way, peer_of(part, way)) for part, way in seen)
    return [summary for summary in found if summary]


# Goals

@dataclasses.dataclass
class Goal:
    """A ratio of the issue, and within what the size has to be."""
    work: str
    part: str
    way: str
    peer: str
    limit: float
    size: tuple = None


RATIO_GOALS = [
    Goal("write, zlib 6, size ± 2 %", "write", parts.OURS_ZLIB, parts.STOCK, 0.62, (0.98, 1.02)),
    Goal("write, isal, size ≤ 1.10", "write", parts.OURS_ISAL, parts.STOCK, 0.28, (0, 1.10)),
    Goal("write, isal, two connections", "write", parts.OURS_TWO, parts.STOCK, 0.20),
    Goal("the same", "write", parts.OURS_TWO, parts.ZSTD_TWO, 0.85),
    Goal("verify with row digests, isal", "verify", parts.VERIFY_OURS, parts.RESTORE_OURS, 0.25),
    Goal("verify one huge table written by us", "verify-huge", parts.VERIFY_OURS, parts.RESTORE_OURS, 0.30),
    Goal("archive of 10,000 small tables, write", "tables", parts.OURS_AUTO, parts.STOCK, 1.0),
    Goal("restore of a drill", "drill", "drill's restore", "pg_restore -j 1", 0.5),
]


def word(reached):
    return "reached" if reached else "missed"


def goals(rows):
    """Lines of the table of goals: those whose part ran."""
    lines = []
    for goal in RATIO_GOALS:
        found = compare(rows, goal.part, goal.way, goal.peer)
        if not found:
            continue
        fits = goal.size is None or goal.size[0] <= found.size_ratio <= goal.size[1]
        measured = f"{found.ratio:.3f}" + (f", size {found.size_ratio:.3f}" if goal.size else "")
        lines.append([goal.work, f"`{goal.peer}`", f"≤ {goal.limit:.2f}", measured, word(fits and found.ratio <= goal.limit)])
    memory = max((row.measure.mib for row in rows if row.part in ("write", "tables") and row.way.startswith("pgvigil")), default=0)
    if memory:
        lines.append(["memory of pgvigil while it writes", "", "< 96 MiB", f"{memory:.0f} MiB", word(memory < 96)])
    times = {row.way: row.measure for row in rows if row.part == "drill"}
    if times:
        share = (times["proof of content"].seconds - times["proof of rows"].seconds) / times["drill's restore"].seconds
        lines.append(["proof of content, less that of rows", "the drill's restore", "≤ 0.30", f"{share:.3f}", word(share <= 0.3)])
        up = times["throwaway cluster up"].seconds
        lines.append(["throwaway cluster up", "", "< 1 s", f"{up:.2f} s", word(up < 1)])
    slowest = max((row.measure.seconds for row in rows if row.part == "planning" and "ours" in row.way), default=0)
    if slowest:
        lines.append(["next occurrence, any pattern", "", "< 1 µs", f"{slowest * 1e6:.3f} µs", word(slowest < 1e-6)])
    return lines


# Tables

def table(head, lines):
    """Markdown with padded columns; all but the first and those of words are aligned to the right."""
    right = [place > 0 and all(line[place][:1] in "0123456789≤<−" for line in lines if line[place]) for place in range(len(head))]
    width = [max(len(line[place]) for line in [head, *lines]) for place in range(len(head))]

    def padded(line):
        cells = (text.rjust(w) if r else text.ljust(w) for text, w, r in zip(line, width, right))
        return f"| {' | '.join(cells)} |"
    rule = "|".join("-" * (w + 1) + ":" if r else "-" * (w + 2) for w, r in zip(width, right))
    return "\n".join([padded(head), f"|{rule}|", *map(padded, lines)])


def number(value, digits=2):
    return f"{value:.{digits}f}" if value else ""


def part_table(part, found):
    """The table of one part: one line a way."""
    lines = []
    for each in found:
        ratios = f"{min(each.ratios):.2f}–{max(each.ratios):.2f}"
        lines.append([each.way, f"{statistics.median(each.seconds):.2f}", f"{min(each.seconds):.2f}–{max(each.seconds):.2f}",
                      f"{each.ratio:.2f}", ratios, number(each.measure.bytes / 1e6, 1),
                      number(each.size_ratio, 3), number(each.measure.mib, 0), number(each.measure.cpu)])
    head = ["way", "median s", "min–max", "ratio", "of rounds", "MB", "size", "MiB", "cpu s"]
    if part == "drill":
        return table(head[:2] + ["ratio"], [[line[0], line[1], line[3]] for line in lines])
    return table(head, lines)


def planning_table(rows):
    """Nanoseconds by pattern, and how many times that the peers take."""
    patterns = {}
    for row in rows:
        pattern, _, way = row.way.rpartition(": ")
        patterns.setdefault(pattern, {})[way] = row.measure.seconds * 1e9
    return table(["pattern, ns for an occurrence", "ours in a row", "one at a time", "cronsim", "times", "croniter", "times"], [
        [pattern, f"{ns['ours in a row']:.0f}", f"{ns['ours, one at a time']:.0f}",
         *(text for peer in ("cronsim", "croniter") for text in (f"{ns[peer]:,.0f}", f"{ns[peer] / ns['ours in a row']:.0f}"))]
        for pattern, ns in patterns.items()])


def growth_table(rows):
    """Stock and ours by what grew."""
    cases, lines = {}, []
    for row in rows:
        case, _, way = row.way.partition(": ")
        cases.setdefault(case, {}).setdefault(way, []).append(row.measure.seconds)
    before = {}
    for case, ways in cases.items():
        stock, ours = (statistics.median(ways[way]) for way in ("stock", "pgvigil"))
        kind = case.split()[0]
        grown = f"{stock / before[kind][0]:.1f} ×", f"{ours / before[kind][1]:.1f} ×"
        lines.append([case, f"{stock:.2f}", grown[0], f"{ours:.2f}", grown[1], f"{ours / stock:.2f}"]) \
            if kind in before else lines.append([case, f"{stock:.2f}", "", f"{ours:.2f}", "", f"{ours / stock:.2f}"])
        before[kind] = stock, ours
    return table(["what", "pg_dump -Fc s", "to the line above", "pgvigil s", "to the line above", "ratio"], lines)


def show(rows, facts, model, left_out, options):
    """Everything, on standard output."""
    for name, value in facts.items():
        print(f"{name:<11} {value}")
    print(f"{'rounds':<11} {options.rounds}")
    found = summaries(rows)
    for part in dict.fromkeys(row.part for row in rows):
        print(f"\n## {TITLES[part]}")
        some = [row for row in rows if row.part == part]
        if part == "planning":
            print(planning_table(some))
            continue
        if part == "growth":
            print(growth_table(some))
            continue
        peer = "pg_restore of the same archive" if part.startswith("verify") else PEERS[part]
        print(f"Ratio and size are to `{peer}` of the same round.\n")
        print(part_table(part, [each for each in found if each.part == part]))
        print()
        for command in dict.fromkeys(f"{each.way}: {each.command}" for each in found if each.part == part):
            print(f"    {command}")
    if model:
        print(f"\n## A model of more cores\n{model}")
    lines = goals(rows)
    if lines:
        print("\n## Goals\n" + table(["work", "against", "goal", "measured", ""], lines))
    for what in left_out:
        print(f"\nLeft out: {what}")
    if options.quick:
        print("\nFigures of --quick only show that the benchmark works: what is fixed about a run weighs ten times as much.")


# Files

COLUMNS = ["way", "round", *(field.name for field in dataclasses.fields(Measure)), "command"]


def save(rows, folder, facts):
    """Raw results, one file a part, and the machine; files of parts that did not run stay as they are."""
    folder.mkdir(exist_ok=True)
    written = [folder / "machine.csv"]
    with open(written[0], "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(facts.items())
    for part in dict.fromkeys(row.part for row in rows):
        written.append(folder / f"{part}.csv")
        with open(written[-1], "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(COLUMNS)
            for row in rows:
                if row.part == part:
                    values = (f"{value:.9g}" for value in dataclasses.astuple(row.measure))
                    out.writerow([row.way, row.round, *values, row.command])
    return written


def load(folder):
    """What was saved: rows and facts."""
    rows = []
    for path in sorted(folder.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            if path.stem == "machine":
                facts = dict(csv.reader(file))
                continue
            for line in csv.DictReader(file):
                values = (float(line[field.name]) for field in dataclasses.fields(Measure))
                rows.append(parts.Row(path.stem, line["way"], int(line["round"]), line["command"], Measure(*values)))
    return rows, facts
