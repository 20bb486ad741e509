/* SPDX-License-Identifier: MIT */
/*
 * In this order: limits (they need no privilege), the user (needs one), capabilities (needs none
 * any more), files (Landlock), and last the system call filter, which would refuse all of these.
 */
#include "minivmm/network/confine.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "minivmm/devices/sandbox.h"

enum { NOBODY = 65534 };

#if defined __SANITIZE_ADDRESS__ /* it has needs of its own */
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* --- limits ---------------------------------------------------------------------------------- */

static int limit(int resource, rlim_t value, struct error *error)
{
    struct rlimit now;

    if (resource == RLIMIT_DATA && SANITIZED)
        return 0;
    if (getrlimit((__rlimit_resource_t)resource, &now) < 0)
        return error_set_errno(error, errno, "cannot read a limit");
    now.rlim_max = value < now.rlim_max ? value : now.rlim_max;
    now.rlim_cur = now.rlim_max;
    if (setrlimit((__rlimit_resource_t)resource, &now) < 0)
        return error_set_errno(error, errno, "cannot set a limit");
    return 0;
}

static int set_limits(struct error *error)
{
    static const struct {
        int resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_NOFILE, 512      }, /* connections, of which each has a buffer or two of 64 KiB */
        {RLIMIT_DATA,   256 << 20}, /* bytes, also of private mappings: more than those need */
        {RLIMIT_FSIZE,  0        }, /* no file grows by us */
        {RLIMIT_CORE,   0        }, /* nor does a core: it would hold what the guest sent */
    };
    int result = 0;

    for (size_t i = 0; result == 0 && i < sizeof limits / sizeof *limits; i++)
        result = limit(limits[i].resource, limits[i].value, error);
    return result;
}

/* --- user and capabilities ------------------------------------------------------------------- */

/* Root owns files even without capabilities. In a user namespace there may be nobody to become. */
static int leave_root(struct error *error)
{
    if (geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
        setresuid(NOBODY, NOBODY, NOBODY) < 0 && errno != EINVAL)
        return error_set_errno(error, errno, "cannot become an ordinary user");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {0};
    if (syscall(SYS_capset, &header, none) < 0)
        return error_set_errno(error, errno, "cannot drop capabilities");
    /* A change of user has cleared this; who died meanwhile is noticed at the socket. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot set up the network's process");
    return 0;
}

/* --- files ----------------------------------------------------------------------------------- */

static int allow_reading(int ruleset, const char *folder)
{
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    const struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
        .parent_fd = fd,
    };
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
    return (int)result;
}

/*
 * slirp looks up the host's DNS server, again and again, since it may change: /etc/resolv.conf, and
 * where that is a link, what it leads to. Folders, since programs replace the file by renaming.
 */
static int close_files(struct error *error)
{
    const struct landlock_ruleset_attr attributes = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1, /* all of the first version */
    };
    char real[PATH_MAX];

    if (SANITIZED)
        return 0;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) /* this kernel has no Landlock, or it is switched off */
        return 0;
    allow_reading(ruleset, "/etc");
    if (realpath("/etc/resolv.conf", real)) {
        *strrchr(real, '/') = '\0';
        if (*real)
            allow_reading(ruleset, real);
    }
    long result = syscall(SYS_landlock_restrict_self, ruleset, 0);
    int errnum = errno;
    close(ruleset);
    return result < 0 ? error_set_errno(error, errnum, "cannot close the file system") : 0;
}

/* --- system calls ---------------------------------------------------------------------------- */

static const struct sandbox_call frames_table[] = {
    SANDBOX_CALL(SYS_poll),
    SANDBOX_CALL(SYS_ppoll),
    SANDBOX_CALL(SYS_recvfrom),
    SANDBOX_CALL(SYS_sendto),
};
static const struct sandbox_group frames =
    SANDBOX_GROUP("waiting, frames, and the data of connections", frames_table);

#define SANDBOX_IF(number, argument, value)                                                        \
    {                                                                                              \
        (number), SANDBOX_IF_EQUAL, (argument), (uint32_t)(value)                                  \
    }

static const struct sandbox_call sockets_table[] = {
    SANDBOX_IF(SYS_socket, 0, AF_INET),
    SANDBOX_CALL(SYS_connect),
    SANDBOX_CALL(SYS_bind),
    SANDBOX_CALL(SYS_listen),
    SANDBOX_CALL(SYS_accept),
    SANDBOX_CALL(SYS_accept4),
    SANDBOX_CALL(SYS_shutdown),
    SANDBOX_CALL(SYS_setsockopt),
    SANDBOX_CALL(SYS_getsockopt),
    SANDBOX_CALL(SYS_getsockname),
    SANDBOX_CALL(SYS_getpeername),
    SANDBOX_CALL(SYS_recvmsg),
    SANDBOX_CALL(SYS_sendmsg),
    SANDBOX_IOCTL(FIONREAD),
    SANDBOX_IOCTL(FIONBIO),
    SANDBOX_CALL(SYS_fcntl),
    SANDBOX_CALL(SYS_close),
};
static const struct sandbox_group sockets =
    SANDBOX_GROUP("connections of the guest, IPv4 only, made and taken", sockets_table);

static const struct sandbox_call dns_table[] = {
    {SYS_openat, SANDBOX_IF_NO_BIT, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC},
    SANDBOX_CALL(SYS_newfstatat),
    SANDBOX_CALL(SYS_fstat),
    SANDBOX_CALL(SYS_read),
    SANDBOX_CALL(SYS_lseek),
};
static const struct sandbox_group dns =
    SANDBOX_GROUP("reading /etc/resolv.conf: which DNS server the host asks", dns_table);

static const struct sandbox_call process_table[] = {
    SANDBOX_IOCTL(TCGETS), /* warnings of glib, to /dev/null: would it take colours? */
    SANDBOX_CALL(SYS_write),      SANDBOX_CALL(SYS_writev),    SANDBOX_CALL(SYS_getpid),
    SANDBOX_CALL(SYS_gettid),     SANDBOX_CALL(SYS_getrandom), SANDBOX_CALL(SYS_gettimeofday),
    SANDBOX_CALL(SYS_mremap),     SANDBOX_CALL(SYS_tgkill),    SANDBOX_CALL(SYS_rt_sigaction),
    SANDBOX_CALL(SYS_exit_group),
};
static const struct sandbox_group process =
    SANDBOX_GROUP("memory and time of glib; abort(3) where it gives up; the end", process_table);

int confine_network(struct error *error)
{
    static const struct sandbox_group *const groups[] = {&frames,  &sockets,        &dns,
                                                         &process, &sandbox_basics, NULL};
    int result = set_limits(error);

    if (result == 0)
        result = leave_root(error);
    if (result == 0)
        result = close_files(error);
    return result < 0 ? result : sandbox_thread(groups, error);
}
