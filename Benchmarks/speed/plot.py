"""Draws docs/speed.svg: bars of wall time as a ratio, size beside. Run by itself it draws what was saved last."""
import html
import pathlib

import parts

WIDTH, LEFT, BAR, LINE, TOP = 960, 290, 400, 26, 84
INK, PALE, OURS, PEER = "#1f2328", "#57606a", "#0969da", "#9aa4b1"
TITLES = {"write": "Writing one database", "verify": "Verifying its archive", "verify-huge": "Verifying one huge table",
          "tables": "Writing many small tables"}


def draw(found, facts, path):
    """One group of bars for each part that was measured."""
    body, y = [], TOP
    for part, title in TITLES.items():
        some = [each for each in found if each.part == part]
        if not some:
            continue
        body.append(text(16, y, title, weight="600", size=15))
        body.append(text(LEFT + BAR + 64, y, "time" if part.startswith("verify") else "time and size of the archive", fill=PALE))
        y += 12
        longest = max(1.0, *(each.ratio for each in some))
        one = LEFT + BAR / longest
        body.append(f'<line x1="{one:.1f}" y1="{y}" x2="{one:.1f}" y2="{y + LINE * len(some)}" stroke="{PALE}" stroke-dasharray="3 3"/>')
        for each in some:
            body += bar(each, y, BAR / longest, part)
            y += LINE
        y += 40
    head = [text(16, 30, "pgvigil beside its peers: wall time, peer = 1", weight="600", size=18),
            text(16, 52, facts["machine"] + ("; a tenth of the data, not to be quoted" if facts.get("data") == "a tenth" else ""), fill=PALE),
            ]
    height = y - 16
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, -apple-system, \'Segoe UI\', \'DejaVu Sans\', sans-serif" font-size="13" role="img" '
        'aria-label="Wall time of writing and verifying archives, as ratios">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(head + body) + "\n</svg>\n", encoding="utf-8")


def text(x, y, words, fill=INK, weight="400", size=13, anchor="start"):
    return f'<text x="{x}" y="{y}" fill="{fill}" font-weight="{weight}" font-size="{size}" text-anchor="{anchor}">{html.escape(words)}</text>'


def bar(each, y, scale, part):
    """A bar with its name before and its figures behind."""
    ours = each.way.startswith("pgvigil")
    length = max(2, each.ratio * scale)
    figures = f"{each.ratio:.2f}"
    if part in ("write", "tables") and each.measure.bytes:
        figures += f"   ·   size {each.size_ratio:.2f}"
    return [text(LEFT - 10, y + 17, each.way, fill=INK, weight="600" if ours else "400", anchor="end"),
            f'<rect x="{LEFT}" y="{y + 4}" width="{length:.1f}" height="{LINE - 8}" rx="2" fill="{OURS if ours else PEER}"/>',
            text(round(LEFT + length + 8), y + 17, figures, weight="600" if ours else "400")]


if __name__ == "__main__":
    import report
    root = pathlib.Path(__file__).resolve().parents[2]
    saved, machine = report.load(pathlib.Path(__file__).resolve().parent / "results")
    draw(report.summaries(saved), machine, root / "docs/speed.svg")
