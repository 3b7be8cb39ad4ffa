/* SPDX-License-Identifier: MIT */
/*
 * A channel: "deliver this message to that address." Exported as `loquet_channel_v1`.
 *
 * Several deliveries are in flight at once in one thread, so a channel is told in two steps: `submit` takes a delivery
 * up and returns at once, and `work` lets everything that was taken up go on until something can be told. The daemon
 * keeps the message until it was told what became of it, and tries again where it was told nothing, or that nobody
 * knows (`lost`): a channel may be killed and started anew at any moment, and needs no memory of its own. A delivery
 * that is tried again has the same `reference`, by which a gateway can recognise what it has already taken.
 *
 * What becomes later of a message that was sent (a report, a bounce) is asked for by `receipts`, where a channel has a
 * way to learn of it, and told by `work` as well.
 *
 * The host of a channel has the network, and may start programs; otherwise the rules of plugin.h hold, with one
 * exception that `work` tells.
 */
#ifndef LOQUET_CHANNEL_H
#define LOQUET_CHANNEL_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be delivered; lent for the call of submit(). */
typedef struct loquet_delivery {
    size_t size;
    /* 32 lower-case hexadecimal digits, the same at each attempt of one message, another for another message: for a
     * Message-ID (RFC 5322, 3.6.4), a DSN envelope id (RFC 3461, 4.4) or the idempotency key of a gateway. */
    loquet_text reference;
    /* A mail address (the Mailbox of RFC 5321, 4.1.2, in ASCII, at most 254 bytes) or a telephone number (E.164 with
     * its "+", at most 15 digits). The daemon has checked it; a channel checks again what its protocol could misread,
     * and refuses what is not of its medium. */
    loquet_text destination;
    loquet_text subject; /* one line of at most 255 bytes; for mail, empty for the others */
    /* SECRET: it may hold a code. UTF-8 of 1 to 4096 bytes; lines end in \n, and there is no other control character.
     */
    loquet_text text;
    loquet_text locale; /* the language of subject and text: "fr_FR.UTF-8"; may be empty */
    int64_t now;        /* milliseconds since 1970 UTC; always before `expires` */
    int64_t expires;    /* ... from which on the message must not be handed on any more; answer `refused` then */
    uint32_t attempt;   /* 1 at the first try of this message, then 2, ... */
} loquet_delivery;

/* A message that the channel has sent and of which no receipt is known yet. */
typedef struct loquet_sent_message {
    loquet_text reference;         /* of its delivery */
    loquet_text gateway_reference; /* as it was told to `sent`; may be empty */
} loquet_sent_message;

/* What is asked for by receipts(); lent for the call. */
typedef struct loquet_receipts_request {
    size_t size;
    /* 1: all that was told for the request before this one is stored, and the channel may forget where it had it from
     * (take the mail out of the folder). 0: it is not, or nobody knows. What is told twice does no harm. */
    int kept;
    /* For a channel that has to ask its gateway about each message: at most 32 of them, each now and then, seldom when
     * it is old. A channel that is told what happened without asking has no use for them. */
    const loquet_sent_message* sent;
    size_t sent_count;
} loquet_receipts_request;

/* What is known of a message now. */
#define LOQUET_RECEIPT_DELIVERED 1 /* it is in the mailbox, or on the telephone; final */
#define LOQUET_RECEIPT_DELAYED 2   /* somebody is still trying */
#define LOQUET_RECEIPT_FAILED 3    /* it has not arrived and will not; final */

/* Where a channel tells what became of what it took up: exactly one of the four (sent, retry, refused, lost), once for
 * each delivery, during a call of work(). A number that is not in flight, or is told a second time, is an error of the
 * plugin and ends its process.
 *
 * `said` is what the gateway answered, for the helpdesk: "550 5.1.1 no such mailbox". The host replaces what is not
 * printable and cuts it at 256 bytes. It never holds the text of the message, nor a part of it: a gateway that echoes
 * what it was sent is not quoted. */
typedef struct loquet_channel_output {
    size_t size;
    void* context; /* first argument of every function below */
    /* The gateway has taken it over. `gateway_reference` is its own name for the message, cut at 128 bytes; may be
     * empty. The message is never sent again. */
    void (*sent)(void* context, uint64_t delivery, loquet_text gateway_reference, loquet_text said);
    /* Not now (no connection, a 4xx of SMTP, a full queue), and the gateway has not taken it. `after_ms` is when the
     * gateway wants to be asked again, at most 86400000 (a day); 0: when the daemon sees fit. */
    void (*retry)(void* context, uint64_t delivery, uint32_t after_ms, loquet_text said);
    /* Never to this destination, by any sender, or not in time: trying again is of no use, and no other channel is
     * asked. What a setting may be the reason of (a login, a sender's address, a limit) is `retry`. */
    void (*refused)(void* context, uint64_t delivery, loquet_text said);
    /* The gateway may have taken it: all of it was handed over, or may have been, and the yes or no never came, or not
     * whole. The daemon counts the attempt as one that may have arrived, and tries again with the same reference when
     * it sees fit, by another channel where there is one. `said` is what is known: "the connection broke". */
    void (*lost)(void* context, uint64_t delivery, loquet_text said);
    /* Only after a call of receipts(): first at most 32 of these, for messages of any age. `reference` is that of a
     * delivery, 32 lower-case hexadecimal digits, and the writer of the report had to know it; the daemon ignores what
     * no message of this channel has. */
    void (*receipt)(void* context, loquet_text reference, int outcome, loquet_text said);
    /* ... then, once, this: the request is answered. `more`, 0 or 1: there is more to tell, and the next request may
     * come at once. Later calls of work() may tell what an earlier one did not. */
    void (*receipts_end)(void* context, int more);
} loquet_channel_output;

typedef struct loquet_channel {
    size_t size;
    const loquet_manifest* (*manifest)(void);
    /* NULL when the options make no sense together; say why through `complaint`. Called once. Sockets and programs may
     * be opened later, too. */
    void* (*create)(const loquet_host* host, const loquet_option_value* options, size_t option_count,
                    const loquet_complaint* complaint);
    /* Takes a delivery up under a number that no other in flight has, copies of it what will be needed, and wipes that
     * copy of the text when it is done with. Must not wait for the network. At most 16 are in flight at once. -1: it
     * could not, and will tell nothing of it (the host answers an error, and the daemon tries again later). */
    int (*submit)(void* self, uint64_t delivery, const loquet_delivery* message);
    /* Lets what was taken up, a request for receipts included, go on until something was told to `output`, the
     * descriptor `wake` is readable (then there is something new to submit; do not read from it), or `timeout_ms`
     * passed (0: look, and do not wait). Called only while something is in flight. It may wait, within timeout_ms. What
     * counts is each delivery: at its deadline (60 seconds unless configured otherwise) the daemon is told nothing of
     * it, and what is told later is not heard; one that is still kept a minute later ends the process, and with it all
     * that is in flight. -1: nothing that is in flight can go on; that ends the process, too. */
    int (*work)(void* self, int wake, uint32_t timeout_ms, const loquet_channel_output* output);
    void (*destroy)(void* self);
    /* NULL, or the table ends before it: this channel learns nothing of what it has sent.
     * Takes up the question what became of sent messages; work() answers it, like a delivery, before its deadline
     * (receipts_end). Must not wait for the network, nor read more than a moment allows. There is one question at a
     * time. -1: it could not, and will tell nothing. */
    int (*receipts)(void* self, const loquet_receipts_request* request);
} loquet_channel;

LOQUET_EXPORT extern const loquet_channel loquet_channel_v1;

#ifdef __cplusplus
}
#endif
#endif
