/* SPDX-License-Identifier: MIT */
/*
 * /init: the first process of the guest.
 *
 * When a kernel has found its processors, its memory and its devices, it unpacks the initial RAM
 * file system, executes /init in it as process 1, and from then on only answers. All that a system
 * is beyond its kernel, process 1 has to bring about:
 *
 *   - the file systems that show the kernel's own state: nothing is mounted yet;
 *   - drivers that are not part of the kernel: modules are files, and somebody must load them;
 *   - processes: there is no other one, and every process will descend from this one;
 *   - their burial: a process whose parent has died becomes a child of process 1, and stays a
 *     zombie until it is waited for;
 *   - the end: when process 1 returns, the kernel panics. It has to power the machine off.
 *
 * This init has one job of three: run the program that minivmm has put beside it (program.c), or a
 * script named on the kernel's command line, or a shell on the console. Then the machine ends.
 */
#include "minivmm/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool has_ports;

/* A byte for the VMM. Writing to a port leaves the guest: each mark is one VM exit. */
void mark(unsigned char byte)
{
    if (has_ports)
        outb(byte, PORT_MARK);
}

void say(const char *format, ...)
{
    va_list args;

    fputs("init: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\r\n", stderr);
}

/* --- the file systems ------------------------------------------------------------------------ */

static void mount_one(const char *type, const char *target, unsigned long flags, const char *data)
{
    if (mkdir(target, 0755) < 0 && errno != EEXIST)
        say("cannot make %s: %s", target, strerror(errno));
    else if (mount(type, target, type, flags, data) < 0)
        say("cannot mount %s at %s: %s", type, target, strerror(errno));
}

static void mount_all(void)
{
    mount_one("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_one("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    /* The kernel makes the device nodes in there by itself, and removes them. */
    mount_one("devtmpfs", "/dev", MS_NOSUID, NULL);
    mount_one("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=620,ptmxmode=666");
    mount_one("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, NULL);
    mount_one("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, NULL);
    mount_one("tmpfs", "/run", MS_NOSUID | MS_NODEV, NULL);
    chmod("/tmp", 01777);
    chmod("/dev/shm", 01777);
    /* Programs expect these names, which lead into /proc. */
    (void)!symlink("/proc/self/fd", "/dev/fd");
    (void)!symlink("/proc/self/fd/0", "/dev/stdin");
    (void)!symlink("/proc/self/fd/1", "/dev/stdout");
    (void)!symlink("/proc/self/fd/2", "/dev/stderr");
}

/* --- the drivers ----------------------------------------------------------------------------- */

static void load_module(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        say("cannot open the module %s: %s", path, strerror(errno));
    else if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
        say("cannot load the module %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* The paths stand in the order of their dependencies. The small kernel has no modules, no list. */
static void load_modules(void)
{
    FILE *list = fopen("/virtlab/modules", "re");
    char path[512];

    while (list && fgets(path, sizeof path, list)) {
        path[strcspn(path, "\n")] = '\0';
        load_module(path);
    }
    if (list)
        fclose(list);
}

/* Even alone, a machine can talk to itself: programs expect 127.0.0.1. */
static void start_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        say("cannot start the loopback interface: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* --- the command line ------------------------------------------------------------------------ */

/* The value of the last NAME=VALUE on the kernel's command line; NULL: it is not there. */
static const char *find_word(const char *name)
{
    static char line[4096];
    size_t length = strlen(name);
    const char *value = NULL;
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof line - 1);

    if (fd >= 0)
        close(fd);
    line[got > 0 ? got : 0] = '\0';
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
        if (strncmp(word, name, length) == 0 && word[length] == '=')
            value = word + length + 1;
    return value;
}

/* --- a shell or a script on the console ------------------------------------------------------ */

/*
 * Give the child the console's device as its terminal. Job control (Ctrl-C, fg, bg) needs a
 * *controlling* terminal, one that belongs to a session; /dev/console, which stands for whatever
 * the console happens to be, cannot be one. So look up what it stands for.
 */
static void take_terminal(void)
{
    char names[128] = "", path[160];
    int fd = open("/sys/class/tty/console/active", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        ssize_t got = read(fd, names, sizeof names - 1);
        names[got > 0 ? got : 0] = '\0';
        close(fd);
    }
    names[strcspn(names, "\n")] = '\0';
    const char *last = strrchr(names, ' '); /* of several, the last is /dev/console */
    snprintf(path, sizeof path, "/dev/%s", last ? last + 1 : names);
    setsid();
    fd = open(path, O_RDWR);
    if (fd < 0) {
        say("cannot open the terminal %s: %s", path, strerror(errno));
        return;
    }
    ioctl(fd, TIOCSCTTY, 0);
    for (int i = 0; i <= 2; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

/* The status of a process as a shell gives it. */
static int shell_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Wait for one child, and bury every other that ends meanwhile. */
static int wait_for(pid_t child)
{
    int status = 0;
    pid_t ended;

    while ((ended = wait(&status)) != child)
        if (ended < 0 && errno != EINTR)
            return 125;
    return shell_status(status);
}

/* Run busybox's shell, with a script or as what a user types into. */
static int run_shell(const char *script)
{
    /* One program that is all commands: links give it their names. */
    pid_t child = fork();
    if (child == 0) {
        mkdir("/bin", 0755);
        mkdir("/sbin", 0755);
        execl("/bin/busybox", "busybox", "--install", "-s", "/bin", NULL);
        _exit(127);
    }
    wait_for(child);

    child = fork();
    if (child == 0) {
        take_terminal();
        mark(MARK_PROGRAM);
        setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
        setenv("PS1", "guest:\\w\\$ ", 1);
        execl("/bin/busybox", "sh", script, NULL);
        say("there is no shell in this guest: cannot execute /bin/busybox: %s", strerror(errno));
        _exit(127);
    }
    return wait_for(child);
}

/* --- the end --------------------------------------------------------------------------------- */

static void report_number(uint64_t number, int digits)
{
    while (digits-- > 0)
        mark((unsigned char)(MARK_DIGIT + ((number >> (4 * digits)) & 0xf)));
}

/* End the machine. There is nothing to return to. */
static _Noreturn void end(const struct ended *ended, bool report)
{
    /* Whoever asked for the report ends the machine when it has received that many bytes. */
    if (report && has_ports) {
        mark(MARK_REPORT);
        report_number((uint64_t)ended->status, 2);
        report_number(ended->stdout_bytes, 16);
        report_number(ended->stderr_bytes, 16);
        for (;;)
            pause();
    }
    sync();
    if (ended->status >= 0 && has_ports)
        outb((unsigned char)ended->status, PORT_EXIT);
    /* Still here: this machine has no such port, or there is no status to tell. */
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

int main(void)
{
    struct ended ended = {.status = -1};

    /* Port accesses of a process are errors unless the kernel was asked to let them pass. */
    has_ports = ioperm(PORT_MARK, 1, 1) == 0 && ioperm(PORT_EXIT, 1, 1) == 0;
    mark(MARK_INIT);

    mount_all();
    int announcements = ports_listen();
    load_modules();
    start_loopback();

    const char *how_to_end = find_word("virtlab.end");
    bool report = how_to_end && strcmp(how_to_end, "report") == 0;
    if (access("/virtlab/command", F_OK) == 0) {
        if (!program_run(announcements, &ended))
            ended.status = 125;
    } else {
        const char *script = find_word("virtlab.script");
        int status = run_shell(script);
        if (script)
            ended.status = status;
    }
    end(&ended, report);
}
