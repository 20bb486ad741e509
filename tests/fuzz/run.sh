#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/fuzz/run.sh BUILD TARGET SECONDS FOLDER [OPTION...]: run a fuzz target of the build for so
# long, from its stored seeds. FOLDER keeps what was found wrong, a log, and in FOLDER/corpus inputs
# that reached something new, for the next time. Options are libFuzzer's.
set -u
build=$(realpath "$1") target=$2 seconds=$3 folder=$(realpath -m "$4")
shift 4
cd "$(dirname "$0")/../.." || exit 125
seeds=()
[ ! -d "tests/fuzz/corpus/$target" ] || seeds=("tests/fuzz/corpus/$target")

mkdir -p "$folder/corpus" || exit 125
case $target in # seeds that are elsewhere, or come from the build
fuzz_vmm_elf) cp "$build"/tests/guests/vmm_{nolibc_hello,start} "$folder/corpus/" ;;
fuzz_claims) cp bench/claims.conf "$folder/corpus/ledger" ;;
fuzz_dashboard)
    {
        head -n 8 docs/example/samples.jsonl
        printf '\377{"version":1,"pid":2,"start_ticks":1,"experiment":"x","paused":false,"done_ns":1,'
        printf '"expected_ns":2,"left_s":3}\3772\0j\0l\0\012\0q\0:\0s\0\011\0'
    } >"$folder/corpus/run"
    ;;
fuzz_neighbours)
    {
        printf '\030\074{"live":1,"kind":"start","at_ms":0,"ends_ms":9,"platforms":[{"name":"vm","title":"v / m",'
        printf '"limits":["memory"],"reason":""}],"known":["cpu","disk"]}\n{"live":1,"kind":"change","at_ms":5,'
        printf '"antagonists":["cpu"],"limits":"on"}\n{"live":1,"kind":"turn","at_ms":9,"platform":"vm",'
        printf '"status":"ok","reason":"","remark":"r","p50_ns":40000,"p99_ns":90000,"limits":"on",'
        printf '"beside":{"cpu":{"state":"ended","exit_n":137}}}\n{"live":1,"kind":"refused","reason":"x"}'
    } >"$folder/corpus/lines"
    ;;
fuzz_results) head -n 8 docs/example/samples.jsonl >"$folder/corpus/samples" ;;
esac
echo "$target: $seconds s"
TMPDIR=$folder "$build/tests/fuzz/$target" -max_total_time="$seconds" -timeout=20 -max_len=20000 \
    -print_final_stats=1 -artifact_prefix="$folder/" "$@" "$folder/corpus" "${seeds[@]}" \
    >"$folder/log" 2>&1
status=$?
if [ $status != 0 ] || ! grep -q '^stat::number_of_executed_units: *[1-9]' "$folder/log"; then
    echo "$target: found something (status $status); $folder/log:"
    tail -n 60 "$folder/log"
    exit 1
fi
grep -E '^#[0-9]+.*DONE' "$folder/log" || true
