/* SPDX-License-Identifier: MIT */
/*
 * hostname: can the host's name be changed? Writes back the name that is set. A UTS namespace has a
 * name of its own: then the call works, and the host keeps its name.
 */
#include <sys/utsname.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct utsname name;
    if (uname(&name) < 0)
        return probe_failed("uname");
    if (sethostname(name.nodename, strlen(name.nodename)) < 0)
        return probe_failed("sethostname");
    return probe_report(VERDICT_ALLOWED, "sethostname worked");
}
