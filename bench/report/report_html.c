/* SPDX-License-Identifier: MIT */
#include "bench/report/report_html.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/report_claims.h"
#include "bench/report/report_method.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"
#include "common/table.h"
#include "common/text.h"
#include "common/version.h"

enum { PICTURE_MAX = 8 << 20 };

/* Nothing may be loaded or run, should an escape be missing somewhere after all. */
static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff;word-break:keep-all;overflow-wrap:break-word}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin-bottom:.2rem}\n"
    "h2{font-size:1.25rem;margin-top:2.5rem;border-bottom:1px solid #ccc;padding-bottom:.2rem}\n"
    ".about{color:#555;margin-top:0}\n"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.92rem;"
    "font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;font-weight:600;padding-bottom:.4rem}\n"
    ".aside{font-weight:400;color:#555;display:block}\nsup{line-height:0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .9rem .2rem 0;"
    "border-bottom:1px solid #e6e6e6}\n"
    "thead th{border-bottom:2px solid #555;vertical-align:bottom}\n"
    "tbody th.heading{font-weight:600;padding-top:.9rem}\n"
    "tbody th{font-weight:400}\n"
    "th.indent1{padding-left:1.2rem}th.indent2{padding-left:2.4rem}\n"
    "td.number{text-align:right;white-space:nowrap}\n"
    ".weak{color:#666}.good{color:#14632a}.warn{color:#7a5200}.bad{color:#a11212;font-weight:600}\n"
    "ul.notes{list-style:none;padding:0;font-size:.85rem;color:#444}\n"
    "ul.notes li{padding-left:1.8rem;text-indent:-1.8rem}\n"
    ".mark{display:inline-block;min-width:1.8rem;text-indent:0;padding-right:.3rem;"
    "box-sizing:border-box}\n"
    "figure{margin:1.5rem 0}figure svg{max-width:100%;height:auto}\n"
    "figcaption{font-size:.9rem;color:#333;max-width:48rem}\n"
    "pre{font-size:.8rem;line-height:1.2;overflow-x:auto}\n"
    ".wide{overflow-x:auto}.full table{font-size:.75rem}.full td,.full th{padding-right:.6rem}\n"
    "details summary{cursor:pointer;color:#14498a}\n"
    "nav{columns:2;column-gap:2rem;margin:1.5rem 0;padding:.6rem 1rem;background:#f4f4f4}\n"
    "nav a{display:block;color:#14498a}\n"
    ".notice{border-left:4px solid #b58900;padding:.2rem .8rem;background:#fdf8e7}\n"
    "@media print{body{max-width:none;margin:0;font-size:10pt}h2,caption,thead{break-after:avoid}"
    "figure,tr{break-inside:avoid}figure svg{max-height:90vh}"
    "tbody tr:first-child{break-before:avoid}tr:has(.heading){break-after:avoid}"
    ".wide{overflow:visible}.wide table{font-size:8.5pt}"
    ".full table{font-size:6.5pt}ul.notes{font-size:8.5pt}td.number{white-space:normal}}\n"
    "</style>\n";

static void element(FILE *out, const char *tag, const char *text)
{
    fprintf(out, "<%s>", tag);
    text_print_html(out, text);
    fprintf(out, "</%s>\n", tag);
}

enum { SECTIONS_MAX = 16 };

/* The page in the making: its sections are known when it is whole, and listed at its head. */
struct page {
    const struct analysis *analysis;
    FILE *out;
    const char *sections[SECTIONS_MAX];
    size_t section_count;
};

static void start_section(struct page *page, const char *title)
{
    if (page->section_count < SECTIONS_MAX)
        page->sections[page->section_count++] = title;
    fprintf(page->out, "<h2 id=\"part%zu\">", page->section_count);
    text_print_html(page->out, title);
    fputs("</h2>\n", page->out);
}

static void print_contents(const struct page *page, FILE *out)
{
    fputs("<nav>\n", out);
    for (size_t i = 0; i < page->section_count; i++) {
        fprintf(out, "<a href=\"#part%zu\">", i + 1);
        text_print_html(out, page->sections[i]);
        fputs("</a>\n", out);
    }
    fputs("</nav>\n", out);
}

static void print_paragraph(void *context, const char *text)
{
    element(context, "p", text);
}

static void print_item(void *context, const char *text)
{
    element(context, "li", text);
}

/* class: "wide", or "wide full" for tables of many columns. */
static int print_table(struct table *table, const char *class, FILE *out, struct error *error)
{
    if (!table)
        return error_set(error, ENOMEM, _("there is no memory for the report"));
    fprintf(out, "<div class=\"%s\">\n", class);
    int result = table_print(table, TABLE_HTML, out, error);
    fputs("</div>\n", out);
    table_free(table);
    return result;
}

static int print_folded(const char *summary, struct table *table, const char *class, FILE *out,
                        struct error *error)
{
    fputs("<details><summary>", out);
    text_print_html(out, summary);
    fputs("</summary>\n", out);
    int result = print_table(table, class, out, error);
    fputs("</details>\n", out);
    return result;
}

/* All of a picture, ended with '\0'; NULL when it cannot be read. */
static char *read_picture(int folder, const char *name)
{
    char file[64];
    struct stat status;
    size_t used = 0;

    snprintf(file, sizeof file, "%s.svg", name);
    int fd = openat(folder, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    bool fits = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < PICTURE_MAX;
    char *text = fits ? malloc((size_t)status.st_size + 1) : NULL;
    for (ssize_t got = 1; text && got > 0 && used < (size_t)status.st_size;) {
        got = read(fd, text + used, (size_t)status.st_size - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (text)
        text[used] = '\0';
    close(fd);
    return text;
}

/*
 * The picture as a part of the page: without the XML declaration before it, and with the picture's
 * name before each name in it, since names are unique in a page and gnuplot gives all the same.
 */
static void print_picture(FILE *out, const char *svg, const char *name)
{
    static const char *const before_names[] = {" id=\"", " id='", "url(#", "href=\"#", "href='#"};
    const char *at = strstr(svg, "<svg");

    while (at && *at) {
        size_t length = 1;
        for (size_t i = 0; i < sizeof before_names / sizeof *before_names && length == 1; i++)
            if (strncmp(at, before_names[i], strlen(before_names[i])) == 0)
                length = strlen(before_names[i]);
        fwrite(at, 1, length, out);
        if (length > 1)
            fprintf(out, "%s-", name);
        at += length;
    }
}

static void print_figure(FILE *out, int folder, const struct plot *plot, unsigned number)
{
    char *svg = read_picture(folder, plot->name);

    if (!svg)
        return;
    fputs("<figure>\n", out);
    print_picture(out, svg, plot->name);
    fputs("\n<figcaption>", out);
    fprintf(out, _("Figure %u."), number);
    fputc(' ', out);
    text_print_html(out, _(plot->caption));
    fputs("</figcaption>\n</figure>\n", out);
    free(svg);
}

static void print_text_plots(const struct analysis *analysis, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (!memory)
        return;
    plot_print_text(analysis, memory, TABLE_WIDTH);
    if (fclose(memory) == 0) {
        fputs("<pre>", out);
        for (char *line = text; line && *line;) {
            char *end = strchrnul(line, '\n');
            char *next = *end ? end + 1 : end;
            *end = '\0';
            text_print_html(out, line);
            fputc('\n', out);
            line = next;
        }
        fputs("</pre>\n", out);
    }
    free(text);
}

static void print_figures(struct page *page, int folder, const struct plot_outcome *outcome)
{
    FILE *out = page->out;
    unsigned number = 0, drawn = 0;

    for (size_t i = 0; i < PLOTS; i++)
        drawn += outcome->drawn[i];
    if (drawn == 0 && !*outcome->notice)
        return;

    start_section(page, _("Plots"));
    for (size_t i = 0; i < PLOTS; i++)
        if (outcome->drawn[i])
            print_figure(out, folder, &plots[i], ++number);
    if (!*outcome->notice)
        return;
    fputs("<p class=\"notice\">", out);
    text_print_html(out, outcome->notice);
    fputs("</p>\n", out);
    print_text_plots(page->analysis, out);
}

static void print_head(const struct analysis *analysis, FILE *out)
{
    const char *time = json_string_value(json_object_get(analysis->environment, "time"));

    fputs("<!DOCTYPE html>\n<html lang=\"", out);
    /* Translators: the language of this translation as HTML calls it, such as "ko". */
    text_print_html(out, _("en"));
    fputs("\">\n<head>\n", out);
    fputs(head, out);
    element(out, "title", analysis->results.run);
    fputs(style, out);
    fputs("</head>\n<body>\n", out);
    element(out, "h1", _("One program, several boxes"));
    fputs("<p class=\"about\">", out);
    text_print_html(out, analysis->host);
    fputs("<br>", out);
    text_print_html(out, time ? time : "");
    fputs(time ? ", <code>" : "<code>", out);
    text_print_html(out, analysis->results.command);
    fputs("</code><br>", out);
    text_print_html(out, analysis->results.run);
    fputs("</p>\n", out);
}

/* Of what a start consists, where that was measured. */
static int print_parts(const struct analysis *analysis, FILE *out, struct error *error)
{
    struct table *stages = summary_stages(analysis), *namespaces = summary_namespaces(analysis);
    int result = stages ? print_table(stages, "wide", out, error) : 0;

    if (namespaces && result == 0)
        return print_table(namespaces, "wide", out, error);
    table_free(namespaces);
    return result;
}

/* What has a table of its own. */
static int print_matrices(const struct analysis *analysis, FILE *out, struct error *error)
{
    struct table *neighbours = summary_neighbours(analysis), *vcores = summary_vcores(analysis);
    int result = 0;

    if (neighbours)
        result = print_table(neighbours, "wide", out, error);
    if (vcores && result == 0)
        result = print_table(vcores, "wide", out, error);
    else
        table_free(vcores);
    return result;
}

static int print_results(struct page *page, struct error *error)
{
    const struct analysis *analysis = page->analysis;
    FILE *out = page->out;
    struct table *escapes = summary_escapes(analysis);
    int result = 0;

    if (analysis->figures.measure_count > 0 || !escapes) {
        start_section(page, _("What it costs"));
        result = print_table(summary_comparison(analysis), "wide", out, error);
        if (result == 0)
            result = print_parts(analysis, out, error);
        if (result == 0)
            result = print_matrices(analysis, out, error);
    }
    if (!escapes || result < 0) {
        table_free(escapes);
        return result;
    }
    start_section(page, _("What it protects"));
    return print_table(escapes, "wide", out, error);
}

/* What this run says to what is said elsewhere. */
static int print_context(struct page *page, struct error *error)
{
    const struct analysis *analysis = page->analysis;
    FILE *out = page->out;

    start_section(page, _("What is said of it, and whether it is so here"));
    int result = report_claims(analysis, TABLE_HTML, out, error);

    if (result < 0)
        return result;
    start_section(page, _("What others measured"));
    element(out, "p",
            _("On other machines, under other conditions: to be read beside the figures "
              "of this one, never in one ratio with them."));
    return report_literature(analysis, TABLE_HTML, out, error);
}

static int print_background(struct page *page, struct error *error)
{
    const struct analysis *analysis = page->analysis;
    FILE *out = page->out;

    start_section(page, _("What did not run, and why"));
    struct table *gaps = report_gaps(analysis);
    int result = print_table(gaps, "wide", out, error);
    if (result < 0)
        return result;

    start_section(page, _("How it was measured"));
    report_method(analysis, print_paragraph, out);
    result = print_table(report_definitions(analysis), "wide", out, error);
    if (result < 0)
        return result;

    start_section(page, _("What could be wrong with it"));
    fputs("<ul>\n", out);
    report_threats(analysis, print_item, out);
    analysis_warn(analysis, print_item, out);
    fputs("</ul>\n", out);

    start_section(page, _("Every figure in full"));
    result =
        print_folded(_("Show the table: runs, intervals, quartiles, outliers, modes and drift"),
                     summary_details(analysis), "wide full", out, error);
    if (result < 0)
        return result;

    start_section(page, _("The machine"));
    result = print_table(report_machine_in_short(analysis), "wide", out, error);
    if (result < 0)
        return result;
    return print_folded(_("Show all that is known of it (env.json)"), report_machine(analysis),
                        "wide", out, error);
}

int report_print_html(const struct analysis *analysis, int plots_folder,
                      const struct plot_outcome *outcome, FILE *out, struct error *error)
{
    char *body = NULL;
    size_t size = 0;
    struct page page = {.analysis = analysis, .out = open_memstream(&body, &size)};

    if (!page.out)
        return error_set(error, ENOMEM, _("there is no memory for the report"));
    int result = print_results(&page, error);
    if (result == 0)
        print_figures(&page, plots_folder, outcome);
    if (result == 0)
        result = print_context(&page, error);
    if (result == 0)
        result = print_background(&page, error);
    if (fclose(page.out) != 0 && result == 0)
        result = error_set(error, ENOMEM, _("there is no memory for the report"));
    if (result == 0) {
        print_head(analysis, out);
        print_contents(&page, out);
        fwrite(body, 1, size, out);
    }
    free(body);
    fputs("<p class=\"about\">", out);
    fprintf(out,
            _("Made by virtlab %s from samples.jsonl and env.json: `virtlab report DIR` makes "
              "it again."),
            VIRTLAB_VERSION);
    fputs("</p>\n</body>\n</html>\n", out);
    return result;
}
