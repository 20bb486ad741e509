# SPDX-License-Identifier: MIT
# What each thing costs in a box as a ratio to native, with 95 % intervals. 1 is as good as native;
# the grey band around it is this machine's noise.
#
#     gnuplot -c ratios.gp DATA OUTPUT.svg ["" [en|ko [slides]]]      (or .pdf, .png)
#
# DATA: first a block of rows, counted from 1 at the top: `row "label" floor least greatest`, the
# last two of all intervals in the row. Then one block for each box: a line with its title in quotes
# and lines `row ratio low high`, row with the box's own small offset; "NaN NaN NaN NaN" for a box
# that did not run. Two blank lines between blocks. OUTPUT "-.svg" is standard output.

# The folder of this script: style.gp lies beside it.
slash = 0
do for [i = 1 : strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }

stats ARG1 index 0 using 1 nooutput
rows = STATS_records
stats ARG1 using 1 nooutput
boxes = STATS_blocks - 1

call ARG0[1:slash] . "style.gp" ARG2 800 (150 + 40 * rows) "ratios" ARG4 ARG5

# At least from 0.95 to 1.1.
stats ARG1 index 0 using 4:5 nooutput
low = STATS_min_x < 0.95 ? STATS_min_x : 0.95
high = STATS_max_y > 1.1 ? STATS_max_y : 1.1

# Boxes from the first on, since native is none of them; the intervals are drawn solid.
set linetype 1 linecolor "#0072b2" dashtype solid pointtype 5
set linetype 2 linecolor "#d55e00" dashtype solid pointtype 8
set linetype 3 linecolor "#009e73" dashtype solid pointtype 6
set linetype 4 linecolor "#cc79a7" dashtype solid pointtype 12
set linetype 5 linecolor "#56b4e9" dashtype solid pointtype 4
set linetype 6 linecolor "#e69f00" dashtype solid pointtype 9
set linetype 7 linecolor "#666666" dashtype solid pointtype 13

set xlabel korean ? "네이티브 대비 비율 (로그 눈금; 오른쪽일수록 느리거나 큼)" : \
                     "ratio to native (logarithmic; further right is slower, or larger)"
set logscale x
margin = (high / low) ** 0.04
set xrange [low / margin : high * margin]
if (high / low < 3) set xtics add (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.3, 1.4, 1.5)
if (high / low < 500) set xtics add (0.2, 0.5, 2, 5, 20, 50, 200, 500)
set yrange [rows + 0.5 : 0.5]
set border 1
set ytics scale 0
set grid xtics linecolor "#bbbbbb" dashtype solid linewidth 0.7
set key above center horizontal Left reverse samplen 3
set arrow from 1, graph 0 to 1, graph 1 nohead linecolor "#000000" linewidth 1 front

plot ARG1 index 0 using (1):1:(1 / (1 + $3)):(1 + $3):($1 - 0.42):($1 + 0.42):yticlabels(2) \
         with boxxyerror fillcolor "#cccccc" fillstyle solid noborder \
         title korean ? "이 컴퓨터의 잡음" : "noise of this machine", \
     for [i = 1 : boxes] ARG1 index i using 2:1:3:4 with xerrorbars linetype i linewidth 1.8 \
         pointsize 0.9 title columnheader(1)
