/* SPDX-License-Identifier: MIT */
#include "minivmm/devices/forward.h"

#include <errno.h>
#include <string.h>

#include "common/text.h"

/* Digits up to the end, which is a colon or the text's own; *end is set to it. */
static bool parse_port(const char *text, const char **end, uint16_t *port)
{
    char digits[sizeof "65535"];
    size_t length = strcspn(text, ":");
    uint64_t value;

    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    *end = text + length;
    if (!text_parse_u64(digits, 1, UINT16_MAX, &value))
        return false;
    *port = (uint16_t)value;
    return true;
}

int forward_parse(struct forward *forward, const char *text, struct error *error)
{
    const char *rest = text + strlen("tcp:");

    forward->udp = strncmp(text, "udp:", strlen("udp:")) == 0;
    if ((forward->udp || strncmp(text, "tcp:", strlen("tcp:")) == 0) &&
        parse_port(rest, &rest, &forward->host_port) && *rest == ':' &&
        parse_port(rest + 1, &rest, &forward->guest_port) && *rest == '\0')
        return 0;
    return error_set(error, EINVAL,
                     "'%s' is not a port to forward: say tcp:HOSTPORT:GUESTPORT, such as "
                     "tcp:8080:80, or udp: likewise",
                     text);
}
