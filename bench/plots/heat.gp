# SPDX-License-Identifier: MIT
# A table of shades: darker is worse. Each cell has its text in it, so that nothing depends on the
# shade alone.
#
#     gnuplot -c heat.gp DATA OUTPUT.svg ["" [en|ko]]      (or .pdf, .png)
#
# DATA has three blocks, two blank lines between them: lines `column "title"`, lines `row "title"`,
# and lines `column row shade "text"`, shade from 0 (white) to 1 (black). Columns and rows are
# counted from 1, rows from the top. A cell without a line stays empty.

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
stats ARG1 index 0 using 1 nooutput
columns = STATS_max
stats ARG1 index 1 using 1 nooutput
rows = STATS_max
call ARG0[1:slash] . "style.gp" ARG2 (240 + 96 * columns) (130 + (rows > 30 ? 16 : 21) * rows) "heat" ARG4

set xrange [0.5 : columns + 0.5]
set yrange [rows + 0.5 : 0.5]
set border 0
set tics scale 0
unset key
unset xtics
set x2range [0.5 : columns + 0.5]
set x2tics ("" 1)
# A long map is to be read on one page of A4: little room between the rows, none around them.
set tmargin rows > 30 ? 4.5 : 5
if (rows > 30) set bmargin 0.5
shade(value) = int(255 - 190 * (value < 0 ? 0 : value > 1 ? 1 : value))
grey(value) = 65536 * shade(value) + 256 * shade(value) + shade(value)

plot ARG1 index 0 using 1:(NaN):x2ticlabels(lines(strcol(2))) axes x2y1 with points notitle, \
     ARG1 index 1 using (NaN):1:yticlabels(2) with points notitle, \
     ARG1 index 2 using 1:2:($1 - 0.48):($1 + 0.48):($2 - 0.45):($2 + 0.45):(grey($3)) \
         with boxxyerror fillstyle solid noborder linecolor rgb variable, \
     ARG1 index 2 using 1:2:4:($3 > 0.55 ? 0xffffff : 0x000000) with labels textcolor rgb variable \
         font ",11"
