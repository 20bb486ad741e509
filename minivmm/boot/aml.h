/* SPDX-License-Identifier: MIT */
/*
 * A writer of AML, the byte code of ACPI (ACPI 6.4, chapter 20), just large enough to list devices.
 *
 * AML is a tree in prefix notation. A name is given to an object by the NameOp, the name, the
 * object; a device is an opcode, its length, its name, and then all that is in it:
 *
 *     Device (COM1) { Name (_HID, EISAID ("PNP0501")) }       as one writes it in ASL
 *
 *     5b 82        DeviceOp
 *     0f           PkgLength: 15 bytes from here to the end of the device
 *     43 4f 4d 31  "COM1": a NameSeg, always four characters, padded with '_'
 *     08           NameOp
 *     5f 48 49 44  "_HID"
 *     0c           DWordPrefix, and 32 bits, little-endian:
 *     41 d0 05 01  "PNP0501" pressed into 32 bits
 *
 * Only the PkgLength is awkward: it stands before what it counts, counts itself, and has one to
 * four bytes depending on the count. So a package is written first, and when it ends, what is in it
 * moves up to make room for its length.
 */
#ifndef MINIVMM_AML_H
#define MINIVMM_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AML_DEPTH_MAX = 8 };

struct aml {
    uint8_t *bytes;
    size_t size, used;
    size_t open[AML_DEPTH_MAX]; /* where the length of each package that has begun will stand */
    unsigned depth;
    bool failed; /* did not fit; what was written is worth nothing */
};

/* Write into size bytes; what does not fit sets failed. */
void aml_start(struct aml *aml, uint8_t *bytes, size_t size);

/* True when everything fitted and every package was ended. */
bool aml_is_whole(const struct aml *aml);

/* --- packages: each begin has its aml_end() --------------------------------------------------- */

void aml_begin_scope(struct aml *aml, const char *name);  /* 20.2.5.1 DefScope */
void aml_begin_device(struct aml *aml, const char *name); /* 20.2.5.2 DefDevice */
void aml_begin_package(struct aml *aml, uint8_t count);   /* 20.2.5.4 DefPackage: count objects */
void aml_end(struct aml *aml);

/* --- objects ---------------------------------------------------------------------------------- */

/* The name of the object that is written next. A name has up to four characters, with a '\' before
 * it where it starts at the root. */
void aml_name(struct aml *aml, const char *name);

void aml_integer(struct aml *aml, uint64_t value); /* 20.2.3, in as few bytes as it takes */
void aml_string(struct aml *aml, const char *text);

/* An identifier of EISA's kind, three capital letters and four hexadecimal digits: "PNP0501". */
void aml_eisa_id(struct aml *aml, const char *id);

/* --- resources (6.4): what a device occupies, a buffer of descriptors --------------------------
 */

void aml_begin_resources(struct aml *aml);
void aml_put_ports(struct aml *aml, uint16_t first, uint8_t count);
void aml_put_memory(struct aml *aml, uint32_t first, uint32_t count); /* bytes */
/* An edge-triggered, active-high interrupt of one device alone. */
void aml_put_interrupt(struct aml *aml, uint32_t gsi);
void aml_end_resources(struct aml *aml);

#endif
