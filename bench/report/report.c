/* SPDX-License-Identifier: MIT */
#include "bench/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/analysis/analysis.h"
#include "bench/report/plot.h"
#include "bench/report/report_claims.h"
#include "bench/report/report_html.h"
#include "bench/report/report_method.h"
#include "bench/results/whole_file.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"
#include "common/text.h"

static void print_paragraph(void *context, const char *text)
{
    fprintf(context, "%s\n\n", text);
}

static void print_item(void *context, const char *text)
{
    fputs("- ", context);
    text_print_html(context, text); /* Markdown ends up as HTML */
    fputc('\n', context);
}

static int print_table(struct table *table, FILE *out, struct error *error)
{
    int result = table ? table_print(table, TABLE_MARKDOWN, out, error)
                       : error_set(error, ENOMEM, _("there is no memory for the report"));

    table_free(table);
    return result;
}

static int print_markdown(const struct analysis *analysis, const struct plot_outcome *outcome,
                          FILE *out, struct error *error)
{
    fputs("# ", out);
    text_print_html(out, analysis->results.run);
    fputs("\n\n", out);
    int result = summary_print_analysis(analysis, TABLE_MARKDOWN, out, error);

    for (size_t i = 0; i < PLOTS; i++)
        if (outcome->drawn[i])
            fprintf(out, "\n![%s](plots/%s.svg)\n\n%s\n", plots[i].name, plots[i].name,
                    _(plots[i].caption));
    fprintf(out, "\n## %s\n\n", _("What is said of it, and whether it is so here"));
    if (result == 0)
        result = report_claims(analysis, TABLE_MARKDOWN, out, error);
    fprintf(out, "\n## %s\n\n", _("What others measured"));
    if (result == 0)
        result = report_literature(analysis, TABLE_MARKDOWN, out, error);
    fprintf(out, "\n## %s\n\n", _("What did not run, and why"));
    if (result == 0)
        result = print_table(report_gaps(analysis), out, error);
    fprintf(out, "\n## %s\n\n", _("How it was measured"));
    report_method(analysis, print_paragraph, out);
    fprintf(out, "## %s\n\n", _("What could be wrong with it"));
    report_threats(analysis, print_item, out);
    analysis_warn(analysis, print_item, out);
    fprintf(out, "\n## %s\n\n", _("The machine"));
    return result == 0 ? print_table(report_machine(analysis), out, error) : result;
}

static int write_markdown(const struct analysis *analysis, int folder,
                          const struct plot_outcome *outcome, struct error *error)
{
    struct whole_file file;
    struct error ignored;

    int result = whole_file_open(&file, folder, "summary.md", error);
    if (result < 0)
        return result;
    result = print_markdown(analysis, outcome, file.out, error);
    int closed = whole_file_close(&file, result == 0, result < 0 ? &ignored : error);
    return result < 0 ? result : closed;
}

static int write_html(const struct analysis *analysis, int folder, int plots_folder,
                      const struct plot_outcome *outcome, struct error *error)
{
    struct whole_file file;
    struct error ignored;

    int result = whole_file_open(&file, folder, "report.html", error);
    if (result < 0)
        return result;
    result = report_print_html(analysis, plots_folder, outcome, file.out, error);
    int closed = whole_file_close(&file, result == 0, result < 0 ? &ignored : error);
    return result < 0 ? result : closed;
}

static int write_all(const struct analysis *analysis, const struct plot_options *options,
                     int folder, struct plot_outcome *outcome, struct error *error)
{
    int result = plot_write(analysis, options, folder, outcome, error);
    if (result < 0)
        return result;
    int plots_folder = whole_file_folder(folder, "plots", error);
    if (plots_folder < 0)
        return plots_folder;
    result = write_markdown(analysis, folder, outcome, error);
    if (result == 0)
        result = write_html(analysis, folder, plots_folder, outcome, error);
    close(plots_folder);
    return result;
}

int report_write_notice(const char *dir, const struct plot_options *options, char *notice,
                        size_t size, struct error *error)
{
    struct plot_outcome outcome = {0};
    struct analysis analysis;

    int result = analysis_open(&analysis, dir, error);
    if (result < 0)
        return result;
    int folder = whole_file_folder(-1, dir, error);
    result = folder < 0 ? folder : write_all(&analysis, options, folder, &outcome, error);
    if (folder >= 0)
        close(folder);
    analysis_close(&analysis);
    snprintf(notice, size, "%s", outcome.notice);
    return result;
}

int report_write(const char *dir, struct error *error)
{
    const struct plot_options options = {0};
    char notice[512];

    return report_write_notice(dir, &options, notice, sizeof notice, error);
}
