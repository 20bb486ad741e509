/* SPDX-License-Identifier: MIT */
#include "bench/experiments/live_command.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/tenants.h"
#include "common/i18n.h"
#include "common/text.h"

enum { WORDS_MAX = 3, WAIT_MAX_S = 600 };

static size_t split(char *text, char *words[WORDS_MAX])
{
    size_t count = 0;
    char *place = NULL;

    for (char *word = strtok_r(text, " \t\r", &place); word && count < WORDS_MAX;
         word = strtok_r(NULL, " \t\r", &place))
        words[count++] = word;
    return count;
}

static int find_antagonist(const char *name, unsigned *number, struct error *error)
{
    char known[128] = "";

    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        if (strcmp(antagonists[i].name, name) == 0) {
            *number = i;
            return 0;
        }
        snprintf(known + strlen(known), sizeof known - strlen(known), " %s", antagonists[i].name);
    }
    return error_set(error, ENOENT, _("there is no antagonist '%.40s'; there are:%s"), name, known);
}

static int parse_words(char *const *words, size_t count, struct live_command *command,
                       struct error *error)
{
    const char *argument = count == 2 ? words[1] : NULL;

    if (strcmp(words[0], "start") == 0 && argument) {
        command->verb = LIVE_START;
        return find_antagonist(argument, &command->antagonist, error);
    }
    if (strcmp(words[0], "stop") == 0 && count <= 2) {
        command->verb = LIVE_STOP;
        return argument ? find_antagonist(argument, &command->antagonist, error) : 0;
    }
    if (strcmp(words[0], "limits") == 0 && argument &&
        (strcmp(argument, "on") == 0 || strcmp(argument, "off") == 0)) {
        command->verb = LIVE_LIMITS;
        command->on = strcmp(argument, "on") == 0;
        return 0;
    }
    if (strcmp(words[0], "wait") == 0 && argument &&
        text_parse_seconds(argument, &command->wait_ns) &&
        command->wait_ns <= INT64_C(1000000000) * WAIT_MAX_S) {
        command->verb = LIVE_WAIT;
        return 0;
    }
    if (strcmp(words[0], "quit") == 0 && count == 1) {
        command->verb = LIVE_QUIT;
        return 0;
    }
    return error_set(error, EINVAL,
                     _("commands are: start NAME, stop [NAME], limits on|off, wait SECONDS, quit"));
}

int live_command_parse(const char *line, struct live_command *command, struct error *error)
{
    char text[LIVE_LINE_MAX], *words[WORDS_MAX];

    *command = (struct live_command){.verb = LIVE_NOTHING};
    snprintf(text, sizeof text, "%s", line);
    size_t count = split(text, words);
    if (count == 0 || words[0][0] == '#')
        return 0;
    return parse_words(words, count, command, error);
}

/* Byte by byte, so that what follows a line stays where it is: a person types, or a file is short.
 */
bool live_input_next(struct live_input *input, int fd, char line[LIVE_LINE_MAX], bool *too_long)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    char byte;

    while (!input->ended && poll(&readable, 1, 0) > 0) {
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        input->ended = got <= 0;
        if (input->ended && input->used == 0)
            return false;
        if (!input->ended && byte != '\n') {
            if (input->used + 1 < LIVE_LINE_MAX)
                input->line[input->used++] = byte == '\0' ? '?' : byte;
            else
                input->too_long = true;
            continue;
        }
        memcpy(line, input->line, input->used);
        line[input->used] = '\0';
        *too_long = input->too_long;
        input->used = 0;
        input->too_long = false;
        return true;
    }
    return false;
}
