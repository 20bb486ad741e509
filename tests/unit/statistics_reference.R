# SPDX-License-Identifier: MIT
# What R makes of a few samples: tests/unit/statistics_reference.h is its output, made once by
#
#     Rscript tests/unit/statistics_reference.R >tests/unit/statistics_reference.h
#
# with R 4.2.2 and diptest 0.76-0 (Debian's r-base-core and r-cran-diptest). No test needs R.
library(diptest)
set.seed(20261122)

samples <- list(
  startups = round(3.9 + rexp(40, 4), 4),
  drifting = round(100 + 0.3 * (1:30) + rnorm(30, 0, 2), 4),
  falling  = round(50 - 0.2 * (1:25) + rnorm(25), 4),
  twofold  = round(c(rnorm(30, 20, 0.5), rnorm(25, 26, 0.8)), 4)[sample(55)],
  uniform  = round(runif(60), 6),
  skewed   = round(rlnorm(101, 2, 0.7), 4),
  tied     = sample(c(4, 5, 5, 6, 7, 9), 24, replace = TRUE),
  few      = round(rnorm(7, 10), 4))

text <- function(x) paste(format(x, digits = 12, trim = TRUE), collapse = ", ")
flag <- function(x) if (x) "true" else "false"

cat("/* SPDX-License-Identifier: MIT */\n",
    "/* Printed by tests/unit/statistics_reference.R. */\n",
    "#ifndef VIRTLAB_TESTS_STATISTICS_REFERENCE_H\n",
    "#define VIRTLAB_TESTS_STATISTICS_REFERENCE_H\n\n",
    "#include <stdbool.h>\n#include <stddef.h>\n\n/* clang-format off */\n", sep = "")
for (name in names(samples))
  cat("static const double r_", name, "[] = {", text(samples[[name]]), "};\n", sep = "")

# Spearman's rho is R's own; its p-value is of the normal approximation, as the ends of the fences
# are of definition 7 of the quantiles.
cat("\nstatic const struct {\n    const char *name;\n    const double *values;\n    size_t count;\n",
    "    double first_quartile, median, third_quartile, low, high; /* the last two: its interval */\n",
    "    size_t outliers;\n    double correlation, dip;\n    bool several_modes;\n",
    "} r_samples[] = {\n", sep = "")
for (name in names(samples)) {
  x <- samples[[name]]
  n <- length(x)
  s <- sort(x)
  k <- qbinom(0.025, n, 0.5)           # P(Bin(n, 1/2) <= k - 1) <= 0.025
  q <- quantile(x, c(0.25, 0.5, 0.75))
  r <- 1.5 * (q[3] - q[1])
  cat("    {\"", name, "\", r_", name, ", ", n, ", ", text(unname(c(q, s[k], s[n + 1 - k]))), ", ",
      sum(x < q[1] - r | x > q[3] + r), ", ", text(cor(1:n, x, method = "spearman")), ", ",
      text(dip(x)), ", ", flag(n >= 10 && 10 * length(unique(x)) >= 9 * n &&
                               dip.test(x)$p.value < 0.01), "},\n", sep = "")
}
cat("};\n")

# The place, from 1, of the value that the interval of a median of n values starts with.
cat("\nstatic const struct {\n    size_t count, place;\n} r_median_places[] = {\n")
for (n in c(6:20, 25, 40, 99, 100, 1000, 9999, 10000, 100000, 500000))
  cat("    {", format(n, scientific = FALSE), ", ", format(qbinom(0.025, n, 0.5), scientific = FALSE),
      "},\n", sep = "")
cat("};\n")

# Where the ends of a bootstrap's interval may lie: between the quantiles of a far longer one that 4
# standard deviations of 10,000 resamples reach to.
ends <- function(b) text(unname(quantile(b, c(0.0188, 0.0312, 0.9688, 0.9812))))
ratios <- round(1.05 * exp(rnorm(31, 0, 0.02)), 6)
paired <- replicate(200000, median(sample(ratios, replace = TRUE)))
old <- round(rlnorm(40, 3, 0.05), 4)
new <- round(1.05 * rlnorm(35, 3, 0.05), 4)
unpaired <- replicate(200000, median(sample(new, replace = TRUE)) / median(sample(old, replace = TRUE)))
for (name in c("ratios", "old", "new"))
  cat("\nstatic const double r_", name, "[] = {", text(get(name)), "};", sep = "")
cat("\nstatic const double r_paired_ends[] = {", ends(paired), "};",
    "\nstatic const double r_unpaired_ratio = ", text(median(new) / median(old)), ";",
    "\nstatic const double r_unpaired_ends[] = {", ends(unpaired), "};\n",
    "/* clang-format on */\n\n#endif\n", sep = "")
