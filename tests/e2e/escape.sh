#!/bin/bash
# SPDX-License-Identifier: MIT
# The escape matrix: each probe where it must succeed and where it must not, the witness against
# boxes that lie, and that nothing is left behind.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

P=$BUILD/libexec/virtlab/probes
ALL=$(cd "$P" && for probe in *; do case $probe in target | relay | *.d) ;; *) echo "$probe" ;; esac; done)

# --- The harness: run the matrix, and look up what it says.

# matrix [OPTION...]: run every probe; samples go to ./samples. Temporary files stay in this folder.
matrix() {
    mkdir -p tmp
    chmod 777 tmp
    env TMPDIR="$PWD/tmp" virtlab bench escape --out "$PWD/out" "$@" >table 2>err || {
        cat table err
        return 1
    }
    cp out/latest/samples.jsonl samples
}
# platforms: write ./platforms, with native alone.
platforms() {
    printf '[native]\ntitle = native\nstart = {program} {args}\n' >platforms
}

# box NAME: a platform whose command is ./NAME, a script read from standard input. In it, $here is
# this folder.
box() {
    { printf '#!/bin/bash\nhere=%q\n' "$PWD" && cat; } >"$1"
    chmod 755 "$1"
    printf '[%s]\ntitle = %s\nstart = %s/%s {program} {args}\n' "$1" "$1" "$PWD" "$1" >>platforms
}

# line PLATFORM PROBE [UID]: the sample.
line() {
    grep -E "\"uid\":${3:-[0-9]+}\}.*\"platform\":\"$1\",\"workload\":\"$2\"" samples
}

# verdict PLATFORM PROBE [UID]
verdict() {
    line "$@" | sed -n 's/.*"verdict":"\([a-z]*\)".*/\1/p'
}

# need_samples PLATFORM: skip, with the harness's reason, where it could not run at all.
need_samples() {
    grep -q "\"platform\":\"$1\".*\"status\":\"ok\"" samples && return
    skip user "$(sed -n "s/.*\"platform\":\"$1\".*\"reason\":\"\([^\"]*\)\".*/\1/p" samples)"
}

# expect PLATFORM VERDICT PROBE...
expect() {
    local platform=$1 wanted=$2 probe
    shift 2
    for probe; do
        [ "$(verdict "$platform" "$probe")" = "$wanted" ] ||
            fail "$probe in $platform should be $wanted: $(line "$platform" "$probe")"
    done
}

# --- What the kernel of this machine has, so that an expectation follows from a fact.

# capable NUMBER: this process has the capability (linux/capability.h).
capable() {
    local effective
    effective=$(sed -n 's/^CapEff:\s*//p' /proc/self/status)
    ((0x$effective >> $1 & 1))
}

# missing_here PROBE: the kernel, or whoever confines this test, does not have what it aims at.
missing_here() {
    case $1 in
    kcore) [ ! -e /proc/kcore ] ;;
    sysrq) [ ! -w /proc/sysrq-trigger ] ;;
    sysctl) [ ! -w /proc/sys/kernel/core_pattern ] ;;
    module) [ ! -e /proc/sys/kernel/modules_disabled ] || [ "$(cat /proc/sys/kernel/modules_disabled)" = 1 ] ;;
    release-agent) ! grep -q ' - cgroup ' /proc/self/mountinfo || ! capable 21 ;;
    clock) ! capable 25 ;;
    reboot) ! capable 22 ;;
    chroot) ! capable 18 ;;
    raw-socket) ! capable 13 ;;
    hostname | mount | terminal | remount | join-namespace | swap) ! capable 21 ;;
    ptrace | memory | process-files | take-descriptor) ! capable 19 ;;
    file-handle) ! capable 2 ;;
    low-port) ! capable 10 ;;
    network-device) ! capable 12 ;;
    realtime) ! capable 23 ;;
    accounting) [ ! -e /proc/sys/kernel/acct ] || ! capable 20 ;;
    io-ports) ! kernel_has X86_IOPL_IOPERM || ! capable 17 ;;
    kexec) ! kernel_has KEXEC || ! capable 22 ;;
    io-uring) ! kernel_has IO_URING || [ "$(cat /proc/sys/kernel/io_uring_disabled)" = 2 ] ;;
    userfaultfd) [ ! -e /proc/sys/vm/unprivileged_userfaultfd ] || ! capable 19 ;;
    user-namespace) ! unshare --user true ;;
    setuid) grep -q "^NoNewPrivs:.1" /proc/self/status ;;
    kernel-addresses) [ ! -e /proc/kallsyms ] || ! capable 34 ;;
    physical-memory) ! : 2>/dev/null </dev/mem ;;
    kvm) ! : 2>/dev/null <>/dev/kvm ;;
    cgroup) ! grep -q " - cgroup" /proc/self/mountinfo ;;
    kernel-log) ! capable 34 && ! capable 21 ;;
    perf) [ ! -e /proc/sys/kernel/perf_event_paranoid ] || ! capable 38 && ! capable 21 ;;
    bpf) [ ! -e /proc/sys/kernel/unprivileged_bpf_disabled ] || ! capable 39 && ! capable 21 ;;
    device) ! opens_a_disk ;;
    keyring) [ ! -e /proc/keys ] ;;
    *) false ;;
    esac
}

# kernel_has OPTION: as far as this kernel says how it was built.
kernel_has() {
    local config
    config=/boot/config-$(uname -r)
    [ -e /proc/config.gz ] && config=/proc/config.gz
    zgrep -q "^CONFIG_$1=y" "$config" 2>/dev/null
}

# As target.c does: is there a block device that may be opened, by a node of its own?
opens_a_disk() {
    capable 27 || return
    local major minor name
    while read -r major minor _ name; do
        case $name in '' | name) continue ;; esac
        { exec 8<"/dev/$name"; } 2>/dev/null || continue
        exec 8<&-
        break
    done </proc/partitions
    mknod "$PWD/node" b "${major:-7}" "${minor:-0}" 2>/dev/null || mknod "$PWD/node" b 7 0 || return
    { exec 8<"$PWD/node"; } 2>/dev/null || return
    exec 8<&-
}

# --- Each probe where it must succeed.

root_is_allowed_everything() {
    need root
    platforms
    matrix --platforms platforms
    for probe in $ALL; do
        missing_here "$probe" && continue
        [ "$(verdict native "$probe" 0)" = allowed ] ||
            fail "root may not: $(line native "$probe" 0)"
    done
    # Whatever this machine is, these need nothing special of it.
    for probe in see signal file descriptors exe unix-socket loopback meminfo root shm \
        environment priority private write-file socket-file interfaces connections processors \
        uptime boot; do
        [ "$(verdict native "$probe" 0)" = allowed ] || fail "$(line native "$probe" 0)"
    done
}

privileged='chroot clock device exe hostname mount raw-socket reboot root remount file-handle
    low-port network-device realtime swap kernel-addresses'

check_ordinary_user() {
    local probe
    for probe in see file shm unix-socket loopback meminfo descriptors socket-file interfaces \
        connections processors uptime boot; do
        [ "$(verdict native "$probe" "$1")" = allowed ] || fail "$(line native "$probe" "$1")"
    done
    for probe in $privileged; do
        [ "$(verdict native "$probe" "$1")" = refused ] || fail "$(line native "$probe" "$1")"
    done
    for probe in bpf module kcore perf sysctl sysrq release-agent kernel-log accounting kexec \
        io-ports physical-memory userfaultfd; do
        [ "$(verdict native "$probe" "$1")" != contained ] || fail "$(line native "$probe" "$1")"
    done
}

root_sees_the_ordinary_user_too() {
    need root
    platforms
    matrix --platforms platforms
    check_ordinary_user 65534
    # The target is root's.
    expect_refused='signal ptrace terminal memory environment process-files take-descriptor
        priority join-namespace private write-file'
    for probe in $expect_refused; do
        [ "$(verdict native "$probe" 65534)" = refused ] || fail "$(line native "$probe" 65534)"
    done
    SUDO_UID=12345 matrix --platforms platforms
    check_ordinary_user 12345
}

a_user_runs_the_matrix() {
    need user
    platforms
    chown 65534:65534 . 2>/dev/null || :
    as_user mkdir -p tmp
    as_user env TMPDIR="$PWD/tmp" "$(command -v virtlab)" bench escape --platforms platforms \
        --out "$PWD/out" >table 2>err || fail "$(cat err)"
    cp out/latest/samples.jsonl samples
    ! grep -q '"uid":0}' samples || fail "a user cannot be root"
    check_ordinary_user "$(as_user id -u)"
    for probe in signal memory environment process-files priority private write-file; do
        [ "$(verdict native "$probe")" = allowed ] || fail "$(line native "$probe")" # it is its own
    done
}

# --- Each kind of box where it must not.

the_container_holds() {
    matrix --platform native,container
    need_samples container
    expect container absent see signal ptrace file shm unix-socket loopback descriptors terminal \
        memory environment process-files take-descriptor priority join-namespace private write-file \
        socket-file connections physical-memory kvm cgroup
    expect container refused clock device exe setuid user-namespace userfaultfd io-uring file-handle \
        realtime swap accounting remount
    for probe in $ALL; do
        case $probe in meminfo | processors | uptime | boot) continue ;; esac # no namespace covers it
        case $(verdict container "$probe") in
        contained | refused | absent) ;;
        *) fail "$(line container "$probe")" ;;
        esac
    done
}

the_container_holds_a_user() {
    need user
    mkdir tmp
    chmod 777 tmp .
    as_user env TMPDIR="$PWD/tmp" "$(command -v virtlab)" bench escape \
        --platform native,container --out "$PWD/out" >table 2>err || fail "$(cat err)"
    cp out/latest/samples.jsonl samples
    need_samples container
    expect container absent see signal ptrace file shm unix-socket loopback descriptors
    ! grep '"platform":"container"' samples | grep -Ev '"workload":"(meminfo|processors|uptime|boot)"' |
        grep '"verdict":"allowed"' || fail "the host was reached"
}

the_vm_holds() {
    need kvm
    matrix --platform native,vm
    for probe in $ALL; do
        [ "$(verdict vm "$probe")" = absent ] || fail "$(line vm "$probe")"
    done
}

# Two tenants of one system: a probe of the first, aimed at what is the second's.
neighbours_see_what_users_see() {
    need root
    printf '[hosting]\nuid = tenant\nstart = {program} {args}\n' >platforms
    chmod 777 .
    box owner <<'END'
for word; do
    case $word in dir=*) stat -c %u "${word#dir=}/canary" >>"$here/owners" ;; esac
done
echo "absent as said"
cat >/dev/null
END
    echo "uid = tenant" >>platforms
    matrix --platforms platforms
    expect hosting allowed see file unix-socket loopback socket-file connections
    expect hosting refused signal ptrace memory environment process-files take-descriptor \
        priority private write-file join-namespace mount clock
    ! grep -q '"uid":0}' samples || fail "a tenant was root"
    # What they aim at is the neighbour's.
    [ "$(sort -u owners)" = 61001 ] || fail "the target is $(sort -u owners)'s"
}

namespaces_hold_what_they_are_for() {
    need root
    platforms
    box uts <<<'exec unshare --uts -- "$@"'
    box net <<<'exec unshare --net -- "$@"'
    box ipc <<<'exec unshare --ipc -- "$@"'
    box mnt <<<'exec unshare --mount -- "$@"'
    box pid <<<'exec unshare --pid --fork --mount-proc -- "$@"'
    # It still has the host's /proc, whose numbers mean nothing in it.
    box pidonly <<<'exec unshare --pid --fork -- "$@"'
    box user <<<'exec unshare --user -- "$@"'
    unshare --uts --net --ipc --mount --pid --fork --mount-proc --user true ||
        skip root "no namespaces here"
    matrix --platforms platforms
    expect uts contained hostname
    expect uts allowed see file shm loopback
    expect net absent loopback unix-socket
    expect net contained raw-socket interfaces low-port network-device
    expect net absent connections
    expect net allowed shm see
    expect ipc absent shm
    expect ipc allowed loopback unix-socket
    expect mnt contained mount remount
    expect mnt allowed file
    expect pid absent see signal ptrace memory environment process-files take-descriptor priority \
        join-namespace
    expect pid contained reboot
    expect pidonly absent signal ptrace
    expect pidonly allowed see
    expect pid allowed hostname
    expect user refused clock mount hostname
    expect user allowed file see
    # Its root is mapped to nobody.
    [ "$(verdict user root)" != allowed ]
}

# --- The witness.

a_box_that_lies_is_found_out() {
    platforms
    box liar <<<'echo "allowed everything, secret=0123456789abcdef inode=1:1 memory=1kB fact=1x uptime=1s"; cat >/dev/null'
    matrix --platforms platforms
    ! grep '"platform":"liar"' samples | grep '"verdict":"allowed"' || fail "it was believed"
    expect liar contained signal terminal mount clock hostname root exe meminfo module processors \
        uptime boot setuid interfaces
    expect liar unknown see ptrace file chroot descriptors shm unix-socket loopback keyring private \
        write-file memory environment process-files take-descriptor socket-file
}

a_box_that_hides_its_success_is_found_out() {
    platforms
    box denier <<<'"$@" </dev/null >/dev/null; echo "refused with a smile"; cat >/dev/null'
    matrix --platforms platforms
    expect denier unknown signal
    expect denier refused file
}

a_copy_is_told_from_the_hosts_file() {
    platforms
    box copier <<<'cp "$1" "$here/copy"; shift; exec "$here/copy" "$@"'
    matrix --platforms platforms
    expect copier contained exe
    expect copier allowed see file
    # Under another name it is the same process all the same.
    expect copier "$(verdict native hostname "$(id -u)")" hostname
}

silence_and_nonsense_are_judged() {
    platforms
    box filtered <<<'kill -SYS $$'
    box silent <<<'exit 0'
    box broken <<<'echo "broken: no box today" >&2; exit 125'
    box babbler <<<'head -c 100000 /dev/zero'
    box prose <<<'echo "I was allowed to do so"; printf "\033[2J"'
    matrix --platforms platforms
    expect filtered refused see file clock
    expect silent unknown see file clock
    expect babbler unknown see file clock
    expect prose unknown see file clock
    [ "$(grep -c '"platform":"broken".*"status":"failed","reason":"broken: no box today"' samples)" = \
        "$(wc -w <<<"$ALL")" ]
}

a_box_that_hangs_is_left_out() {
    platforms
    box stuck <<<'exec sleep 1000'
    matrix --platforms platforms --timeout 0.1
    [ "$(grep -c '"platform":"stuck".*"status":"timeout"' samples)" = 1 ]
    [ "$(grep -c '"platform":"stuck"' samples)" = 1 ]
}

# --- Guest systems, and boxes that are slow by nature, are started once, with all probes in one program.

# slow_box NAME: as box.
slow_box() {
    box "$1"
    echo "blocks = 3" >>platforms
}

# guest NAME: as box.
guest() {
    box "$1"
    echo "kernel = guest" >>platforms
}

one_start_does_for_all() {
    platforms
    "$1" one <<<'echo >>"$here/started"; exec "$@"'
    matrix --platforms platforms
    [ "$(wc -l <started)" = 1 ]
    for probe in $ALL; do
        [ "$(grep -c "\"platform\":\"one\",\"workload\":\"$probe\"" samples)" = 1 ] || fail "$probe: not one sample"
        [ "$(verdict one "$probe")" = "$(verdict native "$probe" "$(id -u)")" ] ||
            fail "$probe: $(line one "$probe"), natively $(line native "$probe" "$(id -u)")"
    done
}

# A kernel that panics takes the relay along.
a_box_that_a_probe_ends_is_started_again() {
    platforms
    guest fragile <<'END'
echo >>"$here/started"
while read -r name; do
    case $name in mount | see | swap) kill -KILL $$ ;; esac
    echo "absent as said"
    read -r end
    [ "$name" != kexec ] || kill -KILL $$
    echo "ended 0"
done
END
    matrix --platforms platforms
    [ "$(wc -l <started)" = 5 ] || fail "started $(wc -l <started) times"
    expect fragile unknown mount see swap
    grep -Eq '"platform":"fragile","workload":"mount".*"exit":137.*"detail":"ended with status 137' samples
    for probe in $ALL; do
        case $probe in mount | see | swap) continue ;; esac
        expect fragile absent "$probe"
    done
}

slow_boxes_are_judged_too() {
    platforms
    slow_box liar <<<'while read -r name; do echo "allowed everything, secret=0123456789abcdef fact=1x"; read -r end; echo "ended 0"; done'
    slow_box filtered <<<'while read -r name; do echo "ended 159"; done'
    slow_box quitter <<<'read -r name; echo "quitter: enough" >&2; exit 125'
    slow_box stuck <<<'exec sleep 1000'
    slow_box babbler <<<'head -c 100000 /dev/zero; sleep 1000'
    matrix --platforms platforms --timeout 2
    ! grep '"platform":"liar"' samples | grep '"verdict":"allowed"' || fail "it was believed"
    expect liar contained signal clock hostname
    expect liar unknown see file
    expect filtered refused see file clock
    grep -q '"platform":"quitter".*"status":"failed","reason":"quitter: enough"' samples
    grep -q '"platform":"stuck".*"status":"timeout"' samples
    grep -q '"platform":"babbler".*"status":"failed","reason":"the box said too much"' samples
    [ "$(grep -c '"platform":"\(stuck\|babbler\)"' samples)" = 2 ]
    # Started three times, which is enough.
    [ "$(grep -c '"platform":"quitter"' samples)" = 3 ]
}

# --- By hand.

# plant: start a target; $words are what it planted, $TARGET_PID is its process.
plant() {
    mkdir planted
    coproc TARGET { exec "$P/target" c00c1e00c00c1e00 0123456789abcdef "$PWD/planted"; }
    read -r -u "${TARGET[0]}" word words
    [ "$word" = planted ]
}

# look: what the target has counted.
look() {
    echo look >&"${TARGET[1]}"
    read -r -u "${TARGET[0]}" answer
    echo "$answer"
}

probes_work_by_hand() {
    plant
    [ "$(look)" = 'seen signals=0 typed=0' ]
    # shellcheck disable=SC2086 # words on purpose
    "$P/signal" $words </dev/null >out
    expect_one_line out '^allowed sent SIGUSR1 to process [0-9]+$'
    [ "$(look)" = 'seen signals=1 typed=0' ]
    # shellcheck disable=SC2086
    for probe in see file shm loopback unix-socket private write-file socket-file memory process-files \
        take-descriptor; do
        "$P/$probe" $words </dev/null >out
        expect_one_line out '^allowed .*secret=0123456789abcdef$'
    done
    local pid=$TARGET_PID
    eval "exec ${TARGET[1]}>&-"
    wait "$pid"
    [ -z "$(ls planted)" ]
}

nobody_else_is_signalled() {
    plant
    sleep 1000 &
    local other=$! pid=$TARGET_PID
    for probe in signal ptrace; do
        "$P/$probe" cookie=c00c1e00c00c1e00 pid=$other address=0x1000 </dev/null >out
        expect_one_line out '^absent process [0-9]+ is not the host'
        "$P/$probe" cookie=ffffffffffffffff pid="$pid" address=0x1000 </dev/null >out
        expect_one_line out '^absent process [0-9]+ is not the host'
    done
    kill -0 $other
    [ "$(look)" = 'seen signals=0 typed=0' ]
    kill $other
    eval "exec ${TARGET[1]}>&-"
    wait "$pid"
}

a_probe_waits_for_the_witness() {
    coproc "$P/meminfo"
    local pid=$COPROC_PID line
    read -r -u "${COPROC[0]}" line
    [[ $line = allowed* ]]
    kill -0 "$pid"
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

refuses_wrong_words() {
    for probe in see signal ptrace file chroot shm unix-socket loopback terminal keyring mount device \
        memory environment process-files take-descriptor priority join-namespace private write-file \
        socket-file connections; do
        expect_status 125 "$P/$probe"
        expect_one_line err '^probe: nothing to aim at: no [a-z]+=VALUE'
    done
    for number in '' x 1x -1 0 1 99999999999999999999 0x; do
        expect_status 125 "$P/signal" cookie=x "pid=$number"
        expect_one_line err '^probe: pid is no number'
    done
    expect_status 125 "$P/device" cookie=x dir=/nowhere device=sda
    expect_status 125 "$P/target"
    expect_one_line err '^target: usage'
    expect_status 125 "$P/target" short short .
}

# --- Nothing is left behind.

host_state() {
    hostname
    cat /proc/sys/kernel/core_pattern
    cut -d' ' -f5- /proc/self/mountinfo
    grep -c virtlab /proc/keys
    grep -c virtlab /proc/net/unix
    cat /sys/fs/cgroup/*/release_agent 2>/dev/null
    # The target, and whatever still has a word of it on its command line.
    # The brackets keep this command's own out of it.
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -c "${PWD}/[t]mp"
    find tmp 2>/dev/null
} 2>/dev/null

# Other tests' shared memory may go meanwhile: what counts is what has come.
segments() { awk 'NR > 1 { print $2 }' /proc/sysvipc/shm | sort; }

is_as_before() {
    host_state >after || :
    segments >segments.after
    diff before after && [ -z "$(comm -13 segments.before segments.after)" ]
}

the_host_is_as_before() {
    mkdir -p tmp
    chmod 777 tmp
    host_state >before || :
    segments >segments.before
    platforms
    matrix --platforms platforms
    expect_soon is_as_before # the kernel collects keys that nobody holds any more a little later
}

# A harness that stands in the middle of a trial: $watcher is its first process, $worker the other.
stand_in_a_trial() {
    mkdir -p tmp
    chmod 777 tmp
    platforms
    box stuck <<<'mkdir "$here/standing"; exec sleep 1000'
    host_state >before || :
    segments >segments.before
    env TMPDIR="$PWD/tmp" virtlab bench escape --platforms platforms --platform stuck \
        --out "$PWD/out" >table 2>err &
    watcher=$!
    expect_soon test -d standing
    worker=$(cat "/proc/$watcher/task/$watcher/children")
}

killed() {
    stand_in_a_trial
    case $1 in
    watcher) kill -KILL "$watcher" ;;
    worker) kill -KILL "$worker" ;;
    interrupted) kill -INT "$watcher" ;;
    esac
    wait "$watcher" || :
    expect_soon is_as_before
}

nothing_runs() {
    ! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -q "${PWD}/[t]mp"
}

# Then the folder stays, since nobody was left to remove it, until the next run.
both_killed() {
    stand_in_a_trial
    # shellcheck disable=SC2086 # a word
    kill -KILL "$watcher" $worker
    wait "$watcher" || :
    expect_soon nothing_runs
    matrix --platforms platforms --platform native
    expect_soon is_as_before
}

it "allows root everything natively: each probe can succeed" root_is_allowed_everything
it "shows root what an ordinary user may" root_sees_the_ordinary_user_too
it "is run by an ordinary user" a_user_runs_the_matrix
it "finds that the container holds" the_container_holds
it "finds that an ordinary user's container holds" the_container_holds_a_user
it "finds that nothing of the host exists in the VM" the_vm_holds
it "shows what one tenant sees of another" neighbours_see_what_users_see
it "tells one namespace from another" namespaces_hold_what_they_are_for
it "does not believe a box that lies" a_box_that_lies_is_found_out
it "notices a success that a box hides" a_box_that_hides_its_success_is_found_out
it "tells a copy from the host's file" a_copy_is_told_from_the_hosts_file
it "judges silence, filters and nonsense" silence_and_nonsense_are_judged
it "leaves a box out that hangs" a_box_that_hangs_is_left_out
it "starts a box once that is slow by nature" one_start_does_for_all slow_box
it "starts a guest system once" one_start_does_for_all guest
it "starts a guest system again that a probe has ended" a_box_that_a_probe_ends_is_started_again
it "judges boxes that are slow by nature too" slow_boxes_are_judged_too
it "probes work by hand" probes_work_by_hand
it "signals and traces nobody but the target" nobody_else_is_signalled
it "a probe stands until its input ends" a_probe_waits_for_the_witness
it "probes refuse wrong words" refuses_wrong_words
it "leaves the host as it was" the_host_is_as_before
it "leaves nothing when the watcher is killed" killed watcher
it "leaves nothing when the worker is killed" killed worker
it "leaves nothing when it is interrupted" killed interrupted
it "leaves nothing running when all of it is killed, and cleans up next time" both_killed
finish
