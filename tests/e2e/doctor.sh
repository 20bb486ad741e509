# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# virtlab doctor: what this machine can do.
. tests/lib.sh
jsoncheck=$BUILD/tests/tools/jsoncheck

# state_of AREA ID FILE: the state of a finding in CSV.
state_of() {
    awk -F, -v area="\"$1\"" -v id="\"$2\"" '$1 == area && $2 == id { gsub(/"/, "", $3); print $3 }' \
        "$3"
}

examines_everything() {
    virtlab doctor >out
    local part
    for part in Processor 'Hypervisor underneath' KVM Kernel Privileges Namespaces Cgroups Programs \
        Terminal Room; do
        expect_match out "^$part"
    done
    expect_match out '^  type +(none|type 1|type 2|debatable)'
    for part in user pid mount uts ipc net cgroup time; do
        expect_match out "^  $part "
    done
}

fits_80_columns() {
    virtlab doctor >out
    # awk counts bytes in some versions: count characters with the shell.
    local line
    while IFS= read -r line; do
        [ ${#line} -le 80 ] || fail "wider than 80: $line"
        [ "${line% }" = "$line" ] || fail "ends in a space: $line"
    done <out
}

prints_json() {
    virtlab doctor --json >out
    "$jsoncheck" out
    [ "$("$jsoncheck" out '#')" -gt 30 ]
    [ "$("$jsoncheck" out 0.area)" = processor ]
    [ "$("$jsoncheck" out 0.id)" = model ]
    [ "$("$jsoncheck" out 0.mend)" = null ]
}

prints_csv() {
    virtlab doctor --csv >out
    virtlab doctor --json >json
    sed -n 1p out | tr -d '\r' >names
    expect_one_line names '^"area","id","state","detail","mend","reason"$'
    # One record per finding, and the line of names.
    [ "$(wc -l <out)" = $(($("$jsoncheck" json '#') + 1)) ]
    [ "$(grep -c $'\r$' out)" = "$(wc -l <out)" ]
}

names_the_user() {
    need root
    virtlab doctor --csv >out
    [ "$(state_of privileges user out)" = ok ]
}

works_for_an_ordinary_user() {
    need user
    as_user virtlab doctor >out
    expect_match out 'an ordinary user'
    as_user virtlab doctor --csv >csv
    [ "$(state_of privileges user csv)" = limited ]
    as_user virtlab doctor --json >json
    "$jsoncheck" json
}

# What cannot be opened is said to be missing, with a command that can be copied.
mends_a_forbidden_kvm() {
    need root kvm
    [ "$(stat -c %a /dev/kvm)" != 666 ] || skip kvm "/dev/kvm is open to everybody"
    as_user virtlab doctor >out
    expect_match out '/dev/kvm +missing +it may not be opened'
    expect_match out '^ +sudo (chmod 666 /dev/kvm|usermod -aG .*)$'
}

# A mount namespace of its own in which the device is covered.
explains_an_absent_kvm() {
    need root
    unshare --mount sh -c 'mount --make-rprivate / && mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 &&
        virtlab doctor --csv' >out
    grep -q '"kvm","kvm","missing","there is none"' out
    # Either a command or a reason, never neither.
    if grep '"kvm","kvm"' out | grep -q ',,.$'; then fail "nothing said about mending"; fi
}

sees_read_only_cgroups() {
    need root
    need cgroup1
    unshare --mount sh -c 'mount --make-rprivate / &&
        mount -o remount,bind,ro "$(findmnt -n -o TARGET -t cgroup -O memory | head -n 1)" &&
        virtlab doctor --csv' >out
    [ "$(state_of cgroups memory out)" = missing ]
    expect_match out '"cgroups","memory".*mount -o remount,rw'
}

sees_forbidden_namespaces() {
    need root
    # A user namespace inside which no further one may be made.
    unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
        virtlab doctor --csv' >out
    [ "$(state_of namespaces user out)" = missing ]
    expect_match out '"namespaces","user","missing".*sysctl user.max_user_namespaces='
}

sees_missing_programs() {
    virtlab=$BUILD/bin/virtlab
    mkdir empty
    PATH=$PWD/empty "$virtlab" doctor --csv >out
    [ "$(state_of programs gnuplot out)" = missing ]
    expect_match out '"programs","gnuplot".*apt-get install -y --no-install-recommends gnuplot-nox'
    [ "$(state_of programs crun out)" = fact ]
}

# A minivmm beside it that fails, hangs or lies must not take the doctor with it.
bears_a_probe_that() {
    need kvm
    mkdir -p root/bin root/libexec/virtlab
    cp "$BUILD/libexec/virtlab/virtlab-doctor" root/libexec/virtlab/
    printf '#!/bin/sh\n%s\n' "$1" >root/bin/minivmm
    chmod +x root/bin/minivmm
    root/libexec/virtlab/virtlab-doctor --json >out
    "$jsoncheck" out
    root/libexec/virtlab/virtlab-doctor --csv >out
    [ "$(state_of kvm kvm out)" = "$2" ]
}

shows_trials() {
    need kvm
    bears_a_probe_that 'echo "{\"back_end\": \"software\", \"findings\": [
        {\"key\": \"a\", \"title\": \"A\\u001b[2J\", \"verdict\": \"hangs\", \"detail\": \"d\"},
        {\"key\": \"b\", \"title\": 7, \"verdict\": \"works\"}, null,
        {\"key\": \"c\", \"title\": \"C\", \"verdict\": \"works\"}]}"' ok
    [ "$(state_of kvm a out)" = missing ]
    [ "$(state_of kvm b out)" = "" ]
    [ "$(state_of kvm c out)" = ok ]
    root/libexec/virtlab/virtlab-doctor >text
    expect_match text 'A.x1b.2J'
    if grep -q $'\033' text; then fail "an escape sequence of the probe came through"; fi
}

keeps_no_colour_from_files() {
    virtlab doctor >out
    if grep -q $'\033' out; then fail "an escape sequence in a file"; fi
}

colours_a_terminal() {
    command -v script >/dev/null || skip tmux "no script(1)"
    TERM=xterm script -qec 'virtlab doctor' /dev/null >out
    expect_match out $'\033\\[32m'
    NO_COLOR=1 TERM=xterm script -qec 'virtlab doctor' /dev/null >out
    if grep -q $'\033' out; then fail "colour despite NO_COLOR"; fi
    TERM=dumb script -qec 'virtlab doctor' /dev/null >out
    if grep -q $'\033' out; then fail "colour in a dumb terminal"; fi
}

fits_another_locale() {
    LC_ALL=C virtlab doctor >out
    if LC_ALL=C grep -q '[^ -~]' out; then fail "bytes that are not ASCII in the C locale"; fi
    expect_match out 'characters +limited'
    expect_match out 'export LC_ALL=C.UTF-8'
}

refuses() {
    expect_status 125 virtlab doctor "$@"
    expect_one_line err '^virtlab doctor: '
    [ ! -s out ]
}

notices_a_full_disk() {
    expect_status 125 sh -c "virtlab doctor $1 >/dev/full"
    expect_one_line err 'standard output: No space left'
}

notices_a_closed_output() {
    expect_status 125 sh -c 'virtlab doctor >&-'
    expect_one_line err 'standard output: Bad file descriptor'
}

leaves_nothing_behind() {
    local before after
    before=$(wc -l </proc/self/mountinfo)
    virtlab doctor >out
    after=$(wc -l </proc/self/mountinfo)
    [ "$before" = "$after" ]
    [ "$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)" != virtlab ]
}

it "examines everything, and ends with 0" examines_everything
it "fits 80 columns" fits_80_columns
it "prints JSON" prints_json
it "prints CSV" prints_csv
it "knows root" names_the_user
it "works for an ordinary user" works_for_an_ordinary_user
it "gives the command that opens /dev/kvm" mends_a_forbidden_kvm
it "explains why there is no /dev/kvm" explains_an_absent_kvm
it "sees that cgroups are mounted read-only" sees_read_only_cgroups
it "sees that user namespaces are forbidden, and by which setting" sees_forbidden_namespaces
it "sees which programs are missing, and what installs them" sees_missing_programs
it "bears a probe that fails" bears_a_probe_that 'echo no; exit 125' missing
it "bears a probe that prints no JSON" bears_a_probe_that 'echo "{"' missing
it "bears a probe that prints without end" bears_a_probe_that 'yes | head -c 10000000' missing
it "bears a probe whose JSON is of other types" bears_a_probe_that \
    'echo "{\"back_end\": 7, \"works\": []}"' missing
it "believes a probe that worked" bears_a_probe_that \
    'echo "{\"back_end\": \"hardware\"}"' ok
it "shows what the probe tried, and bears what it cannot read" shows_trials
it "puts no colour into files" keeps_no_colour_from_files
it "uses colour in a terminal, but not with NO_COLOR" colours_a_terminal
it "prints ASCII where the locale is not UTF-8" fits_another_locale
it "refuses an unknown option" refuses --frobnicate
it "refuses a word too many" refuses now
it "refuses an argument that an option does not take" refuses --json=yes
it "notices that the disk is full" notices_a_full_disk ''
it "notices that the disk is full, in JSON" notices_a_full_disk --json
it "notices that its output is closed" notices_a_closed_output
it "leaves nothing behind" leaves_nothing_behind
finish
