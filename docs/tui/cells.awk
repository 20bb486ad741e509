# SPDX-License-Identifier: MIT
# A terminal's screen, as `tmux capture-pane -p -e` prints it, as SVG: each run of cells that look the
# same is one text with its ground. Run it with LC_ALL=C: characters are put together from their bytes.
#
#     LC_ALL=C awk -v columns=80 -v title=TEXT -f cells.awk <screen >screen.svg
BEGIN {
    CELL = 8.4; LINE = 17; MARGIN = 10
    TEXT = "#d8d8d8"; GROUND = "#1c1c1c"
    for (i = 0; i < 256; i++)
        code[sprintf("%c", i)] = i
    # The eight colours of xterm, and their bright ones.
    split("#000000 #cd0000 #00cd00 #cdcd00 #1e90ff #cd00cd #00cdcd #e5e5e5", dark8, " ")
    split("#7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff", light8, " ")
    split("0 95 135 175 215 255", step, " ")
    reset()
}

function reset() {
    colour = ground = ""
    bold = dim = under = reverse = 0
}

# One of the 256 colours of xterm.
function colour_of(n) {
    if (n < 16)
        return n < 8 ? dark8[n + 1] : light8[n - 7]
    if (n >= 232)
        return sprintf("#%02x%02x%02x", 8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232))
    n -= 16
    return sprintf("#%02x%02x%02x", step[int(n / 36) + 1], step[int(n / 6) % 6 + 1], step[n % 6 + 1])
}

# Select Graphic Rendition (ECMA-48, 8.3.117), as far as the dashboard uses it.
function rendition(parameters,    list, count, i, n) {
    count = split(parameters == "" ? "0" : parameters, list, ";")
    for (i = 1; i <= count; i++) {
        n = list[i] + 0
        if (n == 0) reset()
        else if (n == 1) bold = 1
        else if (n == 2) dim = 1
        else if (n == 4) under = 1
        else if (n == 7) reverse = 1
        else if (n == 22) bold = dim = 0
        else if (n == 24) under = 0
        else if (n == 27) reverse = 0
        else if (n == 38 && list[i + 1] == 5) { colour = colour_of(list[i + 2]); i += 2 }
        else if (n == 48 && list[i + 1] == 5) { ground = colour_of(list[i + 2]); i += 2 }
        else if (n == 39) colour = ""
        else if (n == 49) ground = ""
        else if (n >= 30 && n < 38) colour = colour_of(n - 30)
        else if (n >= 40 && n < 48) ground = colour_of(n - 40)
        else if (n >= 90 && n < 98) colour = colour_of(n - 82)
        else if (n >= 100 && n < 108) ground = colour_of(n - 92)
    }
}

# What has been gathered of the line, ended by another look.
function put_run(    x, width, front, back, eighths) {
    if (cells == 0)
        return
    x = MARGIN + start * CELL
    width = cells * CELL
    front = run_colour == "" ? TEXT : run_colour
    back = run_ground
    if (run_reverse) { back = front; front = run_ground == "" ? GROUND : run_ground }
    if (back != "")
        grounds = grounds sprintf("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
                                  x, MARGIN + (NR - 1) * LINE, width + 0.2, LINE, back)
    # U+2581 to U+2588 are so many eighths of a cell.
    eighths = length(run) == 3 && substr(run, 1, 2) == "\342\226" ? code[substr(run, 3, 1)] - 128 : 0
    if (eighths > 0 && eighths < 9)
        grounds = grounds sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                                  x, MARGIN + NR * LINE - eighths * LINE / 8, width + 0.2, eighths * LINE / 8, front)
    else if (run ~ /[^ ]/) {
        # Spaces that stay: not every viewer of SVG heeds xml:space.
        gsub(/ /, "\\&#160;", run)
        texts = texts sprintf("<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\" fill=\"%s\"%s%s%s>%s</text>\n",
                              x, MARGIN + NR * LINE - 4.5, width, front,
                              run_bold ? " font-weight=\"bold\"" : "", run_dim ? " opacity=\"0.6\"" : "",
                              run_under ? " text-decoration=\"underline\"" : "", run)
    }
    start += cells
    cells = 0
    run = ""
}

# Letters stand together; blocks and braille each in its cell, since fonts have other widths for them.
function put_character(character, alone) {
    if (cells > 0 && (alone || was_alone || run_colour != colour || run_ground != ground ||
                      run_bold != bold || run_dim != dim || run_under != under || run_reverse != reverse))
        put_run()
    run_colour = colour; run_ground = ground; run_bold = bold; run_dim = dim
    run_under = under; run_reverse = reverse
    run = run (character == "&" ? "&amp;" : character == "<" ? "&lt;" : character == ">" ? "&gt;" : character)
    was_alone = alone
    cells++
}

{
    start = cells = 0
    run = ""
    for (at = 1; at <= length($0); at += size) {
        byte = substr($0, at, 1)
        size = 1
        if (byte == "\033" && substr($0, at + 1, 1) == "[") {
            end = match(substr($0, at), /[A-Za-z]/)
            size = end
            if (substr($0, at + end - 1, 1) == "m")
                rendition(substr($0, at + 2, end - 3))
            continue
        }
        if (byte == "\033" || code[byte] == 14 || code[byte] == 15) { # a character set: none is used
            size = byte == "\033" ? 3 : 1
            continue
        }
        if (code[byte] >= 240) size = 4
        else if (code[byte] >= 224) size = 3
        else if (code[byte] >= 192) size = 2
        put_character(substr($0, at, size), size == 3)
    }
    put_run()
    rows = NR
}

END {
    width = 2 * MARGIN + columns * CELL
    height = 2 * MARGIN + rows * LINE
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">\n", width, height, width, height
    printf "<title>%s</title>\n", title
    printf "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"%s\"/>\n", GROUND
    print "<g shape-rendering=\"crispEdges\">"
    printf "%s", grounds
    print "</g>"
    print "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">"
    printf "%s", texts
    print "</g>\n</svg>"
}
