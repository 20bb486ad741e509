#!/usr/bin/awk -f
# SPDX-License-Identifier: MIT
# Draws a figure from text, as SVG:
#
#     awk -f figure.awk -v lang=en FIGURE.fig >FIGURE.svg
#
#     size WIDTH HEIGHT                      first of all, in units of which a slide is 1000 wide
#     box X Y WIDTH HEIGHT KIND LABEL        a rectangle with its label in the middle
#     frame X Y WIDTH HEIGHT KIND LABEL      a dashed one, with its label at the top
#     arrow X1 Y1 X2 Y2 [KIND [LABEL]]       with its label beside its middle
#     line X1 Y1 X2 Y2 [KIND]
#     text X Y KIND LABEL                    in the middle of that point; KIND may end with "<": from there on
#
# A LABEL is the rest of the line, "English|Korean"; " / " breaks it. A KIND is a colour, by what is
# drawn: see paint(). Letters are 24 units high, 20 where the label, or a line of it, starts with "~".

BEGIN {
    korean = lang == "ko"
    #           fill      edge      letters
    paint("hw", "#4d4d4d", "#333333", "#ffffff")
    paint("kernel", "#0072b2", "#005585", "#ffffff")
    paint("vm", "#009e73", "#00785a", "#ffffff")
    paint("box", "#d55e00", "#a04600", "#ffffff")
    paint("app", "#f4f4f4", "#666666", "#111111")
    paint("soft", "#dcecf7", "#0072b2", "#111111")
    paint("green", "#d9f1e9", "#009e73", "#111111")
    paint("warm", "#fbe3d3", "#d55e00", "#111111")
    paint("hot", "#ffffff", "#b3001b", "#b3001b")
    paint("plain", "none", "#333333", "#111111")
}

function paint(kind, inside, border, letters) {
    fill[kind] = inside
    edge[kind] = border
    ink[kind] = letters
}

function known(kind) {
    if (kind in fill) return kind
    print FILENAME ":" FNR ": there is no kind '" kind "'" >"/dev/stderr"
    failed = 1
    exit 1
}

# Everything behind the first N words.
function rest(n, line) {
    line = $0
    while (n-- > 0) sub(/^[ \t]*[^ \t]+[ \t]*/, "", line)
    return line
}

function in_language(label, part) {
    if (split(label, part, "|") < 2) part[2] = part[1]
    label = korean ? part[2] : part[1]
    gsub(/&/, "\\&amp;", label)
    gsub(/</, "\\&lt;", label)
    gsub(/>/, "\\&gt;", label)
    return label
}

# The lines of a label around (x, y).
function letters(x, y, label, colour, anchor, size, small, part, n, i) {
    if (label == "") return
    label = in_language(label)
    n = split(label, part, " / ")
    small = part[1] ~ /^~/
    for (i = 1; i <= n; i++) {
        size = small || part[i] ~ /^~/ ? 20 : 24
        sub(/^~/, "", part[i])
        printf "<text x=\"%g\" y=\"%g\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>\n", x,
            y + size * 0.36 + (i - (n + 1) / 2) * size * 1.2, size, colour, anchor, part[i]
    }
}

/^[ \t]*(#|$)/ { next }

$1 == "size" {
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" " \
           "font-family=\"'DejaVu Sans', 'Noto Sans CJK KR', NanumGothic, sans-serif\">\n", $2, $3, $2, $3
    for (kind in edge)
        printf "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" " \
               "orient=\"auto-start-reverse\"><path d=\"M0 0 L10 5 L0 10 z\" fill=\"%s\"/></marker>\n", kind, edge[kind]
    next
}

$1 == "box" || $1 == "frame" {
    kind = known($6)
    printf "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"6\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2.5\"%s/>\n",
        $2, $3, $4, $5, $1 == "box" ? fill[kind] : "none", edge[kind], $1 == "box" ? "" : " stroke-dasharray=\"10 6\""
    letters($2 + $4 / 2, $3 + ($1 == "box" ? $5 / 2 : 20), rest(6), $1 == "box" ? ink[kind] : edge[kind], "middle")
    next
}

$1 == "arrow" || $1 == "line" {
    kind = known($6 == "" ? "plain" : $6)
    printf "<path d=\"M%g %g L%g %g\" stroke=\"%s\" stroke-width=\"3\" fill=\"none\"%s/>\n", $2, $3, $4, $5,
        edge[kind], $1 == "arrow" ? " marker-end=\"url(#" kind ")\"" : ""
    upright = $2 == $4
    letters(($2 + $4) / 2 + (upright ? 18 : 0), ($3 + $5) / 2 - (upright ? 0 : 18), rest(6), edge[kind],
        upright ? "start" : "middle")
    next
}

$1 == "text" {
    anchor = sub(/<$/, "", $4) ? "start" : "middle"
    letters($2, $3, rest(4), ink[known($4)] == "#ffffff" ? edge[$4] : ink[$4], anchor)
    next
}

{
    print FILENAME ":" FNR ": not understood: " $0 >"/dev/stderr"
    failed = 1
    exit 1
}

END {
    if (!failed) print "</svg>"
    exit failed
}
