/* SPDX-License-Identifier: MIT */
#include "bench/report/report_claims.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/claims/claims.h"
#include "bench/report/literature.h"
#include "common/i18n.h"
#include "common/text.h"

/* In HTML tables may be wider than the page. */
static int print(struct table *table, enum table_form form, FILE *out, struct error *error)
{
    if (!table)
        return error_set_errno(error, ENOMEM, "cannot write the report");
    if (form == TABLE_HTML)
        fputs("<div class=\"wide\">\n", out);
    int result = table_print(table, form, out, error);
    if (form == TABLE_HTML)
        fputs("</div>\n", out);
    table_free(table);
    return result;
}

/* What is behind the ledger, for whom wants to open it. */
static int print_behind(const struct claims *claims, const struct analysis *analysis, FILE *out,
                        struct error *error)
{
    fputs("<details><summary>", out);
    text_print_html(out,
                    _("Every figure behind the claims, and when a verdict would be another one"));
    fputs("</summary>\n", out);
    int result = print(claims_table(claims, analysis, NULL), TABLE_HTML, out, error);
    fputs("</details>\n", out);
    return result;
}

static void print_excuse(enum table_form form, const struct error *why, FILE *out)
{
    fputs(form == TABLE_HTML ? "<p class=\"notice\">" : "", out);
    text_print_html(out, why->text);
    fputs(form == TABLE_HTML ? "</p>\n" : "\n", out);
}

int report_claims(const struct analysis *analysis, enum table_form form, FILE *out,
                  struct error *error)
{
    struct claims *claims = calloc(1, sizeof *claims);
    struct error why;
    int result = 0;

    if (!claims)
        return error_set_errno(error, ENOMEM, "cannot write the report");
    if (claims_read(claims, NULL, &why) < 0) {
        print_excuse(form, &why, out);
    } else {
        result = claims_judge(claims, analysis, error);
        if (result == 0)
            result = print(claims_ledger(claims, analysis, false), form, out, error);
        if (result == 0 && form == TABLE_HTML)
            result = print_behind(claims, analysis, out, error);
    }
    claims_free(claims);
    free(claims);
    return result;
}

int report_literature(const struct analysis *analysis, enum table_form form, FILE *out,
                      struct error *error)
{
    struct table *table;
    struct error why;

    if (literature_table(analysis, &table, &why) == 0)
        return print(table, form, out, error);
    print_excuse(form, &why, out);
    return 0;
}
