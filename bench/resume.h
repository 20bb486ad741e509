/* SPDX-License-Identifier: MIT */
/*
 * A run that was cut off goes on where it stopped. The schedule is the seed's, so the same request
 * goes through the same trials once more; those that have a sample already are not made again.
 * Nothing is ever mixed: another request, another machine or software, other boxes that can run, or
 * another harness at work in the folder are refused.
 */
#ifndef VIRTLAB_RESUME_H
#define VIRTLAB_RESUME_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/record.h"
#include "bench/results.h"
#include "bench/run.h"
#include "bench/session.h"

enum { RESUME_HASH_SIZE = 65 };

/* The samples that are there, each to be taken once. */
struct resume {
    struct results results;
    bool *taken;
    size_t first; /* all before it are taken */
    size_t left;
};

/*
 * What was asked for, as a hash: experiments, platforms and their commands, numbers, program and
 * files with their contents; not the seed, nor where results go or in which form they are shown.
 * Errors: a file that cannot be read.
 */
int resume_request_hash(const struct session *session, const struct run_request *request,
                        char hash[RESUME_HASH_SIZE], struct error *error);

/*
 * Read the folder of the run that is to go on, and make sure that it is the same run: its request,
 * its boxes that can run, the machine of its env.json. The session's boxes are checked already; it
 * gets the run's seed. Errors, after which there is nothing to close: it is not, or it cannot be
 * read.
 */
int resume_open(struct resume *resume, struct session *session, const struct run_request *request,
                const char *folder, const char *request_hash, struct error *error);
void resume_close(struct resume *resume);

/* The sample of a trial of the schedule, if it is there: it is taken then. resume may be NULL. */
const struct sample *resume_take(struct resume *resume, const char *experiment,
                                 const char *workload, const char *platform, unsigned block,
                                 unsigned order);

/* The same, if it failed in whatever way: that of a warm-up or of a preparation. */
const struct sample *resume_take_failure(struct resume *resume, const char *experiment,
                                         const char *workload, const char *platform,
                                         unsigned order);

/*
 * Whether there is a sample like this record, status and figures apart; it is taken then. For a
 * recorder, whose context is a struct resume.
 */
bool resume_take_record(void *context, const struct record *record);

#endif
