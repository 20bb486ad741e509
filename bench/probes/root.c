/* SPDX-License-Identifier: MIT */
/*
 * root: can one become root? Sets all user IDs to 0 and stays that way until the witness has looked
 * who this process is on the host: root of a user namespace is nobody there.
 */
#include "bench/probes/probe.h"

int main(void)
{
    if (setresuid(0, 0, 0) < 0) {
        /* In a user namespace that maps no user 0 (user_namespaces(7)). */
        if (errno == EINVAL)
            return probe_report(VERDICT_ABSENT, "setresuid: there is no user 0 in here");
        return probe_failed("setresuid");
    }
    return probe_report(VERDICT_ALLOWED, "is user 0 in here");
}
