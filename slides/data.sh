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

# plot RESULTS PREFIX [EXPERIMENT]: its plots as PREFIX-NAME.svg, of that experiment alone; what an
# earlier folder gave stays. Plots are written beside the samples, so of a copy.
plot() {
    local copy=$folder/copy name picture
    mkdir "$copy"
    cp "$1/env.json" "$copy/"
    awk -v only="${3:-}" '!/"experiment":"/ || !only || index($0, "\"experiment\":\"" only "\"")' \
        "$1/samples.jsonl" >"$copy/samples.jsonl"
    "$virtlab" plot --slides --lang "$language" "$copy" >/dev/null
    for picture in "$copy"/plots/*.svg; do
        name=$2-$(basename "$picture")
        [ ! -e "$picture" ] || [ -e "$folder/$name" ] || cp "$picture" "$folder/$name"
    done
    rm -rf "$copy"
}

number=0
for results; do
    number=$((number + 1))
    "$virtlab" show --csv "$results" >"$folder/$number-show.csv"
    "$virtlab" claims --csv "$results" >"$folder/$number-claims.csv"
    # "host: MODEL, KVM: BACK END", in either language; matrices have no such line.
    host=$("$virtlab" show "$results" | sed -n '2s/^[^ ][^:]*: //p')
    [ -n "$host" ] || host=$(awk -F'"' '$2 == "model" { print $4; exit }' "$results/env.json")
    echo "$host" >"$folder/$number-host.txt"
    plot "$results" plot
    if grep -q '"experiment":"overhead"' "$results/samples.jsonl"; then plot "$results" overhead overhead; fi
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
