/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/threads_calls.h"

#include <asm/ioctls.h>
#include <linux/kvm.h>

/* --- both ------------------------------------------------------------------------------------ */

static const struct sandbox_call tell_table[] = {
    SANDBOX_CALL(SYS_writev),
    SANDBOX_CALL(SYS_getpid), /* the timeline asks whose event it is */
    SANDBOX_CALL(SYS_gettid),
};
static const struct sandbox_group tell =
    SANDBOX_GROUP("tell what happens, for --timeline and --explain", tell_table);

/* --- a vCPU ---------------------------------------------------------------------------------- */

static const struct sandbox_call run_table[] = {
    SANDBOX_IOCTL(KVM_RUN),
    SANDBOX_IOCTL(KVM_GET_REGS), /* to say where a guest was with which KVM cannot go on */
};
static const struct sandbox_group run = SANDBOX_GROUP("run the guest", run_table);

static const struct sandbox_call serve_table[] = {
    SANDBOX_CALL(
        SYS_write), /* eventfds: raise interrupts, wake devices' threads, end the machine */
};
static const struct sandbox_group serve = SANDBOX_GROUP("serve its exits", serve_table);

static const struct sandbox_call usage_table[] = {SANDBOX_CALL(SYS_getrusage)};
static const struct sandbox_group usage =
    SANDBOX_GROUP("tell at the end how much processor time it took", usage_table);

const struct sandbox_group *const cpu_thread_calls[] = {&run,   &serve, &sandbox_basics,
                                                        &usage, &tell,  NULL};

/* --- the main thread ------------------------------------------------------------------------- */

static const struct sandbox_call wait_table[] = {
    SANDBOX_CALL(SYS_poll), SANDBOX_CALL(SYS_read), /* which signal it was */
};
static const struct sandbox_group wait = SANDBOX_GROUP("wait for the end", wait_table);

static const struct sandbox_call stop_table[] = {
    SANDBOX_CALL(SYS_write), /* eventfds of the devices' threads */
    SANDBOX_CALL(SYS_tkill), /* musl's pthread_kill(3): vCPUs out of the guest */
    SANDBOX_CALL(SYS_tgkill),
    SANDBOX_CALL(SYS_rt_sigaction),
};
static const struct sandbox_group stop = SANDBOX_GROUP("stop the other threads", stop_table);

static const struct sandbox_call release_table[] = {
    SANDBOX_CALL(SYS_close),
    SANDBOX_CALL(SYS_wait4), /* the network's process, and whoever guards the terminal */
};
static const struct sandbox_group release = SANDBOX_GROUP("give back what it has", release_table);

static const struct sandbox_call terminal_table[] = {
    SANDBOX_IOCTL(TCGETS),  SANDBOX_IOCTL(TCSETS),     SANDBOX_IOCTL(TCSETSW),
    SANDBOX_IOCTL(TCSETSF), SANDBOX_IOCTL(TIOCGWINSZ),
};
static const struct sandbox_group terminal = SANDBOX_GROUP(
    "leave the terminal as it was, and ask for its size; not TIOCSTI, which types into it",
    terminal_table);

static const struct sandbox_call end_table[] = {
    SANDBOX_CALL(SYS_pread64),                               /* KVM's counters, for --stats */
    SANDBOX_CALL(SYS_fstat),   SANDBOX_CALL(SYS_newfstatat), /* glibc, before it writes to a file */
    SANDBOX_CALL(SYS_lseek),   SANDBOX_CALL(SYS_exit_group),
};
static const struct sandbox_group end = SANDBOX_GROUP("print, and end", end_table);

const struct sandbox_group *const main_thread_calls[] = {&wait, &sandbox_basics, &stop, &release,
                                                         &tell, &terminal,       &end,  NULL};
