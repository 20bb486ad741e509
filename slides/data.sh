#!/bin/bash
# SPDX-License-Identifier: MIT
# data.sh VIRTLAB FOLDER LANGUAGE RESULTS...: what is put into the decks of a language, into FOLDER:
# figures and claims of each results folder as CSV, its plots, and the drawings of figures/, as SVG.
set -eu
virtlab=$1 folder=$2 language=$3
shift 3
here=$(dirname "$0")
rm -rf "$folder"
mkdir -p "$folder"
export LC_ALL=C.UTF-8 LANGUAGE=$language

number=0
for results; do
    number=$((number + 1))
    "$virtlab" show --csv "$results" >"$folder/$number-show.csv"
    "$virtlab" claims --csv "$results" >"$folder/$number-claims.csv"
    # Plots are written beside the samples, so of a copy.
    copy=$folder/copy-$number
    mkdir "$copy"
    cp "$results/samples.jsonl" "$results/env.json" "$copy/"
    "$virtlab" plot --lang "$language" "$copy" >/dev/null
    # What is read from a book is small on a wall, the more so what is high and narrow.
    for plot in "$copy"/plots/*.svg; do
        name=plot-$(basename "$plot")
        size=17
        [ "$language-$name" != en-plot-ratios.svg ] || size=20
        [ ! -e "$plot" ] || [ -e "$folder/$name" ] ||
            sed "s/font-size=\"13.00\"/font-size=\"$size.00\"/" "$plot" >"$folder/$name"
    done
    rm -rf "$copy"
done
# Claims that lean on experiments of several folders.
if [ $# -gt 1 ]; then
    "$virtlab" merge --out "$folder/merged" "$@" >/dev/null 2>&1
    "$virtlab" claims --csv "$folder/merged/latest" >"$folder/all-claims.csv"
    rm -rf "$folder/merged"
fi
for figure in "$here"/figures/*.fig; do
    awk -f "$here/figure.awk" -v lang="$language" "$figure" >"$folder/$(basename "$figure" .fig).svg"
done
