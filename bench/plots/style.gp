# SPDX-License-Identifier: MIT
# What all figures have in common: paper and lines. A script calls it, as its first act, with
#
#     call FOLDER . "style.gp" OUTPUT WIDTH HEIGHT NAME LANGUAGE SIZE
#
# OUTPUT ends with .svg, .png or .pdf; "-.svg" and so on are standard output. WIDTH and HEIGHT are in
# pixels of the SVG; SIZE "slides" makes of them 1200 by 540, as a slide has room for, with letters that
# are read from the last row. Lines are told apart without colour: each has dashes and a mark of its own.

# Letters are letters, not bytes.
set encoding utf8

ending = strlen(ARG1) > 4 ? ARG1[strlen(ARG1) - 3:*] : ".svg"
width = real(ARG2)
height = real(ARG3)
korean = ARG5 eq "ko"
slides = ARG6 eq "slides"
if (slides) {
    width = 1200.0
    height = 540.0
}
letter = slides ? 24 : 13
font(family, size) = sprintf("%s,%d", family, size)
line_width = slides ? 2 : 1.2
if (ending eq ".png") {
    set terminal pngcairo noenhanced size 1.5 * width, 1.5 * height font font("Sans", letter) \
        linewidth 1.6
} else { if (ending eq ".pdf") {
    set terminal pdfcairo noenhanced size width / 96, height / 96 font font("Sans", letter * 10 / 13) \
        linewidth line_width
} else {
    set terminal svg noenhanced size width, height font font("sans-serif", letter) \
        linewidth line_width name ARG4
} }
if (ARG1[1:2] ne "-.") set output ARG1

set linetype 1 linecolor "#000000" dashtype solid       pointtype 7
set linetype 2 linecolor "#0072b2" dashtype (12,5)      pointtype 4
set linetype 3 linecolor "#d55e00" dashtype (4,4)       pointtype 8
set linetype 4 linecolor "#009e73" dashtype (14,4,2,4)  pointtype 6
set linetype 5 linecolor "#cc79a7" dashtype (2,3)       pointtype 12
set linetype 6 linecolor "#56b4e9" dashtype (20,6)      pointtype 5
set linetype 7 linecolor "#e69f00" dashtype (8,3,2,3,2,3) pointtype 9
set linetype 8 linecolor "#666666" dashtype (6,2)       pointtype 13
set format x "%g"
set format y "%g"
set border 3
set tics nomirror out
set key above center horizontal Left reverse samplen 5 spacing 1.3
# Letters of three bytes are counted as three.
if (korean) set key width -8

# A title over several lines, for under or over a column: it is broken behind every "," and ":".
lines(text) = strstrt(text, ", ") > 0 ? lines_at(text, strstrt(text, ", ")) : \
              strstrt(text, ": ") > 0 ? lines_at(text, strstrt(text, ": ")) : text
lines_at(text, place) = lines(text[1:place]) . "\n" . lines(text[place + 2:*])
