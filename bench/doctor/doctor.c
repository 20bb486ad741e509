/* SPDX-License-Identifier: MIT */
/* The list of findings, and how it is printed. */
#include "bench/doctor/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/terminal.h"
#include "common/text.h"
#include "common/version.h"
#include "common/width.h"

void findings_area(struct findings *findings, const char *area, const char *title)
{
    findings->area = area;
    findings->area_title = title;
}

void findings_add(struct findings *findings, const char *id, const char *label,
                  enum finding_state state, const char *format, ...)
{
    va_list args;

    if (findings->count == FINDINGS_MAX)
        return;
    struct finding *finding = &findings->list[findings->count++];
    *finding = (struct finding){
        .area = findings->area, .area_title = findings->area_title, .state = state};
    snprintf(finding->id, sizeof finding->id, "%s", id);
    snprintf(finding->label, sizeof finding->label, "%s", label);
    va_start(args, format);
    vsnprintf(finding->detail, sizeof finding->detail, format, args);
    va_end(args);
}

void findings_mend(struct findings *findings, const char *format, ...)
{
    struct finding *finding = &findings->list[findings->count - 1];
    va_list args;

    va_start(args, format);
    vsnprintf(finding->mend, sizeof finding->mend, format, args);
    va_end(args);
}

void findings_reason(struct findings *findings, const char *format, ...)
{
    struct finding *finding = &findings->list[findings->count - 1];
    va_list args;

    va_start(args, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, args);
    va_end(args);
}

const char *doctor_sudo(void)
{
    return geteuid() == 0 ? "" : "sudo ";
}

static const struct {
    const char *id, *shown;
    enum table_tone tone;
} states[] = {
    [FINDING_FACT] = {"fact",    "",            TONE_PLAIN},
    [FINDING_OK] = {"ok",      N_("ok"),      TONE_GOOD },
    [FINDING_LIMITED] = {"limited", N_("limited"), TONE_WARN },
    [FINDING_MISSING] = {"missing", N_("missing"), TONE_BAD  },
};

static void put_state(struct table *table, enum finding_state state)
{
    /* gettext("") would be the header of the translation. */
    table_put_string(table, states[state].id, *states[state].shown ? _(states[state].shown) : "");
    table_tone(table, states[state].tone);
}

static void put_or_none(struct table *table, const char *text)
{
    if (*text)
        table_put_string(table, text, NULL);
    else
        table_put_none(table, "");
}

static struct table *make_table(const struct findings *findings)
{
    static const struct table_column columns[] = {
        {"area",   "", TABLE_MACHINE},
        {"id",     "", TABLE_MACHINE},
        {"label",  "", TABLE_HUMAN  },
        {"state",  "", 0            },
        {"detail", "", TABLE_WRAP   },
        {"mend",   "", TABLE_MACHINE},
        {"reason", "", TABLE_MACHINE},
    };
    struct table *table = table_new(_("What this machine can do"), "virtlab " VIRTLAB_VERSION);
    const char *area = "";

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (strcmp(area, finding->area) != 0) {
            table_add_heading(table, finding->area_title);
            area = finding->area;
        }
        table_add_row(table, 1);
        table_put_string(table, finding->area, NULL);
        table_put_string(table, finding->id, NULL);
        table_put_string(table, finding->label, NULL);
        put_state(table, finding->state);
        table_put_string(table, finding->detail, NULL);
        put_or_none(table, finding->mend);
        put_or_none(table, finding->reason);
    }
    return table;
}

/* A sentence in lines of the terminal's width, each set in by indent. */
static void print_paragraph(FILE *out, const char *text, int indent, int width)
{
    while (*text) {
        size_t skip, length = width_line(text, width - indent, &skip);
        fprintf(out, "%*s%.*s\n", indent, "", (int)length, text);
        text += length + skip;
    }
}

/* Where a command is too long for a line, it goes on behind a backslash, as a shell reads it. */
static void print_command(FILE *out, const char *command, int indent, int width)
{
    while (*command) {
        bool fits = width_of(command) <= width - indent;
        size_t skip, length = width_line(command, width - indent - (fits ? 0 : 2), &skip);
        /* Only a space may be broken at. */
        if (command[length] && skip == 0)
            length = strcspn(command, " "), skip = strspn(command + length, " ");
        fprintf(out, "%*s%.*s%s\n", indent, "", (int)length, command,
                command[length + skip] ? " \\" : "");
        command += length + skip;
    }
}

/* Does an earlier finding have the same command? Then it has been printed with that one. */
static bool is_repeated(const struct findings *findings, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(findings->list[i].mend, findings->list[index].mend) == 0)
            return true;
    return false;
}

static void print_labels(const struct findings *findings, size_t first, FILE *out, int width)
{
    char line[1024];
    int used = snprintf(line, sizeof line, "%s: %s", findings->list[first].area_title,
                        findings->list[first].label);

    for (size_t i = first + 1; i < findings->count && used < (int)sizeof line; i++)
        if (strcmp(findings->list[i].mend, findings->list[first].mend) == 0)
            used +=
                snprintf(line + used, sizeof line - (size_t)used, ", %s", findings->list[i].label);
    print_paragraph(out, line, 2, width);
}

static void print_mends(const struct findings *findings, FILE *out)
{
    int width = TABLE_WIDTH, rows;
    bool any = false;

    if (!terminal_size(fileno(out), &width, &rows) || width < 40)
        width = TABLE_WIDTH;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (!*finding->mend || is_repeated(findings, i))
            continue;
        if (!any)
            fprintf(out, "\n%s\n", _("What mends it"));
        any = true;
        print_labels(findings, i, out, width);
        print_command(out, finding->mend, 6, width);
        print_paragraph(out, finding->reason, 4, width);
    }
    any = false;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        char line[1024];
        if (*finding->mend || !*finding->reason)
            continue;
        if (!any)
            fprintf(out, "\n%s\n", _("What no command mends"));
        any = true;
        snprintf(line, sizeof line, "%s: %s", finding->label, finding->reason);
        print_paragraph(out, line, 2, width);
    }
}

int findings_print(const struct findings *findings, enum table_form form, FILE *out,
                   struct error *error)
{
    struct table *table = make_table(findings);

    if (!table)
        return error_set_errno(error, ENOMEM, "cannot print what was found");
    int result = table_print(table, form, out, error);
    if (result == 0 && form == TABLE_TEXT)
        print_mends(findings, out);
    table_free(table);
    return result;
}
