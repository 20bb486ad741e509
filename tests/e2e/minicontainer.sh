#!/bin/bash
# SPDX-License-Identifier: MIT
# minicontainer run: what a program sees of its container, and what its caller sees of the program.
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

GUESTS=$BUILD/tests/guests

# Every test below runs twice: as the user who runs the tests, and as an ordinary one.
run() {
    if [ "${AS_USER:-}" ]; then
        as_user "$BUILD/bin/minicontainer" run "$@"
    else
        minicontainer run "$@"
    fi
}

can_run() {
    if [ "${AS_USER:-}" ]; then need user; fi
    run busybox true 2>why || skip user "$(tail -n 1 why)"
}

runs_a_static_program() {
    can_run
    expect_status 0 run busybox echo "one  two" three
    echo "one  two three" | cmp - out
    [ ! -s err ] || fail "stderr: $(cat err)"
}

runs_a_dynamic_program() {
    can_run
    expect_status 0 run /bin/true
    expect_status 0 run sh -c 'echo hello'
    expect_one_line out '^hello$'
}

runs_a_script_with_its_interpreter() {
    can_run
    printf '#!/bin/sh\necho "$0 $1"\n' >script
    chmod 755 script
    expect_status 0 run ./script word
    expect_one_line out "$PWD/script word"
}

keeps_the_exit_status() {
    can_run
    expect_status 0 run busybox true
    expect_status 1 run busybox false
    expect_status 42 run busybox sh -c 'exit 42'
    expect_status 255 run busybox sh -c 'exit 255'
}

reports_death_by_signal() {
    can_run
    expect_status 139 run "$GUESTS/container_signal" die 11
    expect_status 137 run "$GUESTS/container_signal" die 9
    expect_status 143 run "$GUESTS/container_signal" die 15
}

tells_missing_from_not_executable() {
    can_run
    expect_status 127 run ./missing
    expect_one_line err "^minicontainer run: cannot execute './missing': No such file"
    expect_status 127 run no-such-program-anywhere
    expect_one_line err "no-such-program-anywhere"
    touch plain
    expect_status 126 run ./plain
    expect_one_line err "cannot execute './plain': Permission denied"
    mkdir folder
    expect_status 126 run ./folder
    expect_status 127 run ./plain/below
    printf 'garbage' >garbage
    chmod 755 garbage
    expect_status 126 run ./garbage
    expect_one_line err "Exec format error"
    expect_status 126 run /proc/self/exe
    expect_one_line err "file system of the kernel"
}

passes_input_and_output_through() {
    can_run
    head -c 1000000 /dev/urandom >data
    run busybox cat <data >copy
    expect_same data copy
    run busybox sh -c 'echo to-err >&2' 2>err >out
    [ ! -s out ]
    expect_one_line err '^to-err$'
}

is_root_of_nothing_else() {
    can_run
    run busybox id >out
    expect_one_line out '^uid=0.* gid=0'
    run busybox cat /proc/self/uid_map >map
    awk '$1 != 0 || $2 == 0 && '"$(id -u)"' == 0 { exit 1 }' map || fail "$(cat map)"
}

becomes_another_user() {
    can_run
    run --user 1000:100 busybox sh -c 'id -u; id -g; cat /proc/self/status' >out
    [ "$(sed -n 1,2p out | tr '\n' ' ')" = "1000 100 " ]
    expect_match out '^CapEff:.*0000000000000000$'
    expect_match out '^CapBnd:.*00000000000004fb$'
    expect_status 0 run --user 7 busybox id -g
    expect_one_line out '^7$'
}

sees_its_own_processes_only() {
    can_run
    run busybox sh -c 'cd /proc; echo [0-9]*' >out
    expect_one_line out '^1 [0-9]+$'
    # Nor the paths of the host, on pid 1's command line.
    run --env A=B busybox sh -c 'tr -d "\0" </proc/1/cmdline; cat /proc/1/environ' >out 2>err || :
    [ ! -s out ] || fail "pid 1 shows $(cat out)"
}

has_namespaces_of_its_own() {
    can_run
    local kind
    run --time busybox sh -c 'cd /proc/self/ns; for n in *; do echo $n $(readlink $n); done' >inside
    for kind in cgroup ipc mnt net pid time user uts; do
        grep -q "^$kind " inside || fail "no $kind namespace inside"
        ! grep -qF "$(readlink "/proc/self/ns/$kind")" inside || fail "the host's $kind namespace"
    done
    # pid 1 is in the same network, or /proc/1/net would show the host's.
    run busybox sh -c 'wc -l </proc/1/net/dev; wc -l </proc/self/net/dev' >out
    [ "$(sort -u out | wc -l)" = 1 ]
}

names_the_host() {
    can_run
    local before
    before=$(uname -n)
    expect_status 0 run busybox hostname
    expect_one_line out '^minicontainer$'
    expect_status 0 run --hostname a.b-3 busybox hostname
    expect_one_line out '^a.b-3$'
    [ "$(uname -n)" = "$before" ]
}

has_a_clean_environment() {
    can_run
    export SECRET=1 TERM=dumb
    run --env A=1 --env B= --env SECRET --env A=2 --env MISSING_HERE busybox env | sort >out
    printf '%s\n' A=2 B= HOME=/ PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        SECRET=1 TERM=dumb >expected
    diff expected out
    run busybox env >out
    ! grep -q SECRET out || fail "a variable leaked"
    run --env PATH=/x busybox sh -c 'echo $PATH' >out
    expect_one_line out '^/x$'
}

starts_in_the_folder_asked_for() {
    can_run
    expect_status 0 run busybox pwd
    expect_one_line out '^/$'
    expect_status 0 run --workdir /dev/shm busybox pwd
    expect_one_line out '^/dev/shm$'
    expect_status 125 run --workdir /missing busybox pwd
    expect_one_line err "cannot change to the folder '/missing'"
}

shows_files_read_only() {
    can_run
    echo content >file
    mkdir tree
    echo deep >tree/leaf
    chmod -R a+rX .
    run --file /data/file="$PWD/file" --file /etc/tree=tree busybox sh -c '
        cat /data/file /etc/tree/leaf
        echo x >/data/file || echo no; echo x >/etc/tree/new || echo no; rm /data/file || echo no
        ' >out 2>err
    printf '%s\n' content deep no no no | cmp - out
    expect_one_line file '^content$'
    expect_status 125 run --file /data=missing busybox true
    expect_one_line err "cannot bind 'missing': No such file"
}

reads_what_only_root_may() {
    need root
    can_run
    echo secret >file
    chmod 600 file
    run --file /f=file busybox cat /f >out
    expect_one_line out '^secret$'
}

has_a_root_with_the_program_alone() {
    can_run
    run busybox sh -c 'cd /; echo *; find / -xdev -type f; find /usr -type f' >out
    [ "$(sed 1d out | sort -u)" = "$(command -v busybox)" ] || fail "$(cat out)"
    run busybox sh -c 'touch /new || echo refused; touch /tmp/new && echo done' >out 2>err
    [ "$(tr '\n' ' ' <out)" = "refused done " ]
}

uses_a_folder_as_its_root() {
    can_run
    mkdir -p root/bin root/proc root/sys root/dev root/tmp
    cp "$(command -v busybox)" root/bin/sh
    echo here >root/file
    [ -z "${AS_USER:-}" ] || chown -R 65534 root
    run --rootfs root sh -c 'echo $PWD; read x </file; echo $x; echo y >/file || echo refused' >out 2>err
    printf '%s\n' / here refused | cmp - out
    expect_one_line root/file '^here$'
    expect_status 127 run --rootfs root missing
    expect_status 125 run --rootfs nowhere sh
    expect_one_line err "cannot bind 'nowhere'"
    expect_status 125 run --rootfs root/file sh
    expect_one_line err "the root 'root/file' is no folder"
}

makes_missing_mount_points() {
    can_run
    mkdir -p root/bin
    cp "$(command -v busybox)" root/bin/busybox
    echo data >file
    chmod a+r file
    [ -z "${AS_USER:-}" ] || chown -R 65534 root
    run --rootfs root --file /new/place/file=file busybox cat /new/place/file >out
    expect_one_line out '^data$'
    [ -d root/proc ] && [ -d root/dev ] && [ -f root/new/place/file ] && [ ! -s root/new/place/file ]
}

has_the_usual_devices() {
    can_run
    run busybox sh -c '
        for d in null zero full random urandom tty ptmx; do [ -c /dev/$d ] || echo "no $d"; done
        echo x >/dev/null && head -c 4 /dev/zero | od -An -tx1; echo x >/dev/full || echo full
        head -c 8 /dev/urandom | wc -c; ls /dev/pts; [ -w /dev/shm ] && echo shm' >out 2>err
    printf '%s\n' ' 00 00 00 00' full 8 ptmx shm >expected
    diff expected out
    run busybox find /dev -type b >out
    [ ! -s out ] || fail "block devices: $(cat out)"
}

has_a_network_of_its_own() {
    can_run
    run busybox sh -c 'ls /sys/class/net; ip addr show lo; nc 127.0.0.1 9 2>&1' >out || :
    expect_match out '^lo$'
    [ "$(grep -c '^[a-z0-9]*$' out)" = 1 ] || fail "more than one device: $(cat out)"
    expect_match out '<LOOPBACK,UP'
    # Of a network that is down, it would be said that it is unreachable.
    expect_match out 'Connection refused'
    run --net host busybox sh -c 'cat /proc/net/dev' >inside
    [ "$(cut -d: -f1 inside | sort)" = "$(cut -d: -f1 /proc/net/dev | sort)" ]
    run --net host busybox sh -c 'touch /sys/kernel/x || echo refused' >out 2>err
    expect_one_line out '^refused$'
}

shows_no_other_mounts_of_the_hosts_sys() {
    can_run
    local options
    awk '$5 ~ "^/sys/" { print $5 }' /proc/self/mountinfo >points
    [ -s points ] || skip root "nothing is mounted below /sys"
    for options in "" --no-userns; do
        [ ! "$options" ] || { [ ! "${AS_USER:-}" ] && [ "$(id -u)" = 0 ]; } || continue
        # shellcheck disable=SC2046,SC2086 # many words; no option, or one
        run --net host $options busybox sh -c 'ls /sys/class/net; for p; do ls -A $p 2>/dev/null; done' \
            sh $(cat points) >out || :
        diff <(ls /sys/class/net) out || fail "$options: more than the host's network is seen"
    done
}

has_room_in_tmp_for_what_memory_allows() {
    can_run
    run busybox df -k /tmp /dev/shm >out
    [ "$(awk 'NR > 1 { printf "%s ", $2 }' out)" = "65536 65536 " ] || fail "$(cat out)"
    run busybox df -i /tmp /dev/shm >out
    [ "$(awk 'NR > 1 { printf "%s ", $2 }' out)" = "16384 16384 " ] || fail "$(cat out)"
    expect_status 1 run busybox dd if=/dev/zero of=/tmp/x bs=1M count=65
    expect_match err "No space left"
    # Without --strict: the room is the one asked for, also where the limit cannot be set.
    run --memory 8M busybox df -k /tmp >out 2>err
    [ "$(awk 'NR > 1 { print $2 }' out)" = 8192 ] || fail "$(cat out)"
}

restarts_the_clock_since_boot() {
    can_run
    local up
    run --time busybox cat /proc/uptime >out
    up=$(cut -d. -f1 out)
    [ "$up" -lt 60 ] || fail "up for $up s"
}

refuses_wrong_options() {
    local option
    for option in --memory= --memory=1 --memory=1x --memory=-1 --memory=99999999999999999999 \
        --cpus=0 --cpus=x --cpus=0.001 --cpus=99999 --pids=0 --pids=-1 --pids=4194305 \
        --net=all --net= --hostname= --hostname=a_b "--hostname=$(printf 'a%.0s' {1..65})" \
        --env= --env==x --workdir=relative --workdir= --user= --user=root --user=1: --user=1:x \
        --user=4294967295 --user=:1 --file=/a --file=a=b --file=/a= --file=/=b --file=/../a=b \
        --file=/proc/x=b --file=/sys=b --file=//=b --cgroup-parent=x --cgroup-parent=/a/../b \
        --rootfs= --nonsense --strict=1 -x; do
        # With a command, whose lack would be refused in the same words.
        expect_status 125 minicontainer run "$option" busybox true
        expect_one_line err "^minicontainer run: .*; try 'minicontainer run --help'$"
        [ ! -s out ]
    done
    for option in --rootfs --timeline; do
        expect_status 125 minicontainer run "$option"
        expect_one_line err "$option.*try 'minicontainer run --help'$"
    done
    expect_status 125 minicontainer run
    expect_one_line err 'there is no command to run'
    expect_status 125 minicontainer run ''
    expect_status 125 minicontainer
    expect_status 125 minicontainer fly
    expect_one_line err "no command 'fly'"
    expect_status 0 minicontainer run --help
    expect_match out 'cgroup-parent'
    expect_status 0 minicontainer --version
}

leaves_the_program_its_options() {
    can_run
    expect_status 0 run busybox echo --memory=x -- --help
    expect_one_line out '^--memory=x -- --help$'
    expect_status 0 run -- busybox echo a
    expect_one_line out '^a$'
}

explains_every_stage() {
    can_run
    run --explain busybox true 2>err
    [ "$(grep -c "^ *began  stage, and how long" err)" = 1 ]
    head -n 1 err | grep -q "^     began  stage" || fail "no head: $(head -n 3 err)"
    local stage
    for stage in 'load the program' 'clone into namespaces' 'map user IDs' 'build the root' \
        'make /dev' pivot_root 'drop capabilities' 'load the system call filter' \
        'execute the program' 'run the program' 'tear down'; do
        expect_match err "^ +[0-9]+\.[0-9]{3} ms  $stage"
    done
    [ "$(grep -c '^ *call ' err)" = "$(grep -c '^ *read ' err)" ]
}

writes_a_timeline() {
    can_run
    run --timeline times.json busybox true
    [ "$(head -n 1 times.json)" = "[" ] && [ "$(tail -n 1 times.json)" = "]" ]
    expect_match times.json '"name":"pivot_root","cat":"stage","ph":"X"'
    expect_match times.json '"name":"make the network namespace","cat":"stage"'
    expect_match times.json '"name":"run the program","cat":"stage"'
    expect_status 125 run --timeline /nowhere/x busybox true
    expect_one_line err "cannot write the timeline '/nowhere/x'"
}

checks_what_works() {
    can_run
    expect_status 0 minicontainer check
    expect_match out '^container +yes$'
    expect_status 0 minicontainer check --json
    expect_one_line out '^\{"container": true, .*"reason": ".*"\}$'
    expect_status 125 minicontainer check word
}

checks_say_why_not() {
    need root
    can_run
    # In a user namespace that may have no more of its kind, none can be made.
    expect_status 1 unshare --user --map-root-user sh -c \
        'echo 0 >/proc/sys/user/max_user_namespaces; minicontainer check'
    expect_match err 'max_user_namespaces'
    expect_match out '^user namespace +no$'
}

works_with_standard_descriptors_closed() {
    can_run
    expect_status 0 run busybox sh -c '[ -e /proc/self/fd/0 ] && [ -e /proc/self/fd/1 ]' <&- >&-
}

for AS_USER in '' 1; do
    as=${AS_USER:+, as an ordinary user}
    it "runs a static program$as" runs_a_static_program
    it "runs a dynamic program with its libraries$as" runs_a_dynamic_program
    it "runs a script with its interpreter$as" runs_a_script_with_its_interpreter
    it "keeps the exit status$as" keeps_the_exit_status
    it "reports death by a signal as 128+N$as" reports_death_by_signal
    it "tells a missing program from one that cannot be executed$as" tells_missing_from_not_executable
    it "passes input and output through$as" passes_input_and_output_through
    it "is root of its own user namespace only$as" is_root_of_nothing_else
    it "becomes another user$as" becomes_another_user
    it "sees its own processes only$as" sees_its_own_processes_only
    it "has namespaces of its own$as" has_namespaces_of_its_own
    it "names the host$as" names_the_host
    it "has a clean environment$as" has_a_clean_environment
    it "starts in the folder asked for$as" starts_in_the_folder_asked_for
    it "shows files read-only$as" shows_files_read_only
    it "has a root with the program alone$as" has_a_root_with_the_program_alone
    it "uses a folder as its root$as" uses_a_folder_as_its_root
    it "makes missing mount points$as" makes_missing_mount_points
    it "has the usual devices$as" has_the_usual_devices
    it "has a network of its own, or the host's$as" has_a_network_of_its_own
    it "shows no other mounts of the host's /sys$as" shows_no_other_mounts_of_the_hosts_sys
    it "has room in /tmp for what memory allows$as" has_room_in_tmp_for_what_memory_allows
    it "restarts the clock since boot$as" restarts_the_clock_since_boot
    it "leaves the program its options$as" leaves_the_program_its_options
    it "explains every stage$as" explains_every_stage
    it "writes a timeline$as" writes_a_timeline
    it "works with standard descriptors closed$as" works_with_standard_descriptors_closed
done
unset AS_USER
it "reads what only root may" reads_what_only_root_may
it "refuses wrong options in one line" refuses_wrong_options
it "checks what works" checks_what_works
it "checks say why not" checks_say_why_not
says_that_its_output_is_lost() {
    local word
    for word in check --help; do
        status=0
        minicontainer $word >/dev/full 2>err || status=$?
        [ $status = 125 ] || fail "minicontainer $word ends with $status on a full disk"
        expect_match err '^minicontainer.*: .*standard output'
    done
}

it "says that its output is lost" says_that_its_output_is_lost
finish
