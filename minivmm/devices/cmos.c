/* SPDX-License-Identifier: MIT */
/* The date and the time, as a PC's clock chip tells them. */
#include "minivmm/devices/cmos.h"

#include "minivmm/devices/layout.h"

/* Registers (MC146818 data sheet; the century's place is where ACPI's FADT and IBM's PS/2 have it).
 */
enum {
    SECONDS = 0x00,
    MINUTES = 0x02,
    HOURS = 0x04,
    WEEKDAY = 0x06, /* 1 is Sunday */
    DAY = 0x07,
    MONTH = 0x08,
    YEAR = 0x09,
    STATUS_A = 0x0a,
    STATUS_B = 0x0b,
    STATUS_C = 0x0c, /* which interrupt: none */
    STATUS_D = 0x0d,
    CENTURY = 0x32,
};

#define A_UPDATING     0x80 /* the time is about to change */
#define A_32768_HZ     0x20 /* the crystal of a PC */
#define A_RATE_1024_HZ 0x06 /* what a PC's firmware leaves there */
#define B_BINARY       0x04 /* else each value has two decimal digits */
#define B_24_HOURS     0x02
#define D_VALID        0x80 /* the battery is well */
#define HOUR_PM        0x80
#define NMI_DISABLE    0x80 /* in the index port, for another chip */

/* The chip says so 244 us before it updates the time: who has seen 0 has that long to read it. */
#define UPDATE_NOTICE_NS 244000

#define LATEST_S INT64_C(253402300799) /* 9999-12-31 23:59:59 */

static void now_realtime(struct timespec *now)
{
    clock_gettime(CLOCK_REALTIME, now);
}

static uint8_t number(const struct cmos *cmos, int value)
{
    if (cmos->bytes[STATUS_B] & B_BINARY)
        return (uint8_t)value;
    return (uint8_t)(value / 10 << 4 | value % 10);
}

static uint8_t hours(const struct cmos *cmos, int hour)
{
    if (cmos->bytes[STATUS_B] & B_24_HOURS)
        return number(cmos, hour);
    return number(cmos, (hour + 11) % 12 + 1) | (hour >= 12 ? HOUR_PM : 0);
}

static uint8_t read_register(const struct cmos *cmos)
{
    struct timespec now;
    struct tm utc;

    cmos->now(&now);
    /* A host without a clock may say anything; the chip knows only years of four digits. */
    if (now.tv_sec < 0 || now.tv_sec > LATEST_S)
        now.tv_sec = 0;
    gmtime_r(&now.tv_sec, &utc);
    switch (cmos->index) {
    case SECONDS: /* 60 in a leap second; no PC's clock knows them */
        return number(cmos, utc.tm_sec < 60 ? utc.tm_sec : 59);
    case MINUTES:
        return number(cmos, utc.tm_min);
    case HOURS:
        return hours(cmos, utc.tm_hour);
    case WEEKDAY:
        return number(cmos, utc.tm_wday + 1);
    case DAY:
        return number(cmos, utc.tm_mday);
    case MONTH:
        return number(cmos, utc.tm_mon + 1);
    case YEAR:
        return number(cmos, utc.tm_year % 100);
    case CENTURY:
        return number(cmos, (utc.tm_year + 1900) / 100 % 100);
    case STATUS_A:
        return cmos->bytes[STATUS_A] |
               (now.tv_nsec >= 1000000000 - UPDATE_NOTICE_NS ? A_UPDATING : 0);
    case STATUS_C:
        return 0;
    case STATUS_D:
        return D_VALID;
    default:
        return cmos->bytes[cmos->index];
    }
}

static uint64_t read_port(void *device, uint64_t offset, unsigned size)
{
    struct cmos *cmos = device;
    uint8_t value = 0xff; /* the index cannot be read */

    (void)size;
    if (offset == 1) {
        pthread_mutex_lock(&cmos->lock);
        value = read_register(cmos);
        pthread_mutex_unlock(&cmos->lock);
    }
    return value;
}

static void write_port(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    struct cmos *cmos = device;

    pthread_mutex_lock(&cmos->lock);
    if (offset == 0)
        cmos->index = (uint8_t)value & (uint8_t)~NMI_DISABLE;
    if (offset == 1 || size == 2) {
        uint8_t byte = (uint8_t)(offset == 1 ? value : value >> 8);
        if (cmos->index == STATUS_A)
            byte &= (uint8_t)~A_UPDATING;
        cmos->bytes[cmos->index] = byte;
    }
    pthread_mutex_unlock(&cmos->lock);
}

int cmos_create(struct cmos *cmos, struct bus *ports, struct error *error)
{
    const struct bus_range range = {.name = "CMOS clock",
                                    .start = LAYOUT_PORT_CMOS,
                                    .length = 2,
                                    .read = read_port,
                                    .write = write_port,
                                    .device = cmos};

    *cmos = (struct cmos){
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .bytes = {[STATUS_A] = A_32768_HZ | A_RATE_1024_HZ, [STATUS_B] = B_24_HOURS},
        .now = now_realtime,
    };
    /* glibc's gmtime_r(3) looks for a time zone's file once, which a vCPU's filter does not let it
     * do. */
    tzset();
    return bus_add(ports, &range, error);
}

void cmos_destroy(struct cmos *cmos)
{
    pthread_mutex_destroy(&cmos->lock);
}
