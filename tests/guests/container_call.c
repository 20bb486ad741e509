/* SPDX-License-Identifier: MIT */
/*
 * Makes one call that a container should be refused, named on the command line, and prints what
 * came of it: "done" or the name of the errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long do_mount(void)
{
    return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

static long do_umount(void)
{
    return syscall(SYS_umount2, "/proc/keys", 0);
}

static long do_unshare_user(void)
{
    return syscall(SYS_unshare, CLONE_NEWUSER);
}

static long do_unshare_cgroup(void)
{
    /* Together with a user namespace, or else it is the missing capability that is seen. */
    return syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWCGROUP);
}

static long do_clone_user(void)
{
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    return child;
}

static long do_clone3(void)
{
    struct clone_args args = {.exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &args, sizeof args);
    if (child == 0)
        _exit(0);
    return child;
}

static long do_setns(void)
{
    int ns = open("/proc/self/ns/mnt", O_RDONLY);
    return syscall(SYS_setns, ns, 0);
}

static long do_open_init_namespace(void)
{
    return open("/proc/1/ns/net", O_RDONLY);
}

static long do_open_init_exe(void)
{
    return open("/proc/1/exe", O_RDONLY);
}

static long do_open_init_root(void)
{
    return open("/proc/1/root", O_RDONLY);
}

static long do_open_init_memory(void)
{
    return open("/proc/1/mem", O_RDWR);
}

static long do_ptrace_init(void)
{
    return ptrace(PTRACE_SEIZE, 1, NULL, NULL);
}

static long do_chroot(void)
{
    return chroot("/tmp");
}

static long do_mknod_block(void)
{
    return mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0));
}

static long do_mknod_char(void)
{
    return mknod("/tmp/memory", S_IFCHR | 0600, makedev(1, 1));
}

static long do_sethostname(void)
{
    return sethostname("other", 5);
}

static long do_settime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return clock_settime(CLOCK_REALTIME, &now);
}

static long do_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static long do_keyctl(void)
{
    return syscall(SYS_keyctl, 0, -3, 0);
}

static long do_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}

static long do_userfaultfd(void)
{
    return syscall(SYS_userfaultfd, 0);
}

static long do_perf(void)
{
    return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static long do_open_by_handle(void)
{
    return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY);
}

static long do_module(void)
{
    return syscall(SYS_init_module, "", 0, "");
}

static long do_syslog(void)
{
    return syscall(SYS_syslog, 3, NULL, 0);
}

static long do_raw_socket(void)
{
    return socket(AF_INET, SOCK_RAW, 1);
}

static long do_vsock(void)
{
    return socket(40, SOCK_STREAM, 0);
}

static long do_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long do_personality(void)
{
    return syscall(SYS_personality, ADDR_NO_RANDOMIZE);
}

static long do_ask_personality(void)
{
    return syscall(SYS_personality, 0xffffffff);
}

static long do_tiocsti(void)
{
    return ioctl(0, TIOCSTI, "x");
}

/* The kernel sees only the lower half of an ioctl's number, and so must the filter. */
static long do_tiocsti_high(void)
{
    return syscall(SYS_ioctl, 0, TIOCSTI | 0x100000000, "x");
}

static long do_new_call(void)
{
    return syscall(1000);
}

/* getpid() by the x32 ABI's number. */
static long do_x32(void)
{
    return syscall(0x40000000 + SYS_getpid);
}

/* getpid() by the 32-bit way into the kernel, where it is number 20. */
static long do_int80(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return result;
}

static long do_read_bounding_set(void)
{
    return prctl(PR_CAPBSET_READ, 21); /* CAP_SYS_ADMIN */
}

static const struct {
    const char *name;
    long (*call)(void);
} calls[] = {
    {"mount",               do_mount              },
    {"umount",              do_umount             },
    {"unshare-user",        do_unshare_user       },
    {"unshare-cgroup",      do_unshare_cgroup     },
    {"clone-user",          do_clone_user         },
    {"clone3",              do_clone3             },
    {"setns",               do_setns              },
    {"open-init-namespace", do_open_init_namespace},
    {"open-init-exe",       do_open_init_exe      },
    {"open-init-root",      do_open_init_root     },
    {"open-init-memory",    do_open_init_memory   },
    {"ptrace-init",         do_ptrace_init        },
    {"chroot",              do_chroot             },
    {"mknod-block",         do_mknod_block        },
    {"mknod-char",          do_mknod_char         },
    {"sethostname",         do_sethostname        },
    {"settime",             do_settime            },
    {"bpf",                 do_bpf                },
    {"keyctl",              do_keyctl             },
    {"io-uring",            do_io_uring           },
    {"userfaultfd",         do_userfaultfd        },
    {"perf",                do_perf               },
    {"open-by-handle",      do_open_by_handle     },
    {"module",              do_module             },
    {"syslog",              do_syslog             },
    {"raw-socket",          do_raw_socket         },
    {"vsock",               do_vsock              },
    {"unix-socket",         do_unix_socket        },
    {"personality",         do_personality        },
    {"ask-personality",     do_ask_personality    },
    {"tiocsti",             do_tiocsti            },
    {"tiocsti-high",        do_tiocsti_high       },
    {"new-call",            do_new_call           },
    {"x32",                 do_x32                },
    {"int80",               do_int80              },
    {"bounded-sys-admin",   do_read_bounding_set  },
};

static const struct {
    int number;
    const char *name;
} errors[] = {
    {EPERM,  "EPERM" },
    {ENOSYS, "ENOSYS"},
    {EACCES, "EACCES"},
    {ENOENT, "ENOENT"},
    {EINVAL, "EINVAL"},
    {EFAULT, "EFAULT"},
    {ENOTTY, "ENOTTY"},
    {ENODEV, "ENODEV"},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(argv[1], calls[i].name) != 0)
            continue;
        errno = 0;
        if (calls[i].call() >= 0) {
            puts("done");
            return 0;
        }
        for (size_t j = 0; j < sizeof errors / sizeof *errors; j++)
            if (errors[j].number == errno) {
                puts(errors[j].name);
                return 0;
            }
        printf("errno %d\n", errno);
        return 0;
    }
    return 2;
}
