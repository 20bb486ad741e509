#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench: each experiment, with boxes made of scripts and with the real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

boxes() {
    # Its timeline has two stages of 40.5 and 20 µs, which overlap, and what is no stage.
    make_script box 'echo "$@" >>'"$PWD"'/seen
while [ "$1" != -- ]; do
    [ "$1" = --timeline ] && printf "[\n%s,\n%s,\n%s,\n%s,\n%s\n" \
        "{\"name\":\"build the root\",\"cat\":\"stage\",\"ph\":\"X\",\"ts\":1000.0,\"dur\":40.5}" \
        "{\"name\":\"tear down\",\"cat\":\"stage\",\"ph\":\"X\",\"ts\":1030,\"dur\":20}" \
        "{\"name\":\"mischief\",\"cat\":\"stage\",\"ph\":\"X\",\"ts\":1000,\"dur\":7}" \
        "{\"name\":\"tear down\",\"cat\":\"exit\",\"ph\":\"X\",\"ts\":1000,\"dur\":7}" \
        "{\"name\":\"tear down\",\"cat\":\"stage\",\"ph\":\"X\",\"ts\":1,\"dur\":-7}" >"$2"
    shift
done
shift; exec "$@"'
    make_script liar '"$@" | sed -u "s/^\(done [0-9]* \).*/\10/"'
    make_script mute 'exec sleep 1000'
    # Does what the workload does, and then takes a microsecond more for each iteration.
    make_script slow 'coproc W { exec "$@"; }
exec 3<&"${W[0]}" 4>&"${W[1]}"
read -r line <&3; echo "$line"
while read -r go n; do
    echo "$go $n" >&4
    read -r line <&3
    sleep "$((n / 1000000)).$(printf %06d $((n % 1000000)))"
    echo "$line"
done'
    make_script preparing '[ "$1" = make ] && echo made >"$2/made" && exit
[ "$1" = unmake ] && echo "$2" >>'"$PWD"'/unmade && exit
[ -e "$1/made" ] || exit 125
shift; exec "$@"'
    cat >platforms.conf <<END
[native]
start = {program} {args}
[twin]
start = $PWD/box {options} -- {program} {args}
memory = --memory {value}
cpus = --cpus {value}
pages = --pages {value}
timeline = --timeline {value}
[liar]
start = $PWD/liar {program} {args}
[mute]
start = $PWD/mute
[slow]
start = $PWD/slow {program} {args}
[prepared]
prepare = $PWD/preparing make {tmp}
start = $PWD/preparing {tmp} {program} {args}
cleanup = $PWD/preparing unmake {tmp}
[skipped]
skip = for a reason
[unprepared]
prepare = false
start = {program} {args}
END
}

bench() {
    virtlab bench "$1" --platforms platforms.conf "${@:2}"
}

lists_the_experiments() {
    expect_status 0 virtlab bench --list
    for name in startup overhead footprint peak program harness escape syscalls; do
        expect_match out "^$name +[a-z]"
    done
    expect_status 0 virtlab bench --list --json
    "$BUILD/tests/tools/jsoncheck" out
    # Also behind an experiment, where nothing is measured then.
    expect_status 0 virtlab bench startup --list --out results
    expect_match out "^overhead +[a-z]"
    [ ! -e results ] || fail "there are results"
}

wrong_use_is_one_line() {
    boxes
    mkfifo fifo
    local arguments
    while read -r -a arguments; do
        expect_status 125 virtlab bench "${arguments[@]}"
        expect_one_line err '^virtlab bench: '
    done <<'END'

no-such-experiment
startup --no-such-option
startup -- busybox true
--runs 0 startup
program
--platforms fifo startup
--platforms . startup
END
    expect_status 0 virtlab bench --help
    expect_status 0 virtlab bench startup --help
    [ ! -e results ] || fail "a folder for nothing"
}

single_runs_and_bursts() {
    boxes
    bench startup --platform native,twin --runs 4
    for mode in single burst; do
        expect_samples 4 '"experiment":"startup"' '"platform":"twin"' "\"arm\":\"a\",\"mode\":\"$mode\"" \
            '"workload":"hello"' '"first_output_ns"' '"status":"ok"'
        expect_samples 8 '"platform":"native"' "\"arm\":\"[ab]\",\"mode\":\"$mode\"" '"status":"ok"'
    done
    # The three parts of its time; pauses are in single runs only.
    virtlab bench --platforms platforms.conf startup --platform native,twin --runs 5 --burst 2>err
    expect_match err '^of [0-9.]+ s boxes ran for [0-9.]+ %, pauses .* took 0\.0 %, the harness [0-9.]+ %$'
    # All of it: boxes ran, pauses, the harness's own.
    sed -n 's/^of .* ran for \([0-9.]*\) %.* took \([0-9.]*\) %, the harness \([0-9.]*\) %/\1 \2 \3/p' err |
        awk '{ if ($1 <= 0 || $3 <= 0 || $1 + $2 + $3 < 99.8 || $1 + $2 + $3 > 100.2) exit 1 }' ||
        fail "$(cat err)"
    expect_samples 0 '"mode":"single"'
    expect_samples 10 '"experiment":"startup"' '"platform":"native"' '"arm"' '"mode":"burst"' \
        '"status":"ok"'
    # Limits are asked of who has them; no timed run has a timeline.
    expect_match seen '^--memory 256M --cpus 1 -- '
    ! grep -Ev '^--memory 256M --cpus 1 (--timeline [^ ]*/timeline )?-- ' seen || fail "other options"
    # 5 blocks and a warm-up of bursts; before them 4 and one in each mode.
    [ "$(grep -c -- --timeline seen)" = 16 ]
    expect_match results/latest/samples.jsonl '"run":"[0-9TZ]+-startup'
}

# By the clock of both: after the start, and over before the end.
stages_lie_within_their_run() {
    expect_status 0 virtlab bench startup --platform native,container --runs 1 --burst
    grep '"platform":"container"' $samples | grep '"timeline":"yes"' | grep '"status":"ok"' >left || :
    [ -s left ] || skip user "no container here: $(grep '"platform":"container"' $samples | head -n 1)"
    local end at length
    end=$(metric_of end_ns)
    for stage in clone_namespaces pivot_root run_program; do
        at=$(metric_of ${stage}_at_ns) length=$(metric_of ${stage}_ns)
        ((at > 0 && at + length <= end)) || fail "$stage: $(cat left)"
    done
}

a_start_is_taken_apart() {
    boxes
    sed -i 's|^\[liar\]|[mum]\nstart = '"$PWD"'/liar {program} {args}\ntimeline =\n[liar]|' platforms.conf
    expect_status 0 bench startup --platform native,twin,mum --runs 2
    for mode in single burst; do
        expect_samples 2 '"platform":"twin"' "\"mode\":\"$mode\",\"timeline\":\"yes\"" '"status":"ok"' \
            '"end_ns":[0-9]+,"build_root_ns":40500,"tear_down_ns":20000,"no_stage_ns":[0-9]+\}'
        for kinds in none user mnt pid net ipc uts cgroup time user[+]mnt[+]pid[+]net[+]ipc[+]uts[+]cgroup; do
            grep -q "\"mode\":\"$mode\",\"namespaces\":\"\(user+\)\?$kinds\"" $samples ||
                fail "no $kinds, $mode"
        done
        expect_samples 2 "\"mode\":\"$mode\",\"namespaces\":\"none\"" '"status":"ok"' '"first_output_ns"'
    done
    # What stages overlap counts once: 50 µs.
    awk -F'[:,}]' '/build_root_ns/ { for (i = 1; i < NF; i++) { if ($i ~ /"end_ns"/) end = $(i + 1)
        if ($i ~ /no_stage_ns/) rest = $(i + 1) } if (end - rest != 50000) exit 1 }' $samples
    # A tool that was asked for a timeline and wrote none.
    expect_samples 1 '"platform":"mum"' '"timeline":"yes"' '"status":"failed"' 'cannot read the timeline'
    expect_match out '^build the root +40.5 µs +–'
    expect_match out '^start to exit +[0-9.]+ (µs|ms|s) +failed'
    expect_match out '^none +[0-9.]+ (ns|µs|ms)'
    # A comparison of boxes leaves the parts out.
    virtlab compare --platforms platforms.conf --platform native,twin --runs 1 --quick >out
    expect_samples 0 '"experiment":"startup"' '"(namespaces|timeline)"|"mode":"burst"'
    expect_samples 0 '"experiment":"overhead"' '"workload":"(fork|file)"'
    ! grep -q 'build the root' out || fail "a table of stages"
}

namespaces_that_may_not_be_made_are_skipped() {
    need user
    local W=$BUILD/libexec/virtlab/workloads
    expect_status 125 "$W/namespaces" mnt
    expect_status 125 "$W/namespaces" mnt+ /bin/true
    expect_status 127 "$W/namespaces" none "$PWD/none"
    expect_status 3 "$W/namespaces" none /bin/busybox sh -c 'exit 3'
    expect_status 77 as_user "$W/namespaces" mnt "$W/true"
    expect_one_line out '^cannot this user may not make such a namespace here: '
    # Those that it may: with a user namespace.
    as_user virtlab bench startup --platform native --runs 1
    expect_samples 0 '"namespaces":"mnt"'
    expect_samples 2 '"namespaces":"user[+]mnt"'
    ! grep -q '"status":"failed"' $samples || fail "a failure"
    # And where there may be no more of them.
    as_user unshare --user --map-root-user sh -c \
        'echo 0 >/proc/sys/user/max_user_namespaces && exec virtlab bench startup --platform native --runs 1' >out
    expect_samples 1 '"namespaces":"user"' '"status":"skipped"' \
        '"reason":"this user may not make such a namespace here: No space left on device"'
    expect_samples 2 '"namespaces":"none"' '"status":"ok"'
    expect_match out '^user +skipped'
}

the_same_work_is_done_everywhere() {
    boxes
    bench overhead --platform native,twin,liar,slow,skipped --runs 1 --quick
    expect_samples 1 '"platform":"skipped"' '"reason":"for a reason"'
    for workload in integer syscall; do
        expect_samples 2 '"platform":"native"' "\"workload\":\"$workload\"" '"status":"ok"' \
            '"params":\{"arm":"[ab]"\}' '"work_ns":[0-9]+,"iterations_n":[0-9]+'
        expect_samples 1 '"platform":"slow"' "\"workload\":\"$workload\"" '"status":"ok"'
    done
    for workload in bandwidth latency; do
        for pages in 4k 2m; do
            expect_samples 1 '"platform":"twin"' "\"workload\":\"$workload\"" \
                "\"pages\":\"$pages\"" '"huge_bytes":[0-9]+' '"status":"ok"'
            expect_match seen "--pages $pages -- .*/$workload --pages $pages\$"
        done
    done
    for workload in fault switch fork network; do
        expect_samples 2 '"platform":"native"' "\"workload\":\"$workload\"" '"status":"ok"'
    done
    for fsync in none each; do
        expect_samples 2 '"platform":"native"' '"workload":"file"' "\"fsync\":\"$fsync\"" \
            '"source":"[a-z0-9-]+"' '"status":"ok"'
    done
    # As many processes as there are processors, bound to none of them.
    expect_samples 1 '"platform":"twin"' '"workload":"processes"' '"processes":"[2-8]"' '"status":"ok"'
    expect_match seen '--cpus ([2-8]) -- .*/processes --processes \1$'
    expect_samples 0 '"workload":"processes"' '"cpu_n"'
    # One line for each thing that is done.
    expect_samples 13 '"platform":"liar"' '"status":"failed"' "its checksum is not native's"
    # However often, it is as often everywhere.
    [ "$(grep '"workload":"integer"' $samples | grep -o '"iterations_n":[0-9]*' | sort -u |
        wc -l)" = 1 ]
    # A microsecond for each: what takes 120 ms natively has been cut to half a second here.
    [ "$(grep '"workload":"integer"' $samples | grep -o '"iterations_n":[0-9]*' | head -n 1 |
        cut -d: -f2)" -lt 5000000 ]
}

all_of_them_go_into_one_folder() {
    boxes
    local name
    alone tenants expect_status 0 bench all --platform native,twin --quick --runs 1
    [ "$(find results -maxdepth 1 -name '*-all' | wc -l)" = 1 ]
    virtlab bench --list --csv | sed 1d | cut -d, -f1 | tr -d '"' >names
    [ "$(wc -l <names)" -gt 6 ]
    while read -r name; do
        if [ "$name" = program ]; then
            expect_samples 0 "\"experiment\":\"$name\""
        else
            grep -q "\"experiment\":\"$name\"" $samples || fail "no sample of $name"
        fi
    done <names
    expect_status 125 virtlab bench all --quick --full
    expect_one_line err '--quick and --full'
    expect_status 125 virtlab bench all -- true
}

# What a box does not have is no failure of it, and ends nothing.
what_a_box_cannot_do_is_skipped() {
    boxes
    make_script poor 'case $1 in */fork | */network) echo "cannot do without $(basename "$1")"; exit 77 ;; esac
exec "$@"'
    printf '[poor]\nstart = %s/poor {program} {args}\n' "$PWD" >>platforms.conf
    bench overhead --platform native,poor --runs 1 --quick --csv >csv
    expect_samples 1 '"platform":"poor"' '"workload":"fork"' '"status":"skipped"' \
        '"reason":"do without fork"'
    expect_samples 1 '"platform":"poor"' '"workload":"network"' '"status":"skipped"'
    expect_samples 11 '"platform":"poor"' '"status":"ok"'
    expect_match csv '^"overhead","fork",.*,"poor","skipped",.*do without fork'
    # Where not even native can do it, that is the reason for all.
    sed -i 's|^start = {program}|start = '"$PWD"'/poor {program}|' platforms.conf
    bench overhead --platform native,twin --runs 1 --quick
    expect_samples 3 '"workload":"fork"' '"status":"skipped"' '"reason":"do without fork"'
    ! grep -q '"status":"failed"' $samples || fail "a failure"
    virtlab show --csv results/latest >csv
    expect_match csv '^"overhead","fork",.*,"native","skipped",.*do without fork'
}

# A box that is slow by nature has a number of turns of its own, chosen in its first trial.
slow_boxes_have_their_own_number() {
    boxes
    printf '[snail]\nblocks = 1\nstart = %s/slow {program} {args}\n' "$PWD" >>platforms.conf
    bench overhead --platform native,snail --quick
    expect_samples 13 '"platform":"snail"' '"status":"ok"'
    local turns='"iterations_n":[0-9]*'
    turns_of() {
        grep '"workload":"integer"' $samples | grep "\"platform\":\"$1\"" | grep -o "$turns" |
            cut -d: -f2 | sort -u
    }
    # A microsecond more for each, where native needs a few nanoseconds.
    [ "$(turns_of snail)" -lt $(($(turns_of native) / 2)) ]
}

memory_is_read_while_they_stand() {
    boxes
    bench footprint --platform native,twin,mute --runs 1 --timeout 4
    expect_samples 1 '"platform":"native"' '"instances":1\}' '"guest_bytes":[0-9]{7,}' \
        '"tool_bytes":0,'
    expect_samples 1 '"platform":"native"' '"trial":"alone"' '"image_bytes":[1-9]'
    expect_samples 1 '"platform":"twin"' '"instances":4\}' '"pss_bytes":3[0-9]{7},' '"status":"ok"'
    expect_samples 1 '"platform":"mute"' '"status":"timeout"' "did not say 'ready' in time"
}

what_may_not_be_read_is_no_figure() {
    need user
    as_user virtlab bench footprint --platform native,container --runs 1
    expect_samples 2 '"platform":"native"' '"status":"ok"' '"pss_bytes":[0-9]+'
    grep '"trial":"alone"' $samples | grep -q '"platform":"container"' ||
        skip user "no container here: $(grep '"platform":"container"' $samples | head -n 1)"
    # minicontainer's init hides its memory from everybody but root: half a sum is no sum, and no failure.
    expect_samples 1 '"platform":"container"' '"instances":1[}]' \
        '"status":"skipped","reason":"only root may read the memory of this box"'
    expect_samples 0 '"platform":"container"' '"instances":4'
    # What it takes of a disk and, waiting, of a processor, nobody hides.
    expect_samples 1 '"platform":"container"' '"trial":"alone"' '"status":"ok"' '"image_bytes":[1-9]' \
        '"idle_cpu_ns":[0-9]'
    virtlab show results/latest >table
    expect_match table '^image .*iB .*iB'
    expect_match table '^memory of one more .* skipped'
}

boxes_are_prepared_and_cleaned_up() {
    boxes
    bench startup --platform native,prepared,unprepared --runs 2
    expect_samples 4 '"platform":"prepared"' '"status":"ok"'
    expect_samples 1 '"platform":"unprepared"' '"status":"failed"' "'false' ended with status 1"
    [ "$(wc -l <unmade)" = 1 ]
    [ ! -e "$(cat unmade)" ] || fail "the folder is still there"
}

# A tenant alone is a native process: no column, unless it is asked for. Then it is an ordinary user.
tenants_are_ordinary_users() {
    need root
    make_script who 'id -u >>'"$PWD"'/users; exec "$@"'
    touch users
    chmod 666 users
    chmod 711 .
    cat >platforms.conf <<END
[native]
start = {program} {args}
[shared]
only = escape
uid = tenant
start = $PWD/who {program} {args}
END
    bench startup --runs 1
    ! grep -q shared $samples || fail "a column for nothing"
    bench startup --platform native,shared --runs 1
    expect_samples 2 '"platform":"shared"' '"status":"ok"'
    sort -u users | diff - <(echo 61000)
    # A folder that the tenant may not enter does not keep it from the program itself.
    mkdir shut
    cp /bin/busybox shut/
    sed -i 's|/who|/shut/busybox env|' platforms.conf
    chmod 700 shut
    bench startup --platform native,shared --runs 1
    expect_samples 2 '"platform":"shared"' '"status":"ok"'
    rm -rf results
    bench escape
    expect_samples 0 '"platform":"shared"' '"uid":0'
    [ "$(grep -c '"uid":61000' $samples)" -gt 20 ]
    # Where one experiment of a run has the column, the table says why others leave it empty.
    sed -i 's/^only = .*/only = harness program/' platforms.conf
    virtlab compare --platforms platforms.conf --runs 1 -- /bin/busybox true >out
    expect_match out "'shared' takes no part in peak"
    expect_samples 0 '"platform":"shared"' '"experiment":"peak"'
    # A platform of which there are verdicts alone is no column beside figures.
    sed -i 's/^only = .*/only = escape/' platforms.conf
    alone tenants bench all --quick --runs 1 >out 2>err
    sed '/reach of the host/,$d' out >figures
    ! grep -q shared figures || fail "an empty column"
    expect_match out '^of [0-9]+ tries .*shared'
    sed -i '/native/,/start/d' platforms.conf
    expect_status 125 bench startup
    expect_one_line err 'no platform takes part in that'
}

the_harness_measures_itself() {
    boxes
    bench harness --platform native --runs 3
    expect_samples 3 '"loop":"bare"' '"first_output_ns":[0-9]+,"end_ns":[0-9]+\}'
    expect_samples 3 '"loop":"harness"' '"outside_ns":[0-9]+'
}

a_terminal_sees_progress() {
    boxes
    TERM=xterm script_command "virtlab bench startup --platforms platforms.conf --platform native --runs 4"
    expect_match typescript '\[#* *\] +[0-9]+ %  (0:[0-9][0-9] left  )?startup'
    expect_status 0 bench startup --platform native --runs 4
    ! grep -q '\[#* *\]' err || fail "progress into a file"
}

script_command() {
    command script --quiet --return --command "$1" typescript >/dev/null
}

peers_have_the_same_limits() {
    need root peers
    expect_status 0 virtlab bench startup --peers --platform native,container,crun,runc,bwrap \
        --runs 2
    for platform in container crun runc bwrap; do
        for mode in single burst; do
            expect_samples 2 "\"platform\":\"$platform\"" '"status":"ok"' '"workload":"true"' \
                "\"mode\":\"$mode\""
        done
    done
    virtlab bundle --memory 64M --cpus 0.5 --pids 9 bundle /bin/busybox true
    "$BUILD/tests/tools/jsoncheck" bundle/config.json
    [ "$("$BUILD/tests/tools/jsoncheck" bundle/config.json linux.resources.memory.limit)" = 67108864 ]
    [ "$("$BUILD/tests/tools/jsoncheck" bundle/config.json linux.resources.cpu.quota)" = 50000 ]
    [ "$("$BUILD/tests/tools/jsoncheck" bundle/config.json linux.resources.pids.limit)" = 9 ]
    expect_status 125 virtlab bundle --memory much bundle2 /bin/busybox
    expect_status 125 virtlab bundle bundle2 busybox
    expect_status 125 virtlab bundle bundle2
}

real_boxes_do_the_same() {
    need kvm
    head -c 100000 /dev/urandom >data
    local platform linux=skipped times=1
    minivmm check --guest small boot 2>/dev/null && linux=ok times=3
    expect_status 0 virtlab compare --platform native,container,vm,vm-linux --runs 3 \
        --file data -- /bin/busybox sha256sum data
    for platform in container vm; do
        expect_samples 3 "\"platform\":\"$platform\"" '"experiment":"program"' '"status":"ok"' \
            '"exit":0'
    done
    [ "$(grep '"experiment":"program"' $samples | grep -o '"output_hash":[-0-9]*' | sort -u |
        wc -l)" = 1 ]
    expect_samples $times '"platform":"vm-linux"' '"experiment":"program"' "\"status\":\"$linux\""
    # A dynamic program does not run in the VM: that is the VM's failure, with its reason.
    expect_status 0 virtlab compare --platform native,container,vm --runs 2 -- /bin/true
    expect_samples 1 '"platform":"vm"' '"experiment":"program"' '"status":"failed"' '"exit":126'
    expect_samples 2 '"platform":"container"' '"experiment":"program"' '"status":"ok"'
}

real_boxes_go_with_the_harness() {
    need kvm
    local platform
    for platform in native container vm; do
        virtlab compare --platform $platform -- /bin/busybox sleep 7773.$$ >out 2>err &
        expect_soon something_runs "7773[.]$$"
        kill -KILL $!
        wait $! || :
        expect_soon nothing_runs "7773[.]$$"
    done
}

it "lists the experiments" lists_the_experiments
it "answers wrong use with one line" wrong_use_is_one_line
it "keeps single runs and bursts apart" single_runs_and_bursts
it "takes a start apart" a_start_is_taken_apart
it "places the stages within their run" stages_lie_within_their_run
it "skips namespaces that may not be made" namespaces_that_may_not_be_made_are_skipped
it "has the same work done everywhere" the_same_work_is_done_everywhere
it "skips what a box cannot do" what_a_box_cannot_do_is_skipped
it "leaves slow boxes their own number of turns" slow_boxes_have_their_own_number
it "runs all of them into one folder" all_of_them_go_into_one_folder
it "reads memory while the boxes stand" memory_is_read_while_they_stand
it "gives no figure for memory that it may not read" what_may_not_be_read_is_no_figure
it "prepares boxes and cleans up" boxes_are_prepared_and_cleaned_up
it "starts each tenant as an ordinary user" tenants_are_ordinary_users
it "measures itself" the_harness_measures_itself
it "shows progress to a terminal only" a_terminal_sees_progress
it "measures peers with the same limits" peers_have_the_same_limits
it "sees the same program do the same in real boxes" real_boxes_do_the_same
it "takes real boxes with it when it is killed" real_boxes_go_with_the_harness
finish
