/* SPDX-License-Identifier: MIT */
/*
 * By hand and without libcap: these are three system calls, libcap is built for another C library
 * than this command, and the calls are what there is to learn here.
 */

#include "minicontainer/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_CAP_AMBIENT_CLEAR_ALL
#define PR_CAP_AMBIENT           47
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

/*
 * What programs expect of being root over their own files and processes, and nothing that reaches
 * the kernel as a whole: less than docker's fourteen. Each holds only inside the user namespace.
 */
static const int kept[] = {
    CAP_CHOWN,            /* give files to other users: installing software */
    CAP_DAC_OVERRIDE,     /* read and write every file of the container: backups, root's shell */
    CAP_FOWNER,           /* change the mode of files of others */
    CAP_FSETID,           /* keep set-user-ID bits when writing: harmless under no_new_privs */
    CAP_KILL,             /* signal processes of other users: an init or a supervisor */
    CAP_SETGID,           /* become an ordinary user: every server that starts as root */
    CAP_SETUID,           /* likewise */
    CAP_NET_BIND_SERVICE, /* listen on ports below 1024: a web server */
};
/*
 * Not among them, though docker has them: CAP_NET_RAW (forged packets), CAP_MKNOD (device nodes),
 * CAP_SYS_CHROOT, CAP_SETPCAP, CAP_SETFCAP (pass privileges on), CAP_AUDIT_WRITE (the host's log).
 */

uint64_t capabilities_kept(void)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        mask |= UINT64_C(1) << kept[i];
    return mask;
}

int capabilities_bound(struct error *error)
{
    const uint64_t keep = capabilities_kept();

    /* Up to the last that this kernel knows, which may be more than our headers do. */
    for (int capability = 0; capability < 64; capability++) {
        if (keep >> capability & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
            if (errno == EINVAL)
                break;
            return error_set_errno(error, errno, "cannot bound the capabilities");
        }
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot clear the ambient capabilities");
    return 0;
}

static int set(uint64_t mask, struct error *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        data[i].permitted = data[i].effective = (uint32_t)(mask >> 32 * i);
        /* Inheritable capabilities serve only files marked for them: none. */
        data[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) < 0)
        return error_set_errno(error, errno, "cannot drop capabilities");
    return 0;
}

int capabilities_drop(bool root, struct error *error)
{
    return set(root ? capabilities_kept() : 0, error);
}

int capabilities_drop_to_kill(struct error *error)
{
    return set(UINT64_C(1) << CAP_KILL, error);
}

bool capabilities_can_administer(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    return syscall(SYS_capget, &header, data) == 0 && data[0].effective >> CAP_SYS_ADMIN & 1;
}
