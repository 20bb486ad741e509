#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab live: noisy neighbours that come and go as one says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A box that knows limits, one that knows none, one that fails, and one that is not there. What is
# started stands in ./seen.
boxes() {
    export TMPDIR=$PWD
    make_script box 'options=
while [ "$1" != -- ]; do options+=" $1"; shift; done
shift
echo "${1##*/}$options" >>'"$PWD"'/seen
[ -z "$options" ] || echo "box: warning: no such limit" >&2
case "${1##*/}" in
memory) [ -z "$options" ] || { "$@" | sed -u 2q; exit 137; } ;;
fork) echo "cannot do so in this test"; exit 77 ;;
esac
exec "$@"'
    cat >platforms.conf <<END
[plain]
title = plain / no limits
start = {program} {args}
[twin]
start = $PWD/box {options} -- {program} {args}
memory = --memory {value}
quota = --quota {value}
pids = --pids {value}
[gone]
start = false
[absent]
needs = false
start = {program}
END
}

live() { virtlab live --platforms platforms.conf "$@"; }

# turns FILE PATTERN...: those of its turns that match all patterns.
turns() {
    local file=$1 pattern
    shift
    grep '"kind":"turn"' "$file" >left
    for pattern; do
        grep -E -- "$pattern" left >fewer || :
        mv fewer left
    done
    [ -s left ] || fail "no turn with $*: $(cat "$file")"
}

takes_commands() {
    boxes
    cat >commands <<'END'
# comments and empty lines are nothing

wait 1
start cpu
wait 2
limits on
start memory
start fork
wait 2
stop
wait 1
END
    expect_status 0 live <commands
    head -n 1 out >first
    expect_match first '^\{"live":1,"kind":"start","at_ms":[0-9]+,"ends_ms":600000,"ceiling":"(cgroup|own)",'
    expect_match first '\{"name":"plain","title":"plain / no limits","limits":\[\],"reason":""\}'
    expect_match first '\{"name":"twin",.*"limits":\["memory","quota","pids"\],"reason":""\}'
    expect_match first '\{"name":"absent",.*"reason":"[^"]+"\}'
    expect_match first '"known":\["cpu","memory","cache","fork","disk","network"\]\}$'
    # Alone first, then beside somebody, who gets something.
    turns out '"platform":"plain"' '"status":"ok"' '"limits":"off"' '"beside":\{\}' \
        '"p50_ns":[0-9]+,"p99_ns":[0-9]+,"late_ns":[0-9]+,"requests_n":100,"window_ns":[0-9]+'
    turns out '"platform":"twin"' '"limits":"off"' '"beside":\{"cpu":\{"state":"ran","work_n":[1-9]'
    # With limits: who knows none says so; whom a limit ends, and who cannot be, are told.
    turns out '"platform":"plain"' '"limits":"none"' '"memory":\{"state":"ran","work_n":'
    turns out '"platform":"twin"' '"limits":"on"' '"memory":\{"state":"ended","work_n":[0-9]+,"exit_n":137\}' \
        '"fork":\{"state":"cannot","reason":"do so in this test"\}'
    turns out '"platform":"gone"' '"status":"failed","reason":"ended with status 1'
    ! grep '"kind":"turn"' out | grep -q '"platform":"absent"' || fail "a turn of what is not there"
    turns out '"platform":"twin"' '"status":"ok","reason":"","remark":"box: warning: no such limit"'
    turns out '"limits":"none"' '"beside":\{\}' # the last second
    expect_match seen '^server$'
    expect_match seen '^server --memory 128M --quota 0.5 --pids 16$'
    expect_match seen '^cpu --memory 128M --quota 0.5 --pids 16$'
    # What cannot be is not tried again and again.
    [ "$(grep -c '^fork' seen)" -le 2 ]
    tail -n 1 out >last
    expect_match last '"kind":"end",.*"reason":"standard input has ended"'
}

refuses_and_lives_on() {
    boxes
    { echo 'start gpu'; echo 'limits perhaps'; printf '\033[2Jnonsense\n'; head -c 5000 /dev/zero |
        tr '\0' x; echo; echo 'start'; echo 'wait 9999'; echo 'start cpu cpu'; echo 'limits on'; } |
        live --platform plain >out
    [ "$(grep -c '"kind":"refused"' out)" = 7 ]
    expect_match out '"command":"start gpu","reason":"there is no antagonist .gpu.; there are: cpu memory'
    expect_match out '"kind":"refused".*"reason":"a command has 255 characters at most"'
    expect_match out '"kind":"change","at_ms":[0-9]+,"command":"limits on","antagonists":\[\],"limits":"on"'
    ! grep -q "$(printf '\033')" out || fail "an escape sequence went through"
    expect_match out '"kind":"end"'
}

is_used_wrongly() {
    boxes
    expect_status 125 live --seconds 601
    expect_match err 'from 1 to 600'
    expect_status 125 live --platform nobody
    expect_status 125 live extra
    expect_status 125 live --platform absent </dev/null
    expect_match err 'no platform can have a victim'
}

goes_on_for_so_long() {
    boxes
    echo 'start cpu' | live --platform plain --seconds 2 >out
    tail -n 1 out >last
    expect_match last '"at_ms":[2-9][0-9]{3},"reason":"its time is over"'
    turns out '"cpu":\{"state":"ran"'
}

# For people, on a terminal.
speaks_plainly() {
    boxes
    script -qec "virtlab live --platforms platforms.conf --platform plain,absent --seconds 1" shown \
        >/dev/null </dev/null
    expect_match shown 'commands: start NAME'
    expect_match shown 'absent +skipped: '
    expect_match shown 's  plain +p50 +[0-9.]+ ms  p99 +[0-9.]+ ms'
}

# Live measuring in the background, with all antagonists on; its input stays open.
begin() {
    boxes
    mkfifo input
    virtlab live --platforms platforms.conf --platform plain,twin <input >out &
    live=$!
    exec {input}>input
    echo 'start cpu
start memory
start disk' >&"$input"
    expect_soon grep -q '"disk":{"state":"ran"' out
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }
# Its victims and antagonists, its folder, its cgroups: named for this process.
nothing_left() {
    ! ls -d "$PWD"/virtlab-* >/dev/null 2>&1 && ! find /sys/fs/cgroup -maxdepth 3 -name "virtlab-$live-*" |
        grep -q . && ! pgrep -P "$worker" && is_gone "$worker" &&
        ! grep -lsE "virtlab-$live-" /proc/[0-9]*/cgroup | grep -q .
}

leaves_nothing() {
    begin
    worker=$(pgrep -P "$live")
    "$@"
    expect_soon is_gone "$live"
    expect_soon nothing_left
    wait "$live" || :
}

input_ends() { exec {input}>&-; }
reader_goes() {
    boxes
    mkfifo input
    {
        virtlab live --platforms platforms.conf --platform plain <input &
        echo $! >pid
        wait $!
    } | head -n 3 >out &
    exec {input}>input
    expect_soon test -s pid
    live=$(cat pid)
    worker=$live
    expect_soon is_gone "$live"
    expect_soon nothing_left
}

it "takes commands, and says what the victims notice" takes_commands
it "refuses what it does not know, and lives on" refuses_and_lives_on
it "says how it is used" is_used_wrongly
it "goes on for as long as it is told" goes_on_for_so_long
it "speaks plainly on a terminal" speaks_plainly
it "leaves nothing when its input ends" leaves_nothing input_ends
it "leaves nothing when it is asked to end" leaves_nothing eval 'kill -TERM $live'
it "leaves nothing when the watching process is killed" leaves_nothing eval 'kill -KILL $live'
it "leaves nothing when the measuring process is killed" leaves_nothing eval 'kill -KILL $worker'
it "ends when nobody reads" reader_goes
finish
