#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench vcores: threads and processors.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
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

# Of a larger machine 16 processors take part.
taking_part() {
    local n
    n=$(nproc)
    echo $((n > 16 ? 16 : n))
}

# On so many processors as there are, whatever the machine has.
threads_and_processors() {
    boxes
    local n sizes
    n=$(taking_part)
    sizes=$([ "$n" = 1 ] && echo 2 || echo 3)
    expect_status 0 virtlab bench vcores --platforms platforms.conf --platform native,twin,small --runs 1
    expect_samples $((sizes * sizes)) '"platform":"twin"' '"status":"ok"' \
        '"metrics":\{"work_ns":[0-9]+,"iterations_n":[0-9]+,'"\"processors_n\":$n,"'"steal_ns":[0-9]+\}'
    expect_samples 1 '"platform":"twin"' "\"cpus\":1,\"threads\":$((2 * n))\}" \
        "\"iterations_n\":$((2 * n * 20000000))"
    expect_samples $((sizes * (sizes - 1))) '"platform":"native"' '"status":"ok"'
    # A plain process has no other limit than where it may run.
    expect_samples "$sizes" '"platform":"native"' '"cpus":1,' '"processors_n":1[,}]'
    expect_samples "$sizes" '"platform":"native"' "\"cpus\":$((2 * n))," '"status":"skipped"' \
        'no more processors'
    expect_samples $((sizes * sizes)) '"platform":"small"' '"status":"skipped"' 'has no number of'
    expect_match out "^  threads: $((2 * n)) on 1 +[0-9.]+ +[0-9.]+ +skipped"
    expect_match seen "^--cpus $((2 * n)) -- .*/parallel --threads 1\$"
}

other_work_is_found_out() {
    boxes
    expect_status 0 virtlab bench vcores --platforms platforms.conf --platform twin,liar,lacking \
        --runs 1
    expect_samples 0 '"platform":"twin"' '"status":"(failed|skipped)"'
    expect_samples 0 '"platform":"liar"' '"status":"ok"'
    local kinds=6
    [ "$(taking_part)" != 1 ] || kinds=2
    expect_samples $kinds '"platform":"lacking"' \
        '"status":"skipped","reason":"do so in this test"'
}

real_boxes() {
    need kvm
    expect_status 0 virtlab bench vcores --platform container,vm --runs 1
    expect_samples 1 '"platform":"vm"' '"cpus":1,"threads":1\}' '"status":"skipped"' 'has no number of'
    # A container is given processors by a cgroup.
    minicontainer run --cpus 1 -- busybox true 2>why ||
        skip "$(cgroup_tier)" "$(tail -n 1 why)"
    expect_samples 1 '"platform":"container"' '"cpus":1,"threads":1\}' '"status":"ok"' \
        "\"processors_n\":$(taking_part)[,}]"
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
