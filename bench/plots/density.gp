# SPDX-License-Identifier: MIT
# How many boxes stand beside each other, and what one more costs then: the time to start it, and
# the memory of all together.
#
#     gnuplot -c density.gp DATA OUTPUT.svg ["" [en|ko]]      (or .pdf, .png)
#
# DATA has one block for each box, two blank lines between them: a line with its title in quotes,
# then "instances milliseconds MiB" in ascending order. A box that did not run is a block with "NaN
# NaN NaN".

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
stats ARG1 using 1 nooutput
boxes = STATS_blocks
call ARG0[1:slash] . "style.gp" ARG2 800 (boxes > 6 ? 520 + 20 * boxes : 640) "density" ARG4

set logscale xy
set xrange [0.9 : STATS_max * 1.1]
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
set grid xtics ytics linecolor "#bbbbbb" dashtype solid linewidth 0.7

# Both have the same places on their axes.
set lmargin 11
set key samplen 3 spacing 1.2
set multiplot layout 2,1
set ylabel korean ? "하나 더 시작하는 시간\n(ms, 로그 눈금)" : "to start one more\n(ms, logarithmic)"
plot for [i = 0 : boxes - 1] ARG1 index i using 1:2 with linespoints linetype i + 1 linewidth 2 \
         pointsize 0.7 title columnheader(1)
set xlabel korean ? "서 있는 환경 수 (로그 눈금)" : "boxes that stand (logarithmic)"
set ylabel korean ? "모두의 메모리\n(MiB, 로그 눈금)" : "memory of all\n(MiB, logarithmic)"
unset key
plot for [i = 0 : boxes - 1] ARG1 index i using 1:3 with linespoints linetype i + 1 linewidth 2 \
         pointsize 0.7 title columnheader(1)
unset multiplot
