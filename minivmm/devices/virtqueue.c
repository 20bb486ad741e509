/* SPDX-License-Identifier: MIT */
/*
 * Split virtqueues. Three parts in guest memory: the descriptor table, where the driver describes
 * pieces of memory; the available ring, where it hands over chains of them; the used ring, where
 * the device gives them back.
 */
#include "minivmm/devices/virtqueue.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Sizes and alignments of the three parts (2.7); event fields follow both rings (2.7.6, 2.7.8). */
enum { DESCRIPTORS_ALIGN = 16, AVAILABLE_ALIGN = 2, USED_ALIGN = 4 };

static uint64_t available_bytes(uint16_t size)
{
    return sizeof(struct vring_avail) + size * sizeof(uint16_t) + sizeof(uint16_t);
}

static uint64_t used_bytes(uint16_t size)
{
    return sizeof(struct vring_used) + size * sizeof(struct vring_used_elem) + sizeof(uint16_t);
}

/* used_event and avail_event: up to where the other side has seen things (2.7.7, 2.7.10). */
static volatile uint16_t *used_event(const struct virtqueue *queue)
{
    return &queue->available->ring[queue->size];
}

static volatile uint16_t *avail_event(const struct virtqueue *queue)
{
    return (volatile uint16_t *)(volatile void *)&queue->used->ring[queue->size];
}

/* What driver and device look at without waiting for each other: whole, and each time anew. */
static uint16_t load(const volatile uint16_t *field)
{
    return __atomic_load_n(field, __ATOMIC_RELAXED);
}

static void store(volatile uint16_t *field, uint16_t value)
{
    __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

void virtqueue_reset(struct virtqueue *queue)
{
    *queue = (struct virtqueue){.ram = queue->ram};
}

/* Memory with an alignment that a volatile access of its type may count on. */
static void *part(const struct virtqueue *queue, uint64_t gpa, uint64_t bytes, uint64_t align)
{
    return gpa % align ? NULL : ram_at(queue->ram, gpa, bytes);
}

bool virtqueue_enable(struct virtqueue *queue)
{
    uint16_t size = queue->size;

    if (size == 0 || size > VIRTQUEUE_SIZE_MAX || (size & (size - 1)))
        return false;
    queue->descriptors =
        part(queue, queue->descriptors_gpa, size * sizeof(struct vring_desc), DESCRIPTORS_ALIGN);
    queue->available = part(queue, queue->available_gpa, available_bytes(size), AVAILABLE_ALIGN);
    queue->used = part(queue, queue->used_gpa, used_bytes(size), USED_ALIGN);
    queue->ready = queue->descriptors && queue->available && queue->used;
    return queue->ready;
}

/*
 * The driver writes an entry first and then the index that makes it valid; acquire keeps our reads
 * of entry and descriptors behind our read of the index.
 */
static uint16_t available_index(const struct virtqueue *queue)
{
    return __atomic_load_n(&queue->available->idx, __ATOMIC_ACQUIRE);
}

static int break_queue(struct virtqueue *queue)
{
    queue->broken = true;
    return -EPROTO;
}

/* Add the memory of one descriptor, a private copy, to the buffer. */
static int add_piece(const struct virtqueue *queue, struct virtqueue_buffer *buffer,
                     const struct vring_desc *descriptor)
{
    bool writable = descriptor->flags & VRING_DESC_F_WRITE;
    unsigned count = buffer->readable + buffer->writable;

    if (!writable && buffer->writable)
        return -EPROTO; /* 2.7.4.2: what may be written comes last */
    if (descriptor->len == 0)
        return 0;
    /* 2.7.4: a chain holds at most 2^32 bytes; so no sum of lengths overflows anywhere. */
    if (buffer->readable_bytes + buffer->writable_bytes + descriptor->len > UINT64_C(1) << 32)
        return -EPROTO;
    if (count == VIRTQUEUE_PIECES_MAX)
        return -EPROTO;
    void *at = ram_at(queue->ram, descriptor->addr, descriptor->len);
    if (!at)
        return -EPROTO;
    buffer->pieces[count] = (struct iovec){at, descriptor->len};
    if (writable) {
        buffer->writable++;
        buffer->writable_bytes += descriptor->len;
    } else {
        buffer->readable++;
        buffer->readable_bytes += descriptor->len;
    }
    return 0;
}

/*
 * The one look at a descriptor: what it says afterwards does not matter any more. The barrier is
 * for the compiler, which may otherwise read from the guest again instead of keeping the copy. An
 * indirect table may lie at any address, so this is no access of a struct.
 */
static struct vring_desc copy_descriptor(const uint8_t *table, uint32_t index)
{
    struct vring_desc copy;

    memcpy(&copy, table + index * sizeof copy, sizeof copy);
    __asm__ volatile("" ::: "memory");
    return copy;
}

/*
 * Follow a chain from index through a table of count descriptors. A chain with more links than the
 * table has entries goes round in circles. indirect: the table is one that a descriptor led to.
 */
static int follow(const struct virtqueue *queue, struct virtqueue_buffer *buffer,
                  const uint8_t *table, uint32_t count, uint32_t index, bool indirect)
{
    for (uint32_t links = 0; links < count; links++) {
        if (index >= count)
            return -EPROTO;
        struct vring_desc descriptor = copy_descriptor(table, index);

        if (descriptor.flags & VRING_DESC_F_INDIRECT) {
            /* 2.7.5.3: only if negotiated, not inside of another, and as the chain's last link. */
            uint32_t entries = descriptor.len / (uint32_t)sizeof descriptor;
            if (indirect || !queue->indirect || (descriptor.flags & VRING_DESC_F_NEXT) ||
                entries == 0 || descriptor.len % sizeof descriptor)
                return -EPROTO;
            const uint8_t *inner = ram_at(queue->ram, descriptor.addr, descriptor.len);
            if (!inner)
                return -EPROTO;
            if (entries > VIRTQUEUE_PIECES_MAX)
                entries = VIRTQUEUE_PIECES_MAX;
            return follow(queue, buffer, inner, entries, 0, true);
        }
        int result = add_piece(queue, buffer, &descriptor);
        if (result < 0)
            return result;
        if (!(descriptor.flags & VRING_DESC_F_NEXT))
            return 0;
        index = descriptor.next;
    }
    return -EPROTO;
}

int virtqueue_take(struct virtqueue *queue, struct virtqueue_buffer *buffer)
{
    if (!queue->ready || queue->broken)
        return 0;

    uint16_t waiting = (uint16_t)(available_index(queue) - queue->next_available);
    if (waiting == 0)
        return 0;
    if (waiting > queue->size)
        return break_queue(queue); /* more than there are entries: no honest index does that */

    buffer->head = load(&queue->available->ring[queue->next_available % queue->size]);
    buffer->readable = buffer->writable = 0;
    buffer->readable_bytes = buffer->writable_bytes = 0;
    if (follow(queue, buffer, queue->descriptors, queue->size, buffer->head, false) < 0)
        return break_queue(queue);
    queue->next_available++;
    return 1;
}

void virtqueue_untake(struct virtqueue *queue)
{
    queue->next_available--;
}

void virtqueue_give(struct virtqueue *queue, uint16_t head, uint32_t written)
{
    volatile struct vring_used_elem *element = &queue->used->ring[queue->next_used % queue->size];

    element->id = head;
    element->len = written;
    /* Release: whoever sees the new index sees the entry, and what is in the buffer. */
    __atomic_store_n(&queue->used->idx, ++queue->next_used, __ATOMIC_RELEASE);
}

bool virtqueue_wants_interrupt(struct virtqueue *queue)
{
    uint16_t old = queue->judged_used, new = queue->next_used;

    if (!queue->ready || queue->broken || old == new)
        return false;
    /*
     * The driver writes what it wants to hear of and then looks at the used index once more; we
     * wrote the used index and now look at what it wants. A full barrier on both sides, or each
     * could miss what the other wrote: store and then load is the order that x86 does not keep.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    queue->judged_used = new;
    if (!queue->event_idx)
        return !(load(&queue->available->flags) & VRING_AVAIL_F_NO_INTERRUPT);
    /* Has the index gone past the event since the last look? In 16 bits, round the corner too. */
    uint16_t event = load(used_event(queue));
    return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}

void virtqueue_silence(struct virtqueue *queue)
{
    if (!queue->ready || queue->silent)
        return;
    queue->silent = true;
    /* With EVENT_IDX silence is nothing to do: the event stays where it was, behind us. */
    if (!queue->event_idx)
        store(&queue->used->flags, VRING_USED_F_NO_NOTIFY);
}

bool virtqueue_listen(struct virtqueue *queue)
{
    if (!queue->ready || queue->broken)
        return false;
    queue->silent = false;
    if (queue->event_idx)
        store(avail_event(queue), queue->next_available);
    else
        store(&queue->used->flags, 0);
    /* Ask first, then look again: as above, the store must be seen before the load is made. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return available_index(queue) != queue->next_available;
}

/* Some pieces of a list, from offset on. */
static unsigned cut(const struct iovec *from, unsigned count, uint64_t offset, uint64_t bytes,
                    struct iovec *pieces, unsigned room, size_t *total)
{
    unsigned made = 0;

    *total = 0;
    for (unsigned i = 0; i < count && made < room && *total < bytes; i++) {
        if (offset >= from[i].iov_len) {
            offset -= from[i].iov_len;
            continue;
        }
        size_t length = from[i].iov_len - offset;
        if (length > bytes - *total)
            length = bytes - *total;
        pieces[made++] = (struct iovec){(uint8_t *)from[i].iov_base + offset, length};
        *total += length;
        offset = 0;
    }
    return made;
}

unsigned virtqueue_readable(const struct virtqueue_buffer *buffer, uint64_t offset, uint64_t bytes,
                            struct iovec *pieces, unsigned room, size_t *total)
{
    return cut(buffer->pieces, buffer->readable, offset, bytes, pieces, room, total);
}

unsigned virtqueue_writable(const struct virtqueue_buffer *buffer, uint64_t offset, uint64_t bytes,
                            struct iovec *pieces, unsigned room, size_t *total)
{
    return cut(buffer->pieces + buffer->readable, buffer->writable, offset, bytes, pieces, room,
               total);
}

size_t virtqueue_read(const struct virtqueue_buffer *buffer, uint64_t offset, void *to,
                      size_t bytes)
{
    struct iovec piece;
    size_t done = 0, length;

    while (virtqueue_readable(buffer, offset + done, bytes - done, &piece, 1, &length)) {
        memcpy((uint8_t *)to + done, piece.iov_base, length);
        done += length;
    }
    return done;
}

size_t virtqueue_write(const struct virtqueue_buffer *buffer, uint64_t offset, const void *from,
                       size_t bytes)
{
    struct iovec piece;
    size_t done = 0, length;

    while (virtqueue_writable(buffer, offset + done, bytes - done, &piece, 1, &length)) {
        memcpy(piece.iov_base, (const uint8_t *)from + done, length);
        done += length;
    }
    return done;
}
