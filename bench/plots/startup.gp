# SPDX-License-Identifier: MIT
# How the start-up times of each box are distributed (an ECDF), for a time t: the share of runs that
# needed at most t. A steep curve is a box that is always the same; a long tail is one that is not.
#
#     gnuplot -c startup.gp DATA OUTPUT.svg [LABEL]      (or OUTPUT.png)
#
# DATA has one block for each box, two blank lines between them: a line with the box's title in
# quotes, then "milliseconds share" in ascending order. A box that did not run is a block with
# "NaN NaN", so that the key names it. OUTPUT "-.svg" is standard output.

is_png = strlen(ARG2) > 4 && ARG2[strlen(ARG2) - 3:*] eq ".png"
if (is_png) {
    set terminal pngcairo noenhanced size 1200,675 font "Sans,13" linewidth 1.6
} else {
    set terminal svg noenhanced size 800,450 font "sans-serif,13" linewidth 1.2 name "startup"
}
if (ARG2 ne "-.svg" && ARG2 ne "-.png") set output ARG2

stats ARG1 using 1:2 nooutput
boxes = STATS_blocks
low = STATS_min_x
high = STATS_max_x
every_few = int(STATS_records / boxes / 10) + 1

# Told apart without colour: each line has its own dashes, and its own mark now and then.
set linetype 1 linecolor "#000000" dashtype solid       pointtype 7
set linetype 2 linecolor "#0072b2" dashtype (12,5)      pointtype 4
set linetype 3 linecolor "#d55e00" dashtype (4,4)       pointtype 8
set linetype 4 linecolor "#009e73" dashtype (14,4,2,4)  pointtype 6
set linetype 5 linecolor "#cc79a7" dashtype (2,3)       pointtype 12
set linetype 6 linecolor "#56b4e9" dashtype (20,6)      pointtype 5
set linetype 7 linecolor "#e69f00" dashtype (8,3,2,3,2,3) pointtype 9
set linetype 8 linecolor "#666666" dashtype (6,2)       pointtype 13

set xlabel (ARGC >= 3 ? ARG3 : "time from start to first output") . " (ms, logarithmic)"
set ylabel "share of the runs" offset 1
set logscale x
set xrange [low / 1.25 : high * 1.25]
set yrange [0 : 1.02]
set xtics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, \
           10000, 20000, 50000, 100000)
# A decade or less has room for more.
if (high / low < 10) set xtics add (0.03, 0.04, 0.07, 0.3, 0.4, 0.7, 1.5, 3, 4, 7, 15, 30, 40, 70, 300, 400, 700)
set ytics 0, 0.25
set format x "%g"
set border 3
set tics nomirror out
set grid xtics ytics linecolor "#bbbbbb" dashtype solid linewidth 0.7
set key above center horizontal Left reverse samplen 5 spacing 1.3

plot for [i = 0 : boxes - 1] ARG1 index i using 1:2 with steps linetype i + 1 linewidth 2 \
         title columnheader(1), \
     for [i = 0 : boxes - 1] ARG1 index i using 1:2 every every_few::1 with points linetype i + 1 \
         pointsize 0.6 notitle
