#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench vcores: threads and processors.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
samples=results/latest/samples.jsonl
P=$BUILD/libexec/virtlab/workloads/parallel

boxes() {
    cat >box <<END
#!/bin/bash
echo "\$@" >>$PWD/seen
while [ "\$1" != -- ]; do shift; done
shift
exec "\$@"
END
    cat >liar <<'END'
#!/bin/bash
"$@" | sed -u 's/^\(done [0-9]* \).*/\11/'
END
    cat >lacking <<'END'
#!/bin/bash
[ "${@: -1}" = 1 ] && exec "$@"
echo "cannot do so in this test"
exit 77
END
    chmod 755 box liar lacking
    cat >platforms.conf <<END
[native]
start = {program} {args}
[twin]
start = $PWD/box {options} -- {program} {args}
cpus = --cpus {value}
[liar]
start = $PWD/liar {program} {args}
cpus =
[lacking]
start = $PWD/lacking {program} {args}
cpus =
[small]
start = $PWD/box -- {program} {args}
END
}

samples_with() {
    local wanted=$1 pattern
    shift
    cp $samples left
    for pattern; do
        grep -E -- "$pattern" left >fewer || :
        mv fewer left
    done
    [ "$(wc -l <left)" = "$wanted" ] ||
        fail "$(wc -l <left) samples with $*, not $wanted: $(cut -c 60-400 $samples)"
}

# On so many processors as there are, whatever the machine has.
threads_and_processors() {
    boxes
    local n sizes
    n=$(nproc)
    [ "$n" -le 16 ] || n=16
    sizes=$([ "$n" = 1 ] && echo 2 || echo 3)
    expect_status 0 virtlab bench vcores --platforms platforms.conf --platform native,twin,small --runs 1
    samples_with $((sizes * sizes)) '"platform":"twin"' '"status":"ok"' \
        '"metrics":\{"work_ns":[0-9]+,"iterations_n":[0-9]+,"steal_ns":[0-9]+\}'
    samples_with 1 '"platform":"twin"' "\"cpus\":1,\"threads\":$((2 * n))\}" \
        "\"iterations_n\":$((2 * n * 20000000))"
    samples_with $((sizes * (sizes - 1))) '"platform":"native"' '"status":"ok"'
    samples_with "$sizes" '"platform":"native"' "\"cpus\":$((2 * n))," '"status":"skipped"' \
        'no more processors'
    samples_with $((sizes * sizes)) '"platform":"small"' '"status":"skipped"' 'has no number of'
    expect_match out "^  processors: 1, threads: $((2 * n)) +[0-9.]+ +[0-9.]+ +skipped"
    expect_match seen "^--cpus $((2 * n)) -- .*/parallel --threads 1\$"
}

other_work_is_found_out() {
    boxes
    expect_status 0 virtlab bench vcores --platforms platforms.conf --platform twin,liar,lacking \
        --runs 1
    samples_with 0 '"platform":"twin"' '"status":"(failed|skipped)"'
    samples_with 0 '"platform":"liar"' '"status":"ok"'
    local n
    n=$(nproc)
    [ "$n" -le 16 ] || n=16
    local kinds=6
    [ "$n" != 1 ] || kinds=2
    samples_with $kinds '"platform":"lacking"' \
        '"status":"skipped","reason":"do so in this test"'
}

real_boxes() {
    need kvm
    expect_status 0 virtlab bench vcores --platform container,vm --runs 1
    samples_with 1 '"platform":"container"' '"cpus":1,"threads":1\}' '"status":"(ok|skipped)"'
    samples_with 1 '"platform":"vm"' '"cpus":1,"threads":1\}' '"status":"skipped"' 'has no number of'
}

the_work_is_each_threads() {
    local one line
    printf 'go 1000\n' | "$P" >out
    one=$(sed -n 's/^done 1000 //p' out)
    [ "$one" = "$(printf 'go 1000\n' | "$BUILD/libexec/virtlab/workloads/integer" |
        sed -n 's/^done 1000 //p')" ]
    printf 'go 1000\ngo 1000\n' | "$P" --threads 3 >out
    line=$(printf 'done 1000 %x' $((3 * 16#$one)))
    [ "$(grep -c "^$line\$" out)" = 2 ] || fail "not $line: $(cat out)"
    expect_match out '^steal [0-9]+$'
    expect_status 125 "$P" --threads 65
    expect_one_line err '^parallel: usage: '
}

it "varies threads and processors" threads_and_processors
it "finds out work that was not done, and what a box lacks" other_work_is_found_out
it "runs in real boxes" real_boxes
it "has each thread do the work" the_work_is_each_threads
finish
