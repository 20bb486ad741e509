/* SPDX-License-Identifier: MIT */
#include "labs/marked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/text.h"

enum part { EVERYBODYS, SOLUTION, MUTANT, SKELETON };

struct mark {
    bool is_mark;
    enum part part;
    int step;
    char mutant[64];
};

static int mistake(const char *name, size_t line, const char *what, struct error *error)
{
    return error_set(error, EINVAL, "%s:%zu: %s", name, line + 1, what);
}

/* Whether the line is a mark, and which. Marks are ours alone: what is none of the four is refused.
 */
static int read_mark(const char *line, const char *name, size_t number, struct mark *mark,
                     struct error *error)
{
    char words[2][64] = {"", ""};
    uint64_t step;

    line += strspn(line, " \t");
    mark->is_mark = strncmp(line, "#@", 2) == 0 || strncmp(line, "/*@", 3) == 0;
    if (!mark->is_mark)
        return 0;
    line += *line == '#' ? 2 : 3;
    for (int i = 0; i < 2; i++) {
        line += strspn(line, " \t");
        size_t length = strcspn(line, " \t");
        if (strncmp(line, "*/", 2) == 0 || length == 0 || length >= sizeof words[i])
            break;
        memcpy(words[i], line, length);
        line += length;
    }
    if (strcmp(words[0], "solution") == 0) {
        mark->part = SOLUTION;
        if (!text_parse_u64(words[1], 1, MARKED_STEPS_MAX, &step))
            return mistake(name, number, "a solution needs the number of its step", error);
        mark->step = (int)step;
    } else if (strcmp(words[0], "mutant") == 0) {
        mark->part = MUTANT;
        if (!*words[1])
            return mistake(name, number, "a mutant needs a name", error);
        strcpy(mark->mutant, words[1]);
    } else if (strcmp(words[0], "skeleton") == 0) {
        mark->part = SKELETON;
    } else if (strcmp(words[0], "end") == 0) {
        mark->part = EVERYBODYS;
    } else {
        return mistake(name, number, "this mark is not known", error);
    }
    return 0;
}

/* Whether the solution that starts before this line is replaced: one of its mutants is wanted. */
static bool is_replaced(char *const *lines, size_t count, size_t line, const char *mutant)
{
    struct mark mark;
    struct error ignored;

    for (; mutant && line < count; line++) {
        if (read_mark(lines[line], "", line, &mark, &ignored) < 0)
            return false;
        if (!mark.is_mark)
            continue;
        if (mark.part != MUTANT)
            return false;
        if (strcmp(mark.mutant, mutant) == 0)
            return true;
    }
    return false;
}

static int make_lines(char *const *lines, size_t count, const char *name,
                      const struct marked_request *request, FILE *out, bool *used,
                      struct error *error)
{
    enum part part = EVERYBODYS;
    bool shown = true;
    int step = 0; /* of the group */

    for (size_t i = 0; i < count; i++) {
        struct mark mark;
        int result = read_mark(lines[i], name, i, &mark, error);
        if (result < 0)
            return result;
        if (!mark.is_mark) {
            if (shown)
                fprintf(out, "%s\n", lines[i]);
            continue;
        }
        bool in_group = part != EVERYBODYS;
        if (mark.part == SOLUTION && in_group && mark.step != step)
            return mistake(name, i, "a group has one step", error);
        if (mark.part != SOLUTION && !in_group)
            return mistake(name, i, "there is no solution before this mark", error);
        if (part == SKELETON && mark.part != EVERYBODYS)
            return mistake(name, i, "the skeleton is the last part of its group", error);
        part = mark.part;
        if (part == SOLUTION)
            step = mark.step;
        bool done = request->mutant || step <= request->step;
        bool replaced = part == SOLUTION && is_replaced(lines, count, i + 1, request->mutant);
        shown = part == EVERYBODYS || (part == SOLUTION && done && !replaced) ||
                (part == MUTANT && request->mutant && strcmp(mark.mutant, request->mutant) == 0) ||
                (part == SKELETON && !done);
        if (part == MUTANT && shown && used)
            *used = true;
    }
    if (part != EVERYBODYS)
        return mistake(name, count, "the last group has no end", error);
    return 0;
}

int marked_make(char *text, const char *name, const struct marked_request *request, FILE *out,
                bool *used, struct error *error)
{
    char **lines = calloc(MARKED_LINES_MAX, sizeof *lines);
    size_t count = 0;
    int result;

    if (!lines)
        return error_set_errno(error, ENOMEM, "cannot read %s", name);
    while (*text && count < MARKED_LINES_MAX) {
        lines[count++] = text;
        text += strcspn(text, "\n");
        if (*text)
            *text++ = '\0';
    }
    if (*text)
        result = error_set(error, EFBIG, "%s has more than %d lines", name, MARKED_LINES_MAX);
    else
        result = make_lines(lines, count, name, request, out, used, error);
    free(lines);
    return result;
}

static int make_file(int source, int target, const char *name, mode_t mode,
                     const struct marked_request *request, bool *used, struct error *error)
{
    char *text = calloc(1, MARKED_FILE_MAX + 1);
    int in = openat(source, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t length = in < 0 || !text ? -1 : read(in, text, MARKED_FILE_MAX);
    int result = 0;

    if (length < 0)
        result = error_set_errno(error, errno, "cannot read %s", name);
    else if (length == MARKED_FILE_MAX || memchr(text, '\0', (size_t)length))
        result = error_set(error, EINVAL, "%s is too large, or no text", name);
    if (in >= 0)
        close(in);
    if (result == 0) {
        int fd = openat(target, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
        FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
        if (!out) {
            result = error_set_errno(error, errno, "cannot make %s", name);
        } else {
            result = marked_make(text, name, request, out, used, error);
            bool failed = ferror(out);
            if ((fclose(out) != 0 || failed) && result == 0)
                result = error_set_errno(error, errno, "cannot write %s", name);
        }
    }
    free(text);
    return result;
}

static int make_below(int source, int target, const struct marked_request *request, bool *used,
                      int depth, struct error *error)
{
    DIR *folder = fdopendir(dup(source));
    int result = 0;

    if (!folder)
        return error_set_errno(error, errno, "cannot read the marked sources");
    for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
        struct stat status;
        if (entry->d_name[0] == '.' ||
            fstatat(source, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISREG(status.st_mode)) {
            result = make_file(source, target, entry->d_name, status.st_mode, request, used, error);
        } else if (S_ISDIR(status.st_mode) && depth < 8) {
            int from = openat(source, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            int to = mkdirat(target, entry->d_name, 0777) < 0
                         ? -1
                         : openat(target, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (from < 0 || to < 0)
                result = error_set_errno(error, errno, "cannot make %s", entry->d_name);
            else
                result = make_below(from, to, request, used, depth + 1, error);
            if (from >= 0)
                close(from);
            if (to >= 0)
                close(to);
        }
    }
    closedir(folder);
    return result;
}

int marked_make_folder(const char *source, const char *target, const struct marked_request *request,
                       struct error *error)
{
    bool used = false;
    int result, to = -1;
    int from = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (from < 0)
        return error_set_errno(error, errno, "cannot open %s", source);
    if (mkdir(target, 0777) < 0 || (to = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        result = error_set_errno(error, errno, "cannot make %s", target);
    else
        result = make_below(from, to, request, &used, 0, error);
    if (result == 0 && request->mutant && !used)
        result = error_set(error, ENOENT, "no file in %s knows the mutant '%s'", source,
                           request->mutant);
    if (to >= 0)
        close(to);
    close(from);
    return result;
}
