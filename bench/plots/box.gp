# SPDX-License-Identifier: MIT
# How the start-up times of each box lie, as box plots: the box holds the middle half of the runs,
# the bar in it is the median, the whiskers reach to the last run within 1.5 boxes of its ends, and
# what lies further out is an outlier, shown by itself.
#
#     gnuplot -c box.gp DATA OUTPUT.svg [LABEL [en|ko [slides]]]      (or .pdf, .png)
#
# DATA has two blocks, two blank lines between them: first a line for each box, `place "title" low
# q1 median q3 high` in milliseconds, places counted from 1 (a box that did not run has NaN five
# times); then `place milliseconds` for each outlier, or "NaN NaN".

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
call ARG0[1:slash] . "style.gp" ARG2 800 450 "box" ARG4 ARG5

stats ARG1 index 0 using 1 nooutput
boxes = STATS_records
label = ARGC >= 3 && ARG3 ne "" ? ARG3 : "time from start to first output"
set ylabel label . (korean ? "\n(ms, 로그 눈금)" : "\n(ms, logarithmic)")
set logscale y
set xrange [0.5 : boxes + 0.5]
set xtics scale 0
set bmargin 4
set grid ytics linecolor "#bbbbbb" dashtype solid linewidth 0.7
set boxwidth 0.4
set style fill solid 0.25 border linecolor "#000000"

# candlesticks want the box before the whiskers: q1 low high q3.
plot ARG1 index 0 using 1:4:3:7:6:xticlabels(lines(strcol(2))) with candlesticks whiskerbars 0.6 \
         dashtype solid linecolor "#0072b2" linewidth 1.3 notitle, \
     ARG1 index 0 using ($1 - 0.2):5:(0.4):(0) with vectors nohead linecolor "#000000" dashtype solid \
         linewidth 3 \
         title korean ? "중앙값" : "median", \
     ARG1 index 1 using 1:2 with points pointtype 6 pointsize 0.6 linecolor "#000000" \
         title korean ? "이상치" : "outliers"
