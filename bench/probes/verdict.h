/* SPDX-License-Identifier: MIT */
/* The verdicts of the escape matrix, and which error of a system call means which of them. */
#ifndef VIRTLAB_PROBES_VERDICT_H
#define VIRTLAB_PROBES_VERDICT_H

#include <errno.h>
#include <stddef.h>

enum verdict {
    VERDICT_ALLOWED,   /* the host was reached */
    VERDICT_CONTAINED, /* the call worked, and the host did not change */
    VERDICT_REFUSED,   /* somebody said no */
    VERDICT_ABSENT,    /* the thing does not exist in there */
    VERDICT_UNKNOWN,   /* the probe and the witness disagree, or neither can tell */
    VERDICT_COUNT,
};

static inline const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"allowed", "contained", "refused", "absent", "unknown"};
    return names[verdict < VERDICT_COUNT ? verdict : VERDICT_UNKNOWN];
}

struct verdict_error {
    int errnum;
    const char *name;
    enum verdict verdict;
};

/* What a call that failed with errnum says in general; the name is "errno" for one not listed. */
static inline struct verdict_error verdict_from_errno(int errnum)
{
    static const struct verdict_error errors[] = {
  /* The thing is there, and a permission, a filter or a read-only mount is in the way. */
        {EPERM,           "EPERM",           VERDICT_REFUSED},
        {EACCES,          "EACCES",          VERDICT_REFUSED},
        {EROFS,           "EROFS",           VERDICT_REFUSED},
 /* No such file, process, system call, device, key, or object of System V IPC. */
        {ENOENT,          "ENOENT",          VERDICT_ABSENT },
        {ENOTDIR,         "ENOTDIR",         VERDICT_ABSENT },
        {ESRCH,           "ESRCH",           VERDICT_ABSENT },
        {ENOSYS,          "ENOSYS",          VERDICT_ABSENT },
        {ENXIO,           "ENXIO",           VERDICT_ABSENT },
        {ENODEV,          "ENODEV",          VERDICT_ABSENT },
        {ENOKEY,          "ENOKEY",          VERDICT_ABSENT },
        {EIDRM,           "EIDRM",           VERDICT_ABSENT },
 /* No such protocol, nobody listens there, no way to there. */
        {EAFNOSUPPORT,    "EAFNOSUPPORT",    VERDICT_ABSENT },
        {EPROTONOSUPPORT, "EPROTONOSUPPORT", VERDICT_ABSENT },
        {ECONNREFUSED,    "ECONNREFUSED",    VERDICT_ABSENT },
        {ENETUNREACH,     "ENETUNREACH",     VERDICT_ABSENT },
        {EADDRNOTAVAIL,   "EADDRNOTAVAIL",   VERDICT_ABSENT },
 /* Named for the reader, without a general meaning. */
        {EINVAL,          "EINVAL",          VERDICT_UNKNOWN},
        {EIO,             "EIO",             VERDICT_UNKNOWN},
        {EBUSY,           "EBUSY",           VERDICT_UNKNOWN},
        {ENOMEM,          "ENOMEM",          VERDICT_UNKNOWN},
        {ENOSPC,          "ENOSPC",          VERDICT_UNKNOWN},
        {EMFILE,          "EMFILE",          VERDICT_UNKNOWN},
        {EBADF,           "EBADF",           VERDICT_UNKNOWN},
        {ENOTTY,          "ENOTTY",          VERDICT_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].errnum == errnum)
            return errors[i];
    }
    return (struct verdict_error){errnum, "errno", VERDICT_UNKNOWN};
}

#endif
