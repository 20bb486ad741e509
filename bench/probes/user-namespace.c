/* SPDX-License-Identifier: MIT */
/*
 * user-namespace: can one become root of a user namespace of one's own, inside the box? It gives no
 * right over the host, but every capability over what is made in it: parts of the kernel come into
 * reach that only root could call before, with the mistakes in them (user_namespaces(7)).
 */
#include <sched.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (unshare(CLONE_NEWUSER) < 0) {
        if (errno == EINVAL)
            return probe_report(VERDICT_ABSENT, "unshare(CLONE_NEWUSER): this kernel has none");
        /* Too many of them, or none at all: user.max_user_namespaces. */
        if (errno == ENOSPC || errno == EUSERS)
            return probe_report(VERDICT_REFUSED, "unshare(CLONE_NEWUSER): no more of them");
        return probe_failed("unshare(CLONE_NEWUSER)");
    }
    return probe_report(VERDICT_ALLOWED, "made a user namespace");
}
