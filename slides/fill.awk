#!/usr/bin/awk -f
# SPDX-License-Identifier: MIT
# Fills a deck with what was measured and recorded, so that no figure is ever typed into a slide:
#
#     awk -f fill.awk -v lang=en -v recorded=DIR SHOW.csv... CLAIMS.csv... DECK.md
#
# The files before the deck are what `virtlab show --csv` and `virtlab claims --csv` print; of several
# that answer, the first does. In the deck may stand
#
#     {{value EXPERIMENT/WORKLOAD METRIC [PARAM=VALUE...] PLATFORM}}   a median, with its unit
#     {{ratio ...the same...}}            its ratio to native, with the interval, or ~ for noise
#     {{verdict PROBE UID PLATFORM}}      what a probe of `escape` met, as that user
#     {{count VERDICT UID PLATFORM}}      how many of them met that
#     {{claim ID...}}                     on a line of its own: a table of claims and verdicts
#     {{host EXPERIMENT}}                 the machine that the figures of an experiment are of
#     {{recorded NAME}}                   on a line of its own: what was recorded, as it was printed
#
# What was not measured says so, and a placeholder that is not understood ends the program.

FNR == 1 { file++ }
FILENAME ~ /\.csv$/ { read_row($0); next }
{ deck = FILENAME; print_filled($0) }

# split_csv(LINE): its fields, without their quotes, into field[1...]; returns how many there are.
function split_csv(line, n) {
    n = 0
    while (line != "") {
        n++
        if (match(line, /^"([^"]|"")*"/)) {
            field[n] = substr(line, 2, RLENGTH - 2)
            gsub(/""/, "\"", field[n])
        } else {
            match(line, /^[^,]*/)
            field[n] = substr(line, 1, RLENGTH)
        }
        line = substr(line, RLENGTH + 2)
    }
    return n
}

# A row of figures, of a probe, or of a claim; the first file that has it counts, but a claim that was
# not decided there waits for a better one.
function read_row(line, n, key, i) {
    for (i in field) delete field[i]
    n = split_csv(line)
    if (FNR == 1) {
        for (i in column) delete column[i]
        for (i = 1; i <= n; i++) column[field[i]] = i
        is_claims = ("claim" in column)
        return
    }
    if (is_claims) {
        key = field[1]
        if (key == "" || (key in verdict && !(verdict[key] in weak))) return
        claim[key] = field[2]
        verdict[key] = field[3]
        return
    }
    if (!(field[1] in origin)) origin[field[1]] = FILENAME
    if (field[1] == "escape") {
        key = field[2] " " field[3] " " field[5]
        # The file may be another's: what is no verdict never becomes Markdown.
        if (field[column["verdict"]] ~ /^(allowed|contained|refused|absent|unknown)$/ && !(key in probed)) {
            probed[key] = field[column["verdict"]]
            tally[probed[key] " " field[3] " " field[5]]++
        }
        return
    }
    key = field[1] "/" field[2] " " field[4] (field[3] != "" ? " " words(field[3]) : "") " " field[5]
    if (field[column["median"]] == "" || key in median) return
    median[key] = field[column["median"]]
    ratio[key] = field[column["ratio_to_native"]]
    low[key] = field[column["ratio_low"]]
    high[key] = field[column["ratio_high"]]
    noise[key] = field[column["ratio_means"]] == "noise"
}

function words(text) {
    gsub(/[ ,;]+/, " ", text)
    return text
}

BEGIN {
    korean = lang == "ko"
    weak["not in these results"] = weak["이 결과에 없음"] = 1
    absent = korean ? "재지 않음" : "not measured"
    hard_space = "\302\240" # a number does not part from its unit
    split("ns 1 µs 1000 ms 1000000 s 1000000000", time_units, " ")
    split("B 1 KiB 1024 MiB 1048576 GiB 1073741824", byte_units, " ")
}

# Three digits are what a room can read.
function digits(x) {
    x += 0
    if (x == int(x) && x < 1000) return x ""
    return sprintf(x >= 99.95 ? "%.0f" : x >= 9.995 ? "%.1f" : "%.2f", x)
}

function in_unit(x, units, i) {
    x += 0
    for (i = 7; i > 1 && x < units[i + 1] + 0; i -= 2) ;
    return digits(x / units[i + 1]) hard_space units[i]
}

function with_unit(x, metric) {
    if (metric ~ /_ns$/) return in_unit(x, time_units)
    if (metric ~ /_bytes$/) return in_unit(x, byte_units)
    return digits(x) (metric ~ /_percent$/ ? hard_space "%" : "")
}

function answer(text, part, n, key, word) {
    n = split(text, part, " ")
    word = part[1]
    key = substr(text, length(word) + 2)
    if (word == "value" && n >= 4)
        return key in median ? with_unit(median[key], part[3]) : absent
    if (word == "ratio" && n >= 4) {
        if (!(key in median) || ratio[key] == "") return absent
        if (noise[key]) return digits(ratio[key]) " ~"
        return digits(ratio[key]) (low[key] != "" ? " [" digits(low[key]) "–" digits(high[key]) "]" : "")
    }
    if (word == "verdict" && n == 4) {
        key = part[2] " uid=" part[3] " " part[4]
        return key in probed ? verdict_word(probed[key]) : absent
    }
    if (word == "host" && n == 2) return host_of(part[2])
    if (word == "count" && n == 4) return tally[part[2] " uid=" part[3] " " part[4]] + 0
    return wrong(text)
}

# What `virtlab show` says of the machine stands beside its figures, in NUMBER-host.txt. It may be
# another's as well: what could be Markdown goes.
function host_of(experiment, file, line) {
    if (!(experiment in origin)) return absent
    file = origin[experiment]
    if (!sub(/-show[.]csv$/, "-host.txt", file) || (getline line <file) < 1) return absent
    close(file)
    gsub(/[(](R|TM)[)]/, "", line)
    gsub(/[][<>`*_{}|\\!$~^"'&#\/]/, "", line)
    return line
}

function verdict_word(v) {
    return "[" (korean ? korean_verdict(v) : v) "]{." v "}"
}

function korean_verdict(v) {
    return v == "allowed" ? "허용" : v == "contained" ? "격리" : v == "refused" ? "거부" : \
           v == "absent" ? "없음" : "모름"
}

function wrong(text) {
    print deck ":" FNR ": not understood: {{" text "}}" >"/dev/stderr"
    failed = 1
    exit 1
}

function print_claims(text, id, n, i) {
    n = split(text, id, " ")
    print "::: claims"
    print (korean ? "| 번호 | 주장 | 판정 |" : "| no. | claim | verdict |")
    print "|:--|:----------------|:-----|"
    for (i = 2; i <= n; i++) {
        if (!(id[i] in claim)) wrong(text)
        print "| " id[i] " | " claim[id[i]] " | [" verdict[id[i]] "]{.verdict} |"
    }
    print ":::"
}

function print_recorded(text, part, file, line, lines, said, i) {
    split(text, part, " ")
    file = recorded "/" part[2] ".txt"
    while ((getline line <file) > 0) said[++lines] = line
    print (lines > 8 ? "```{.recorded}" : "```{.recorded .short}")
    for (i = 1; i <= lines; i++) print said[i]
    print "```"
    if (!lines) wrong(text)
}

function print_filled(line, text) {
    if (line ~ /^[{][{](claim|recorded) [^}]*[}][}]$/) {
        text = substr(line, 3, length(line) - 4)
        if (text ~ /^claim/) print_claims(text)
        else print_recorded(text)
        return
    }
    while (match(line, /[{][{][^}]*[}][}]/)) {
        text = substr(line, RSTART + 2, RLENGTH - 4)
        line = substr(line, 1, RSTART - 1) answer(text) substr(line, RSTART + RLENGTH)
    }
    print line
}

END { exit failed }
