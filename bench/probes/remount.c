/* SPDX-License-Identifier: MIT */
/*
 * remount: can a mount's options be changed, a read-only one be made writable for example? Gives
 * the root folder's mount the options that it has (MS_REMOUNT with MS_BIND in mount(2) changes
 * that mount alone and not the file system under it).
 */
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "bench/probes/probe.h"

int main(void)
{
    static const struct {
        unsigned long shown, flag;
    } options[] = {
        {ST_RDONLY,     MS_RDONLY    },
        {ST_NOSUID,     MS_NOSUID    },
        {ST_NODEV,      MS_NODEV     },
        {ST_NOEXEC,     MS_NOEXEC    },
        {ST_NOATIME,    MS_NOATIME   },
        {ST_NODIRATIME, MS_NODIRATIME},
        {ST_RELATIME,   MS_RELATIME  },
    };
    unsigned long flags = MS_REMOUNT | MS_BIND;
    struct statvfs root;
    if (statvfs("/", &root) < 0)
        return probe_failed("statvfs");
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (root.f_flag & options[i].shown)
            flags |= options[i].flag;
    }
    if (mount("none", "/", NULL, flags, NULL) < 0) {
        /* mount(2): the root folder is no mount point, as after chroot(2). */
        if (errno == EINVAL)
            return probe_report(VERDICT_ABSENT, "mount: the root folder is no mount in here");
        return probe_failed("mount(MS_REMOUNT)");
    }
    return probe_report(VERDICT_ALLOWED, "set the options of the root folder's mount");
}
