# SPDX-License-Identifier: MIT
# From the --help of a command (common/options.h) to man(7).
#
#     awk -v part=page|section -f man/options.awk
#
# page: a whole page, with -v name=, -v date=, -v version=, -v also=. section: the command as a section of a
# page that is written by hand: usage, purpose, options, notes.

function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}

# The usage may be broken: its further lines are indented.
NR == 1 && /^Usage: / { usage = substr($0, 8); state = "usage"; next }
state == "usage" && /^ / { sub(/^ +/, ""); usage = usage " " $0; next }
state == "usage" { state = "purpose" }
state == "purpose" && NF { purpose = purpose (purpose ? " " : "") $0; next }
state == "purpose" { state = "options"; next }

# An option: the flags, then at column 28 or in the next line its sentence.
state == "options" && match($0, /^ +(-[A-Za-z0-9], )?--[a-z0-9-]+[^ ]*/) {
    flags = substr($0, 1, RLENGTH)
    sentence = substr($0, RLENGTH + 1)
    sub(/^ +/, "", flags)
    sub(/^ +/, "", sentence)
    count++
    option[count] = flags
    said[count] = sentence
    next
}
state == "options" && count && /^                    / { sub(/^ +/, ""); said[count] = said[count] (said[count] ? " " : "") $0; next }
state == "options" && !NF && count { state = "notes"; next }
state == "options" { state = "notes" }
state == "notes" { notes[++lines] = $0 }

function print_usage() {
    print "\\fB" escaped(name_of(usage)) "\\fR" escaped(substr(usage, length(name_of(usage)) + 1))
}

# The words before the first that is a placeholder.
function name_of(text,   i, n, word, name) {
    n = split(text, word, " ")
    for (i = 1; i <= n && word[i] ~ /^[a-z]+$/ && i <= 2; i++)
        name = name (i > 1 ? " " : "") word[i]
    return name
}

function print_options(i, flags) {
    for (i = 1; i <= count; i++) {
        flags = escaped(option[i])
        print ".TP"
        print "\\fB" flags "\\fR"
        print escaped(said[i])
    }
}

# Lines that start with a space are laid out; others run on.
function print_notes(i, laid_out, blank) {
    for (i = 1; i <= lines; i++) {
        if (notes[i] ~ /^ / && !laid_out) { print ".PP"; print ".nf"; laid_out = 1; blank = 0 }
        else if (notes[i] !~ /^ / && laid_out) { print ".fi"; laid_out = 0; blank = notes[i] != "" }
        if (notes[i] == "") { blank = 1; continue }
        if (blank || i == 1 && !laid_out) print ".PP"
        blank = 0
        print escaped(notes[i])
    }
    if (laid_out) print ".fi"
}

END {
    if (!usage || !purpose) { print "man/options.awk: this is no --help" >"/dev/stderr"; exit 1 }
    if (part == "page") {
        print ".\\\" Made by man/options.awk of `" name_of(usage) " --help`."
        print ".TH " toupper(name) " 1 " date " \"virtlab " version "\" \"virtlab\""
        print ".SH NAME"
        sub(/\.$/, "", purpose)
        print escaped(name) " \\- " escaped(tolower(substr(purpose, 1, 1)) substr(purpose, 2))
        print ".SH SYNOPSIS"
        print_usage()
        print ".SH DESCRIPTION"
        print escaped(purpose) "."
        print_notes()
        print ".SH OPTIONS"
        print_options()
        print ".SH SEE ALSO"
        print "\\fBvirtlab\\fR(1)"
    } else {
        print_usage()
        print ".PP"
        print escaped(purpose)
        print_options()
        print_notes()
    }
}
