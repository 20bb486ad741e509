#!/bin/bash
# SPDX-License-Identifier: MIT
# The dashboard on a terminal: tmux is the terminal, and the tests wait for text.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tmux.sh
. "$(dirname "$0")/../tmux.sh"

EXAMPLE=$SOURCE/docs/example

start() {
    keys "virtlab tui $* '$EXAMPLE'; echo left with \$?" Enter
    shown 'start to first output'
}

# The shell's screen is back, echo is on, and typed text is seen.
restored() {
    [ -z "$1" ] || shown "left with $1"
    gone 'F10Quit'
    keys 'echo typed-$((40 + 2))' Enter
    shown '^typed-42'
    keys 'stty -a' Enter
    shown ' echo '
    shown ' icanon '
}

goes_through_the_screens() {
    start
    keys 2
    shown 'share of starts'
    keys Tab
    shown 'a program tries to'
    keys 4
    shown 'no neighbours'
    keys 5
    shown 'No exits are recorded'
    keys 6
    shown 'what is said'
    keys 7
    shown 'when'
    keys 8
    shown '01-hello-vm'
    keys Enter
    shown 'Asked: '
    keys 1 '?'
    shown 'this help'
    keys q
    gone 'this help'
    keys F10
    restored 0
}

explains_a_cell() {
    start
    keys 3 / mount Enter
    shown '^> mount a file system'
    keys Right Right Right Enter
    shown 'Tried: the probe'
    shown 'Verdict: refused'
    shown 'in the way in a container'
    keys Escape
    gone 'Tried: the probe'
    keys q
    restored 0
}

filters_and_sorts() {
    start
    keys F4
    shown 'filter:'
    keys copy Enter
    shown 'only rows with .copy'
    gone 'system call'
    keys Escape
    shown 'system call'
    keys s
    shown 'the smallest first'
    keys :scr Tab isol Enter
    shown 'a program tries to'
    keys :nonsense Enter
    shown "no command 'nonsense'"
    keys q
    restored 0
}

follows_the_size() {
    start
    tmux -S "$socket" resize-window -x 132 -y 43
    shown '1 Compare.2 Start-up'
    tmux -S "$socket" resize-window -x 30 -y 8
    shown 'too small: 30x8'
    tmux -S "$socket" resize-window -x 80 -y 24
    shown '^.1Compare.2Start-up'
    keys q
    restored 0
}

stops_and_goes_on() {
    start
    keys 3
    shown 'a program tries to'
    keys C-z
    shown 'Stopped'
    keys 'echo between-$((1 + 1))' Enter
    shown '^between-2'
    keys fg Enter
    shown 'F10Quit'
    shown 'a program tries to'
    keys q
    restored '' # what stands behind the command ran when it was stopped
}

goes_through_a_record() {
    printf '[\n' >timeline
    for i in {1..300}; do
        echo "{\"name\":\"MMIO\",\"cat\":\"exit\",\"ph\":\"X\",\"ts\":$i.5,\"dur\":2},"
    done >>timeline
    start --timeline "$PWD/timeline"
    keys 5
    shown 'exit 300 of 300'
    # It grows while it is looked at.
    echo '{"name":"HLT","cat":"exit","ph":"X","ts":400,"dur":9}' >>timeline
    shown 'exit 301 of 301'
    shown 'HLT +1 '
    keys '['
    shown 'held at exit 300 of 301'
    gone 'HLT +1 '
    keys Up
    shown 'held at exit 299 of 301'
    keys j
    shown 'held at exit 300 of 301'
    keys PageUp
    shown 'held at exit 296 of 301'
    keys Home
    shown 'held at exit 1 of 301'
    keys ':forward 41' Enter
    shown 'held at exit 42 of 301'
    keys Space
    shown 'exit 301 of 301; space'
    keys q
    restored 0
}

records_a_machine() {
    need kvm
    start
    keys 5 F5
    shown '^:trace syscall'
    keys C-u 'trace hello' Enter
    shown 'the program has ended'
    shown 'exit_group'
    keys ':trace nothing' Enter
    shown "no workload .nothing."
    keys ':trace syscall 100000000' Enter
    shown 'getppid +[0-9]{4}'
    something_runs workloads/syscall
    keys q
    restored 0
    expect_soon nothing_runs workloads/syscall
}

pid_of_tui() { pgrep -f "virtlab-tui.*$EXAMPLE|virtlab tui.*$EXAMPLE" -P "$(tmux -S "$socket" display -p '#{pane_pid}')"; }

ends_by_signal() {
    start
    kill -"$1" "$(pid_of_tui)"
    restored "$2"
}

# A handler that restores the terminal is of no use to a thread that blocks its signal: the kernel ends
# the process at once. ILL, ABRT, BUS, FPE and SEGV in the mask of proc_pid_status(5).
its_threads_can_crash() {
    local task blocked threads=0
    start
    for task in "/proc/$(pid_of_tui)/task/"*; do
        blocked=$(sed -n "s/^SigBlk:\\t//p" "$task/status")
        [ $((16#$blocked & 0x4e8)) = 0 ] || fail "$task blocks $blocked"
        threads=$((threads + 1))
    done
    [ "$threads" -ge 2 ]
    keys q
    restored 0
}

refuses_a_dumb_terminal() {
    keys "TERM=dumb virtlab tui '$EXAMPLE'; echo left with \$?" Enter
    shown "cannot move its cursor"
    restored 125
}

has_colour() { tmux -S "$socket" capture-pane -p -e | grep -q "$(printf '\033\\[[0-9;]*[34]8;5;')"; }
has_ground() { tmux -S "$socket" capture-pane -p -e | grep -q "48;5;$1[;m]"; }
has_no_colour() { ! tmux -S "$socket" capture-pane -p -e | grep -Eq "$(printf '\033\\[[0-9;]*[34][0-8]')"; }

knows_its_themes() {
    keys 'export TERM=tmux-256color' Enter
    start
    expect_soon has_colour
    expect_soon has_ground 238 # the row under the cursor
    keys :theme Space light Enter
    shown 'theme: light'
    expect_soon has_ground 254
    keys :theme Space mono Enter
    shown 'theme: mono'
    expect_soon has_no_colour
    keys q
    shown 'left with 0'
    keys C-l
    keys 'clear; NO_COLOR=1 ' 
    start --ascii
    expect_soon has_no_colour
    keys q
    restored 0
}

draws_what_comes() {
    mkdir -p results/run
    head -n 1 "$EXAMPLE/samples.jsonl" >results/run/samples.jsonl
    ln -s run results/latest
    keys "virtlab tui '$PWD/results/latest'; echo left with \$?" Enter
    shown 'no figures in these results yet'
    sed -n '2,$p' "$EXAMPLE/samples.jsonl" >>results/run/samples.jsonl
    shown 'start to first output'
    # Another run becomes the latest one.
    mkdir results/second
    sed 's/"run":"[^"]*"/"run":"second"/' "$EXAMPLE/samples.jsonl" >results/second/samples.jsonl
    ln -sfn second results/next
    mv -T results/next results/latest
    shown 'virtlab  second'
    keys q
    restored 0
}

replays() {
    local count
    count=$(grep -c '"platform":' "$EXAMPLE/samples.jsonl")
    keys "virtlab tui --replay --speed 100 '$EXAMPLE'; echo left with \$?" Enter
    shown "of $count samples"
    shown "$count of $count samples"
    keys q
    restored 0
}

# With a program that shows pictures it gets the file; else there is text, under the file's name.
opens_the_plot() {
    need gnuplot
    make_script viewer 'echo "$@" >>shown'
    cp -r "$EXAMPLE" run
    keys "VIRTLAB_VIEWER='$PWD/viewer' virtlab tui run; echo left with \$?" Enter
    shown 'start to first output'
    keys 2 o
    shown 'run/plots/startup.svg: shown by'
    expect_soon grep -qx 'run/plots/startup.svg' shown
    [ -s run/plots/startup.svg ]
    keys 3 o
    expect_soon grep -qx 'run/plots/escape.svg' shown
    keys q
    shown 'left with 0'
    keys "clear; env -u DISPLAY -u WAYLAND_DISPLAY virtlab tui run" Enter
    shown 'start to first output'
    keys o
    shown 'as pictures: run/plots'
    shown 'least, quartiles'
    keys Escape
    gone 'as pictures: run/plots'
    keys q
    restored ''
}

makes_its_pictures() {
    need tmux
    mkdir pictures
    "$SOURCE/docs/tui/pictures.sh" "$BUILD" "$EXAMPLE" pictures
    for name in compare start-up isolation neighbours claims results labs help; do
        grep -q "tui/$name.svg" "$SOURCE/docs/tui.md" || [ "$name" = help ]
        [ "$(grep -c "<text" "pictures/$name.svg")" -gt 15 ] || fail "there is little in $name.svg"
        [ "$(tail -n 1 "pictures/$name.svg")" = "</svg>" ]
        ! LC_ALL=C grep -q "[[:cntrl:]]" "pictures/$name.svg" || fail "a control character in $name.svg"
    done
    grep -q "start&#160;to&#160;first&#160;output" pictures/compare.svg
    grep -q "Verdict:&#160;" pictures/isolation.svg
}

compares_two_runs() {
    mkdir results
    "$BUILD/tests/tools/make_samples" results/20260102T030405Z-one 1
    "$BUILD/tests/tools/make_samples" results/20260102T030406Z-two 2 5
    ln -s 20260102T030406Z-two results/latest
    keys "virtlab tui '$PWD/results/latest'; echo left with \$?" Enter
    shown 'start to first output'
    keys 7
    shown '2026-01-02 03:04:06'
    keys m Down m d
    shown 'old 20260102T030405Z-one, new 20260102T030406Z-two'
    shown 'container'
    keys Escape e
    shown 'report written'
    [ -s results/20260102T030406Z-two/report.html ]
    keys q
    restored 0
}

# A run that a key has started survives the dashboard, unless it is told otherwise.
runs_and_leaves() {
    mkdir results
    "$BUILD/tests/tools/make_samples" results/first 1
    ln -s first results/latest
    keys "virtlab tui '$PWD/results/latest'; echo left with \$?" Enter
    shown 'start to first output'
    keys r
    shown 'Enter does it'
    keys C-u
    keys 'run startup --platform native --runs 1000' Enter
    shown 'running: startup'
    keys Space
    shown 'paused: startup'
    keys Space
    shown 'running: startup'
    keys q
    shown 'A run is in progress'
    keys "$1"
    shown 'left with 0'
    [ -e results/latest/progress.json ] || [ "$1" = y ]
}

leaves_it_running() {
    local pid
    runs_and_leaves n
    pid=$(grep -o '"pid":[0-9]*' results/latest/progress.json | cut -d: -f2)
    kill -0 "$pid"
    kill "$pid"
    expect_soon no_run
}

no_run() { [ ! -e results/latest/progress.json ]; }

stops_it() {
    runs_and_leaves y
    expect_soon no_run
}

# An open explanation may take the first key for its own.
x_ends_it() { no_run || { keys x && false; }; }

# By a signal that nobody can catch, from another terminal.
stops_what_stands_still() {
    local pid
    runs_and_leaves n
    pid=$(grep -o '"pid":[0-9]*' results/latest/progress.json | cut -d: -f2)
    kill -STOP "$pid"
    keys clear Enter "virtlab tui '$PWD/results/latest'; echo left with \$?" Enter
    shown 'paused: startup'
    expect_soon x_ends_it
    keys q
    restored 0
}

it "goes through its screens and leaves the terminal as it was" in_tmux 80x24 goes_through_the_screens
it "explains a cell of the matrix" in_tmux 80x24 explains_a_cell
it "filters, sorts, and takes commands" in_tmux 80x24 filters_and_sorts
it "goes through a record of exits that grows" in_tmux 80x24 goes_through_a_record
it "records a machine, and takes it along when it leaves" in_tmux 80x24 alone workload_syscall records_a_machine
it "follows the size of the window" in_tmux 80x24 follows_the_size
it "is suspended and goes on" in_tmux 80x24 stops_and_goes_on
it "restores the terminal on SIGTERM" in_tmux 80x24 ends_by_signal TERM 143
it "restores the terminal on SIGHUP" in_tmux 80x24 ends_by_signal HUP 129
it "restores the terminal when it crashes" in_tmux 80x24 ends_by_signal SEGV 139
it "restores the terminal when a thread of it crashes" in_tmux 80x24 its_threads_can_crash
it "refuses a terminal that it cannot draw on" in_tmux 80x24 refuses_a_dumb_terminal
it "changes its theme, and knows NO_COLOR" in_tmux 80x24 knows_its_themes
it "draws samples as they come, and follows the latest run" in_tmux 80x24 draws_what_comes
it "replays a recorded run" in_tmux 80x24 replays
it "opens the plot" in_tmux 80x24 opens_the_plot
it "makes the pictures in its documentation" makes_its_pictures
it "compares two runs and exports a report" in_tmux 80x24 compares_two_runs
# The comparison is a command of its own, and what was stopped from here was not cut off.
compares_and_stops() {
    mkdir results
    "$BUILD/tests/tools/make_samples" results/first 1
    ln -s first results/latest
    keys "virtlab tui '$PWD/results/latest'; echo left with \$?" Enter
    shown 'start to first output'
    keys ':run compare --platform native --runs 1000' Enter
    shown 'running: startup'
    keys x
    shown 'stopped from here'
    shown 'the run was stopped' # until then q asks whether it is to
    expect_soon no_run
    compgen -G 'results/*Z-compare' >/dev/null
    keys q
    restored 0
}

it "runs the comparison, and stops it" in_tmux 80x24 compares_and_stops
it "starts a run that goes on when we leave" in_tmux 80x24 leaves_it_running
it "stops the run on leaving if told so" in_tmux 80x24 stops_it
it "stops a run that stands still" in_tmux 80x24 stops_what_stands_still
finish
