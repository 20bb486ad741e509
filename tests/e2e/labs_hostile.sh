#!/bin/bash
# SPDX-License-Identifier: MIT
# What students hand in, and what machines do meanwhile: it costs a test, never the machine, and what is
# not the student's fault is not the student's loss.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

LAB=$BUILD/libexec/virtlab/virtlab-lab
teacher=$BUILD/teacher

# solution [STEP]: a started lab in ./work with the solution.
solution() {
    export XDG_STATE_HOME=$PWD/state
    minicontainer run busybox true 2>why || skip user "$(tail -n 1 why)"
    [ -d "$teacher/01-hello-vm" ] || skip user "this is a handout, without solutions"
    "$LAB" generate --step "${1:-6}" "$teacher/01-hello-vm/src" work
    echo 01-hello-vm >work/.virtlab-lab
}

# Nothing is left of a grading: no process of the box, no temporary folder.
left_nothing() {
    expect_soon nothing_runs 'hostname=lab'
    [ -z "$(find "$TMPDIR" -mindepth 1 -print -quit)" ] || fail "left: $(find "$TMPDIR" | head)"
}

own_tmp() {
    mkdir -m 1777 tmp
    export TMPDIR=$PWD/tmp
}

reports_code_that_does_not_compile() {
    own_tmp
    solution
    echo 'int half(' >>work/hello-vm.c
    expect_status 1 virtlab lab check 1 --in work
    expect_match out '^FAIL +builds'
    expect_match out '\| hello-vm.c:.*error'
    expect_match out "do this .*Mend the first error"
    expect_match out '^Score: 0/4'
    expect_status 1 virtlab lab grade 1 --in work
    expect_match out "do this .*first mend the build"
    expect_match out "^Score: 0/70"
    left_nothing
}

needs_its_files() {
    solution
    rm work/hello-vm.c
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out "seen .*'hello-vm.c' is missing"
    # A link is none of the student's files, wherever it leads.
    ln -s /etc/shadow work/hello-vm.c
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out "seen .*'hello-vm.c' is missing"
    rm work/hello-vm.c
    mkfifo work/hello-vm.c
    expect_status 1 virtlab lab check 1 builds --in work
}

ends_an_endless_loop() {
    own_tmp
    solution
    echo 'int main(void) { for (;;) ; }' >work/hello-vm.c
    expect_status 1 virtlab lab check 1 hello --in work
    expect_match out 'seen .*still ran after'
    left_nothing
}

ends_an_endless_output() {
    own_tmp
    solution
    echo 'int puts(const char *); int main(void) { for (;;) puts("y"); }' >work/hello-vm.c
    expect_status 1 virtlab lab check 1 hello --in work
    expect_match out 'seen .*wrote more than'
    left_nothing
}

survives_a_fork_bomb() {
    own_tmp
    solution
    printf 'hello-vm:\n\tsh -c '"'"'b() { b | b & }; b; sleep 60'"'"'\n' >work/Makefile
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out '^FAIL +builds'
    left_nothing
}

# The Makefile tells what it sees: no test, no solution, no home, no network, nothing to write to.
shows_a_makefile_nothing() {
    solution
    printf 'hello-vm:\n\t@find / \\( -path /proc -o -path /sys \\) -prune -o \\( -name hidden.conf -o -name public.conf -o -name INSTRUCTOR.md -o -name "01-hello-vm*" \\) -print 2>/dev/null; ls %s %s /home /root; ls /sys/class/net | sed "s/^/interface: /"; touch /usr/bin/x /source/x; id -u; exit 1\n' \
        "$teacher" "$SOURCE" >work/Makefile
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out "seen .*make hello-vm' failed:"
    expect_match out '\| 1000$'
    if grep -E 'hidden.conf|public.conf|INSTRUCTOR|01-hello-vm[./]' out | grep -v '^ *repeat'; then
        fail "a Makefile saw it"
    fi
    expect_match out "interface: lo$"
    [ "$(grep -c "interface: " out)" = 1 ] || fail "it sees a network: $(grep "interface: " out)"
    [ "$(grep -o 'No such file' out | wc -l)" -ge 4 ]
    [ "$(grep -o 'Read-only' out | wc -l)" = 2 ]
    [ ! -e /usr/bin/x ]
}

believes_no_claim_that_the_box_failed() {
    solution
    echo '#include <stdio.h>
int main(void) { fputs("minicontainer run: cannot make namespaces", stderr); return 125; }' >work/hello-vm.c
    expect_status 1 virtlab lab check 1 hello --in work
    expect_match out '^FAIL +hello'
}

takes_no_endless_program() {
    own_tmp
    solution
    printf 'hello-vm:\n\tln -s /dev/zero $@\n' >work/Makefile
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out 'seen .*larger than 16 MiB'
    left_nothing
}

cleans_what_a_program_writes() {
    solution
    printf 'hello-vm:\n\tprintf "\\033[2Jcleared \\342\\200\\256" >&2; exit 1\n' >work/Makefile
    status_of virtlab lab check 1 builds --in work
    if grep -q "$(printf '\033')" out; then fail "an escape sequence reached the terminal"; fi
    status_of virtlab lab check 1 builds --in work --json
    if grep -q "$(printf '\033')" out; then fail "an escape sequence is in the JSON"; fi
}

ends_by_ctrl_c() {
    own_tmp
    solution
    echo 'int main(void) { for (;;) ; }' >work/hello-vm.c
    # A shell has its background processes ignore the signal.
    env --default-signal=INT virtlab lab grade 1 --teacher "$teacher" --in work >out 2>err &
    local grader=$!
    expect_soon something_runs '/lab/hello-vm'
    kill -INT "$grader"
    status=0
    wait "$grader" || status=$?
    [ "$status" != 0 ]
    left_nothing
    [ ! -e "$XDG_STATE_HOME/virtlab/labs/01-hello-vm.json" ] || fail "an interrupted grade is remembered"
}

grades_twice_at_once() {
    need kvm
    solution
    virtlab lab grade 1 --teacher "$teacher" --in work >first 2>&1 &
    virtlab lab grade 1 --teacher "$teacher" --in work >second 2>&1
    wait $!
    expect_match first '^Score: 100/100'
    expect_match second '^Score: 100/100'
}

finds_a_folder_that_was_moved() {
    solution
    mkdir elsewhere
    mv work "elsewhere/my own lab"
    cd "elsewhere/my own lab"
    expect_status 0 virtlab lab check 1 builds
    cd ../..
    expect_status 125 virtlab lab check 1
    expect_match err "no folder of the lab 01-hello-vm here"
    expect_status 125 virtlab lab check 1 --in elsewhere
}

# Also: an ordinary user, who may not open /dev/kvm, and has no home to remember a grade in.
grades_a_folder_that_is_read_only() {
    need user root
    solution
    chmod -R a-w,a+rX work
    own_tmp
    # The teacher's tests are out of this user's reach.
    status=0
    as_user virtlab lab grade 1 --teacher "$teacher" --in work >out 2>err || status=$?
    [ "$(id -u)" != 0 ] || [ "$status" = 125 ] || fail "hidden tests in reach: $(cat out)"
    as_user env XDG_STATE_HOME=/proc/none virtlab lab grade 1 --in work >out 2>err || true
    expect_match out '^OK +builds'
    expect_match err 'warning: the grade is not remembered'
    if ! as_user test -w /dev/kvm; then
        expect_match out '^SKIP +api'
        expect_match out '^Score: 4/4'
        expect_match out '^66 points could not be tried'
        expect_match out '^30 points more'
    fi
}

blames_nobody_for_a_full_disk() {
    need root
    solution
    mkdir full
    expect_status 1 unshare --mount sh -c \
        "mount -t tmpfs -o size=8k,nr_inodes=12 full full && TMPDIR=$PWD/full virtlab lab grade 1 --teacher $teacher --in work"
    expect_match out '^BROKEN +builds'
    expect_match out 'No space left'
    expect_match out '^Score: 0/0'
    if grep -q '^FAIL' out; then fail "the student was blamed: $(cat out)"; fi
}

starts_only_once() {
    export XDG_STATE_HOME=$PWD/state
    expect_status 0 virtlab lab start 1
    echo mine >01-hello-vm/hello-vm.c
    expect_status 125 virtlab lab start 1
    expect_match err 'there already'
    [ "$(cat 01-hello-vm/hello-vm.c)" = mine ]
    expect_status 0 virtlab lab start hello-vm another
    expect_status 0 virtlab lab list
    expect_match out 'started'
    expect_status 125 virtlab lab start 77
    expect_status 125 virtlab lab dance 1
}

gives_hints() {
    expect_status 0 virtlab lab hint 1 5
    expect_match out 'since the 8086'
    if grep -q 'Permission denied' out; then fail "a hint of another step"; fi
    expect_status 0 virtlab lab hint 1
    expect_match out '^6\. '
    expect_status 125 virtlab lab hint 1 60
}

catches_up_and_keeps_the_students_own() {
    solution 0
    echo '/* my own */' >>work/hello-vm.c
    expect_status 0 virtlab lab catch-up 1 4 --in work
    expect_match work/hello-vm.c 'KVM_CREATE_VCPU'
    expect_match work/hello-vm.c 'step 5 is still to do'
    expect_match work/.mine-1-hello-vm.c 'my own'
    expect_status 125 virtlab lab catch-up 1 7 --in work
}

hands_in_what_can_be_graded() {
    need kvm
    solution
    ln -s /etc/passwd work/passwd
    expect_status 0 virtlab lab submit 1 --in work
    tar -tf 01-hello-vm.tar.gz >list
    if grep -q passwd list; then fail "a link was followed, or taken along"; fi
    (cd work && virtlab lab submit 1 >/dev/null && virtlab lab submit 1 >/dev/null)
    tar -tf work/01-hello-vm-2.tar.gz >list
    if grep -q tar.gz list; then fail "an archive is in the next one"; fi
    mkdir there
    tar -C there -xf 01-hello-vm.tar.gz
    expect_status 0 virtlab lab grade 1 --teacher "$teacher" --in there/01-hello-vm --elsewhere
    expect_match out '^Score: 100/100'
}

remembers_the_grade() {
    need kvm
    solution
    expect_status 0 virtlab lab grade 1 --teacher "$teacher" --in work
    expect_status 0 virtlab lab list
    expect_match out 'graded +100/100'
    # So does the dashboard.
    virtlab tui --once --screen labs "$SOURCE/docs/example" >screen
    expect_match screen '01-hello-vm .*100/100'
    # Whatever lies there is no reason to fail.
    echo '[' >"$XDG_STATE_HOME/virtlab/labs/01-hello-vm.json"
    expect_status 0 virtlab lab list
}

# A function that is begun and not ended well: it builds, and dies.
tells_how_half_written_code_died() {
    own_tmp
    solution
    echo 'int main(void) { return *(volatile int *)8; }' >work/hello-vm.c
    expect_status 1 virtlab lab check 1 hello --in work
    expect_match out 'seen .*killed by signal 11'
    left_nothing
}

# However much it says before: what it said last tells most.
shows_the_last_line_of_many() {
    solution
    cat >work/hello-vm.c <<'END'
#include <stdio.h>
int main(void) { for (int i = 0; i < 500; i++) fprintf(stderr, "line %d\n", i); fputs("the end\n", stderr); return 3; }
END
    expect_status 1 virtlab lab check 1 hello --in work
    expect_match out "seen .*exit status 3; the end"
}

# Who does the first step is not told how the later ones are done, nor who has the whole source tree.
shows_no_answers_of_later_steps() {
    need kvm
    solution 1
    expect_status 1 virtlab lab check 1 --in work
    expect_match out '^OK +api'
    expect_match out '^FAIL +machine'
    if grep -E 'cs\.base|KVM_CREATE_VCPU|string-out' out; then fail "later steps are told"; fi
    expect_match out '^Tests of later steps: 4\.'
    expect_match out '^Score: 12/20'
    expect_status 1 virtlab lab grade 1 --in work
    expect_match out '^FAIL +hello'
    expect_match out '^Score: 12/70'
    expect_match out '^30 points more'
    expect_status 1 virtlab lab grade 1 --teacher "$teacher" --in work
    expect_match out '^FAIL +string-out'
}

# A checkout on a read-only file system: virtlab, its labs, and the student's folder.
works_in_a_read_only_checkout() {
    need root
    own_tmp
    solution
    mkdir checkout mine
    cat >script <<'END'
set -e
mount --bind "$BUILD" checkout
mount -o remount,bind,ro checkout
mount --bind work mine
mount -o remount,bind,ro mine
PATH=$PWD/checkout/bin:$PATH
! touch mine/x checkout/x 2>/dev/null
virtlab lab check 1 builds --in mine
virtlab lab submit 1 --in mine
tar -tzf 01-hello-vm.tar.gz
if virtlab lab start 1 mine/new; then exit 9; fi
END
    BUILD=$BUILD expect_status 0 unshare --mount bash script
    expect_match out '^OK +builds'
    expect_match out 'hello-vm\.c$'
    expect_match err 'mine/new.*Read-only'
    left_nothing
}

# Neither half an archive nor half a folder is left.
leaves_nothing_half_on_a_full_disk() {
    need root
    own_tmp
    solution
    head -c 60000 /dev/urandom >work/notes.txt
    mkdir full
    cat >script <<'END'
mount -t tmpfs -o size=16k full full
work=$PWD/work
cd full
virtlab lab submit 1 --in "$work" && exit 9
virtlab lab start 1 && exit 9
ls -A
END
    expect_status 0 unshare --mount bash script
    [ ! -s out ] || fail "left: $(cat out)"
    expect_match err 'disk full|No space'
    left_nothing
}

speaks_korean() {
    solution 0
    expect_status 1 env LANGUAGE=ko virtlab lab check 1 --in work
    expect_match out '1단계'
    if grep -E 'step 1: |open\(\) with' out | grep -v 'KVM speaks\|still to do'; then fail "English in a Korean report"; fi
}

# Without KVM the recording shows a right program what KVM shows it, and a wrong one that it is wrong.
follows_lab_1_by_a_recording() {
    solution
    cd work
    make -s hello-vm hello.bin replay.so
    LD_PRELOAD=./replay.so expect_status 0 ./hello-vm hello.bin
    [ "$(cat out)" = 'Hello from ring 0!' ]
    expect_match err '^step 6: '
    printf '\364' >other.bin
    LD_PRELOAD=./replay.so expect_status 1 ./hello-vm other.bin
    cd ..
    rm -r work
    "$LAB" generate --mutant code-segment-of-reset "$teacher/01-hello-vm/src" work
    cd work
    make -s hello-vm hello.bin replay.so
    LD_PRELOAD=./replay.so expect_status 1 ./hello-vm hello.bin
    expect_match err 'exit reason 17'
}

it "follows lab 1 by a recording, without KVM" follows_lab_1_by_a_recording

# nested CODE: a started lab 05 in ./work, whose program is this: it may make namespaces.
nested() {
    export XDG_STATE_HOME=$PWD/state
    minicontainer run --nested busybox true 2>why || skip user "$(tail -n 1 why)"
    [ -d "$teacher/05-namespaces" ] || skip user "this is a handout, without solutions"
    "$LAB" generate --step 6 "$teacher/05-namespaces/src" work
    echo 05-namespaces >work/.virtlab-lab
    printf '%s\n' '#define _GNU_SOURCE' '#include <errno.h>' '#include <sched.h>' '#include <signal.h>' '#include <stdio.h>' \
        '#include <string.h>' '#include <fcntl.h>' '#include <sys/mount.h>' '#include <sys/prctl.h>' '#include <sys/stat.h>' '#include <sys/syscall.h>' \
        '#include <sys/wait.h>' '#include <unistd.h>' \
        'static void put(const char *file, const char *text) { int f = open(file, O_WRONLY); if (f < 0 || write(f, text, strlen(text)) < 0) perror(file); close(f); }' \
        'static char allowed[200]; static int refused;' \
        'static void try(const char *what, int result) { if (result < 0) refused++; else strcat(strcat(allowed, what), ","); }' \
        "int main(void) { if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) < 0) { perror(\"unshare\"); return 1; }" \
        'put("/proc/self/setgroups", "deny"); put("/proc/self/uid_map", "0 1000 1");' \
        "$1" 'return 1; }' >work/jail.c
}

# Root of a namespace of its own is root of nothing that was there before.
gives_namespaces_and_nothing_of_the_host() {
    own_tmp
    nested 'struct stat s; char line[9];
        try("own mount", mount("x", "/tmp", "tmpfs", 0, ""));
        try("remount", mount(0, "/usr/bin", 0, MS_REMOUNT | MS_BIND, 0));
        try("write", open("/usr/bin/intruder", O_CREAT | O_WRONLY, 0600));
        try("uncover", umount2("/usr/bin", MNT_DETACH));
        try("uncover sys", umount2("/sys/firmware", MNT_DETACH));
        try("disk", mount("/dev/vda", "/tmp", "ext4", 0, ""));
        try("device", mknod("/tmp/kmsg", S_IFCHR | 0600, (1 << 8) | 11) < 0 ? -1 : open("/tmp/kmsg", O_RDONLY));
        try("kernel setting", open("/proc/sys/kernel/core_pattern", O_WRONLY));
        try("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
        try("kernel memory", open("/proc/kcore", O_RDONLY));
        try("kernel log", (int)syscall(SYS_syslog, 3, line, 9));
        try("keyring", (int)syscall(SYS_keyctl, 0, -3, 1));
        try("bpf", (int)syscall(SYS_bpf, 0, 0, 0));
        try("file handle", (int)syscall(SYS_open_by_handle_at, -1, 0, 0));
        try("new mount calls", (int)syscall(SYS_fsopen, "proc", 0));
        try("device kvm", stat("/dev/kvm", &s));
        fprintf(stderr, "allowed %s refused %d, no new privileges %d", allowed, refused, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));'
    expect_status 1 virtlab lab check 5 name --in work
    expect_match out 'seen .*allowed own mount, refused 15, no new privileges 1'
    left_nothing
}

# Neither a bomb in a namespace of its own, nor one of namespaces.
survives_a_bomb_in_namespaces() {
    own_tmp
    nested 'for (;;) { fork(); unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS); }'
    expect_status 1 virtlab lab check 5 name --in work
    expect_match out '^FAIL +name'
    left_nothing
}

# Only this lab says that it may: in the others it is refused as before.
gives_namespaces_to_no_other_lab() {
    solution
    printf 'hello-vm:\n\t@unshare --user true 2>&1; exit 1\n' >work/Makefile
    expect_status 1 virtlab lab check 1 builds --in work
    expect_match out 'unshare failed: Operation not permitted'
}


# A machine on which everything takes longer has longer limits: here each box takes 0.4 s more to be made.
scales_time_limits_with_the_machine() {
    need root
    solution
    echo 'int main(void) { for (;;) ; }' >work/hello-vm.c
    cat >slow <<END
#!/bin/sh
sleep 0.4
exec $PWD/real/bin/minicontainer "\$@"
END
    mkdir -p real/bin
    cp "$BUILD/bin/minicontainer" real/bin
    ln -s "$BUILD/share" "$BUILD/libexec" real
    chmod +x slow
    expect_status 1 unshare --mount sh -c \
        "mount --bind slow $BUILD/bin/minicontainer && virtlab lab check 1 hello --in work --json"
    local factor seconds
    factor=$(sed -nE 's/.*"time_factor": ([0-9.]+).*/\1/p' out)
    seconds=$(sed -nE 's/.*still ran after ([0-9]+) s.*/\1/p' out)
    awk -v factor="$factor" -v seconds="$seconds" \
        'BEGIN { exit !(factor > 2 && seconds >= int(5 * factor) && seconds <= int(5 * factor) + 1) }' ||
        fail "factor $factor, limit $seconds s: $(cat out)"
}

# In the name of the folder, of a file in it, of the results.
takes_names_with_spaces() {
    export XDG_STATE_HOME=$PWD/state
    minicontainer run busybox true 2>why || skip user "$(tail -n 1 why)"
    [ -d "$teacher/05-namespaces" ] || skip user "this is a handout, without solutions"
    mkdir 'a folder'
    cd 'a folder'
    "$LAB" generate --step 6 "$teacher/05-namespaces/src" "my lab's"
    echo 05-namespaces >"my lab's/.virtlab-lab"
    echo 'a note' >"my lab's/what I 'think' \$(so far).txt"
    cp -r "$teacher/05-namespaces/results" 'my results'
    expect_status 0 virtlab lab grade 5 --in "my lab's" --results 'my results' --elsewhere
    expect_match out '^OK +builds'
    expect_match out '^OK +none-us'
    expect_status 0 virtlab lab submit 5 --in "my lab's" --results 'my results'
    mkdir there
    tar -C there -xf 05-namespaces.tar.gz
    cmp "my lab's/what I 'think' \$(so far).txt" there/05-namespaces/what*
    [ -s there/05-namespaces/results/latest/samples.jsonl ]
}

it "reports code that does not compile, with the compiler's words" reports_code_that_does_not_compile
it "tells how half-written code died" tells_how_half_written_code_died
it "shows the last line of standard error, however many there are" shows_the_last_line_of_many
it "says which file is missing, and follows no link" needs_its_files
it "ends an endless loop" ends_an_endless_loop
it "ends an endless output" ends_an_endless_output
it "survives a fork bomb in a Makefile" survives_a_fork_bomb
it "shows a hostile Makefile no test, solution, home or network" shows_a_makefile_nothing
it "believes no program that says that the box failed" believes_no_claim_that_the_box_failed
it "gives namespaces to who needs them, and nothing of the host" gives_namespaces_and_nothing_of_the_host
it "survives a bomb in namespaces of its own" survives_a_bomb_in_namespaces
it "gives namespaces to no other lab" gives_namespaces_to_no_other_lab
it "takes no endless file for a program" takes_no_endless_program
it "lets no output of a build reach the terminal as it is" cleans_what_a_program_writes
it "ends by Ctrl-C, and leaves nothing" ends_by_ctrl_c
it "grades twice at once" grades_twice_at_once
it "has longer time limits where all takes longer" scales_time_limits_with_the_machine
it "takes names with spaces and quotes" takes_names_with_spaces
it "finds a folder that was moved and renamed" finds_a_folder_that_was_moved
it "grades a folder that is read-only, for an ordinary user" grades_a_folder_that_is_read_only
it "blames nobody for a full disk" blames_nobody_for_a_full_disk
it "works in a checkout that is read-only" works_in_a_read_only_checkout
it "leaves nothing half on a full disk" leaves_nothing_half_on_a_full_disk
it "speaks Korean to who asks for it" speaks_korean
it "starts a lab only where nothing is" starts_only_once
it "gives the hints of one step" gives_hints
it "shows no answers of later steps, and hidden tests to teachers only" shows_no_answers_of_later_steps
it "catches up, and keeps what the student wrote" catches_up_and_keeps_the_students_own
it "hands in what can be graded" hands_in_what_can_be_graded
it "remembers the last grade" remembers_the_grade
finish
