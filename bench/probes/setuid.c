/* SPDX-License-Identifier: MIT */
/*
 * setuid: would a set-user-ID program of root, should one lie about, give its rights to whoever
 * runs it in here? Not if the process has no_new_privs (prctl(2)), which it cannot lose any more,
 * or if the mount says nosuid. Executes nothing: the witness reads no_new_privs on the host, and
 * whose root it would be.
 */
#include <sys/prctl.h>
#include <sys/statvfs.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct statvfs root;
    int locked = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    if (locked < 0 && errno == EINVAL)
        return probe_report(VERDICT_ABSENT, "prctl(PR_GET_NO_NEW_PRIVS): there is no such thing");
    if (locked < 0)
        return probe_failed("prctl(PR_GET_NO_NEW_PRIVS)");
    if (locked)
        return probe_report(VERDICT_REFUSED, "no_new_privs is set");
    if (statvfs("/", &root) < 0)
        return probe_failed("statvfs");
    if (root.f_flag & ST_NOSUID)
        return probe_report(VERDICT_REFUSED, "the root folder is mounted nosuid");
    return probe_report(VERDICT_ALLOWED, "set-user-ID programs have their effect");
}
