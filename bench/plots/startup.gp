# SPDX-License-Identifier: MIT
# How the start-up times of each box are distributed (an ECDF), for a time t: the share of runs that
# needed at most t. A steep curve is a box that is always the same; a long tail is one that is not.
#
#     gnuplot -c startup.gp DATA OUTPUT.svg [LABEL [en|ko [slides]]]      (or .pdf, .png)
#
# DATA has one block for each box, two blank lines between them: a line with the box's title in
# quotes, then "milliseconds share" in ascending order. A box that did not run is a block with
# "NaN NaN", so that the key names it. OUTPUT "-.svg" is standard output.

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
call ARG0[1:slash] . "style.gp" ARG2 800 450 "startup" ARG4 ARG5

stats ARG1 using 1:2 nooutput
boxes = STATS_blocks
low = STATS_min_x
high = STATS_max_x
every_few = int(STATS_records / boxes / 10) + 1

label = ARGC >= 3 && ARG3 ne "" ? ARG3 : "time from start to first output"
set xlabel label . (korean ? " (ms, 로그 눈금)" : " (ms, logarithmic)")
set ylabel korean ? "실행의 비율" : "share of the runs" offset 1
set logscale x
set xrange [low / 1.25 : high * 1.25]
set yrange [0 : 1.02]
set xtics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, \
           10000, 20000, 50000, 100000)
# A decade or less has room for more.
if (high / low < 10) set xtics add (0.03, 0.04, 0.07, 0.3, 0.4, 0.7, 1.5, 3, 4, 7, 15, 30, 40, 70, 300, 400, 700)
set ytics 0, 0.25
set grid xtics ytics linecolor "#bbbbbb" dashtype solid linewidth 0.7

plot for [i = 0 : boxes - 1] ARG1 index i using 1:2 with steps linetype i + 1 linewidth 2 \
         title columnheader(1), \
     for [i = 0 : boxes - 1] ARG1 index i using 1:2 every every_few::1 with points linetype i + 1 \
         pointsize 0.6 notitle
