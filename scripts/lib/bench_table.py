#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/bench prints of the rows that the benchmarks wrote (tests/bench/row.h), one JSON object a line.

bench_table.py FILE [JSON]              the table; and all rows as one list in the file JSON
bench_table.py --row ROW WHAT UNIT FIGURES AGAINST REFERENCES TARGET    one row, of figures in words, for shell scripts
"""
import json
import operator
import pathlib
import statistics
import sys

COMPARISONS = {"<=": operator.le, ">=": operator.ge}


def three(figures):
    return [min(figures), statistics.median_high(figures), max(figures)] if figures else None


def one_row(row, what, unit, figures, against, references, target):
    """The target is compared with the ratio where there are references."""
    figures = [float(word) for word in figures.split()]
    references = [float(word) for word in references.split()]
    ratios = three([one / other for one, other in zip(figures, references)])
    reached = None
    if target:
        comparison, value = target.split()
        reached = COMPARISONS[comparison]((ratios or three(figures))[1], float(value))
    return {"row": row, "what": what, "unit": unit, "figure": three(figures), "against": against,
            "reference": three(references), "ratio": ratios, "target": target, "reached": reached}


def text(figures, unit=""):
    if figures is None:
        return ""
    least, middle, most = (f"{figure:.3g}" if abs(figure) < 100 else f"{figure:.0f}" for figure in figures)
    return f"{middle} {unit}".strip() if least == most else f"{middle} ({least}..{most}) {unit}".strip()


def table(rows):
    lines = [("row", "what", "figure", "against", "floor or peer", "ratio", "target", "")]
    for row in rows:
        verdict = {True: "reached", False: "MISSED", None: ""}[row["reached"]]
        lines.append((row["row"], row["what"], text(row["figure"], row["unit"]), row["against"],
                      text(row["reference"], row["unit"]), text(row["ratio"]), row["target"], verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, tuple("-" * width for width in widths))
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def main(words):
    if words[0] == "--row":
        print(json.dumps(one_row(*words[1:])))
        return
    source = pathlib.Path(words[0])
    rows = [json.loads(line) for line in source.read_text().splitlines()] if source.exists() else []
    print("median (least..most) of interleaved rounds")
    table(rows)
    missed = sum(row["reached"] is False for row in rows)
    judged = sum(row["reached"] is not None for row in rows)
    print(f"{judged - missed} of {judged} targets reached")
    if len(words) > 1 and words[1]:
        pathlib.Path(words[1]).write_text(json.dumps(rows, indent=1) + "\n")


main(sys.argv[1:])
