# SPDX-License-Identifier: MIT
# What a box does while it starts, as a waterfall: each bar is a stage, from when to when.
#
#     gnuplot -c waterfall.gp DATA OUTPUT.svg [LABEL [en|ko]]      (or .pdf, .png)
#
# DATA: one line for each stage, `row "box: stage" start end shade`, rows counted from 1 at the top,
# start and end in milliseconds of what LABEL says, shade 0 or 1, the same for one box.

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
stats ARG1 using 1 nooutput
rows = STATS_max
call ARG0[1:slash] . "style.gp" ARG2 800 (90 + 22 * rows) "waterfall" ARG4

stats ARG1 using 4 nooutput
label = ARGC >= 3 && ARG3 ne "" ? ARG3 : (korean ? "시작한 뒤의 시간 (ms)" : "time since the start (ms)")
set xlabel label
set xrange [0 : STATS_max * 1.12]
set yrange [rows + 0.6 : 0.4]
set border 1
set ytics scale 0
set grid xtics linecolor "#bbbbbb" dashtype solid linewidth 0.7
unset key

plot ARG1 using 3:1:3:4:($1 - 0.36):($1 + 0.36):($5 > 0 ? 0x666666 : 0x99c2e0):yticlabels(2) \
         with boxxyerror fillstyle solid border linecolor "#000000" linecolor rgb variable, \
     ARG1 using 4:1:(sprintf(" %.3g", $4 - $3)) with labels left font ",10"
