/* SPDX-License-Identifier: MIT */
/*
 * The lockout policy: "may this attempt be evaluated, and what follows from its outcome?" Exported as
 * `loquet_lockout_v1`. The policy is a pure function: counters in, verdict and new counters out. The daemon keeps the
 * counters (durably, before anybody is told) and asks `before` in front of each evaluation. What `failed` and
 * `succeeded` would lead to it may ask for while the evaluation goes on; it takes over the answer to the one that
 * happened, so being asked must change nothing by itself. Evaluations of one account never overlap. Names that nobody
 * has are counted the same way.
 */
#ifndef LOQUET_LOCKOUT_H
#define LOQUET_LOCKOUT_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum loquet_lockout_event {
    LOQUET_LOCKOUT_BEFORE = 1,    /* may it be evaluated? Counters may be tidied but no attempt is charged */
    LOQUET_LOCKOUT_FAILED = 2,    /* it was evaluated and was wrong */
    LOQUET_LOCKOUT_SUCCEEDED = 3, /* it was evaluated and the whole flow was granted */
    LOQUET_LOCKOUT_SENT = 4,      /* a code was sent (for send budgets) */
    /* It met LOCKED or DISABLED: nothing was evaluated, and the person was told the same as after a wrong answer. A
     * policy may count it for the waits of that place (see `hold`). A policy that does not know the event may answer
     * with an error; it is then asked `before` once more, and nothing comes of that. */
    LOQUET_LOCKOUT_REFUSED = 5,
    /* A recovery gave the account a new password: the locks by failures that the counters hold end. Their failures stay
     * counted, but those until now shut nothing any more (`pardoned`, `pardoned_in_a_row`). It carries the counters of
     * the account, at this place too, and is answered with ALLOW or DELAY. Where a policy answers with an error,
     * because it does not know the event, the daemon's built-in policy answers it. */
    LOQUET_LOCKOUT_LIFTED = 6
};

/*
 * What is tried. Failures of the one are never counted for the other: each axis has counters of its own, for the
 * account, its places, the place and the site. A place is known on both where the owner logged in there. The same rules
 * do for both; a policy may look at the axis to be stricter or milder with one.
 */
enum loquet_lockout_axis {
    LOQUET_AXIS_LOGIN = 1,   /* to log in, to unlock a screen, to change a password that is known */
    LOQUET_AXIS_RECOVERY = 2 /* to get back in without the password: codes that were sent or dictated, and the like */
};

/*
 * Which counter. An attempt carries those that it has. A place is something that costs: a seat or a console, a remote
 * host (an IPv4 address, or the /64 of an IPv6 address), or the person who runs a program such as su.
 */
enum loquet_lockout_scope {
    LOQUET_SCOPE_ACCOUNT = 0,       /* the account, or the typed name where nobody has it */
    LOQUET_SCOPE_ACCOUNT_PLACE = 1, /* that account from that place; the counters of sixteen places are kept, and which
                                     * are kept does not depend on where the owner logs in */
    LOQUET_SCOPE_DESTINATION = 2,   /* the address or number that a code goes to */
    LOQUET_SCOPE_PLACE = 3,         /* the place, for all who try there */
    LOQUET_SCOPE_SITE = 4,          /* this machine */
    /* That account from that place, where the place is known: the account's owner succeeded there (`last_success` says
     * when). Present for known places alone; failures elsewhere never push it out. What is counted elsewhere should not
     * shut a known place, or anybody who fails often enough keeps the owner out. */
    LOQUET_SCOPE_KNOWN_PLACE = 5,
    LOQUET_SCOPE_COUNT = 6
};

#define LOQUET_COUNTER_HOURS 25

/* All times are in milliseconds of the request's `now` clock. 0 = never. A fresh counter is all zeros. */
typedef struct loquet_counter {
    uint32_t consecutive; /* failures since the last success */
    uint32_t since_lock;  /* failures since the last success and since the last timed lock began */
    int64_t last_failure;
    int64_t last_success;
    int64_t locked_until;                          /* a timed lock; in the past: none */
    uint32_t disabled;                             /* 1: locked until recovery or the helpdesk's unlock */
    uint32_t pardoned;                             /* so many failures of failed_in_hour, the oldest, shut nothing: they
                                                    * were before `lifted`; fewer as their hours leave */
    int64_t hour;                                  /* the hour (now / 3600000) that failed_in_hour[0] stands for */
    uint16_t failed_in_hour[LOQUET_COUNTER_HOURS]; /* [n]: failures n hours before `hour`; saturates */
    uint32_t pardoned_in_a_row;                    /* so many of `consecutive`, the oldest, disable nothing */
} loquet_counter;

enum loquet_lockout_verdict {
    LOQUET_VERDICT_ALLOW = 1,
    LOQUET_VERDICT_DELAY = 2,   /* evaluate, but not before `until` */
    LOQUET_VERDICT_LOCKED = 3,  /* do not evaluate before `until` */
    LOQUET_VERDICT_DISABLED = 4 /* do not evaluate until recovery */
};

typedef struct loquet_lockout_request {
    size_t size;
    int event;           /* enum loquet_lockout_event */
    int axis;            /* enum loquet_lockout_axis */
    int64_t now;         /* milliseconds; never goes back, not over a reboot and not when the clock is set back */
    loquet_text boot_id; /* 32 hexadecimal digits */
    /* NULL: the attempt has no such scope. The last member, because it grows: a host that is older than a scope has a
     * smaller `size`. */
    const loquet_counter* counters[LOQUET_SCOPE_COUNT];
} loquet_lockout_request;

typedef struct loquet_lockout_output {
    size_t size;
    void* context;
    /* Exactly once. `until`: for DELAY and LOCKED, on the request's clock. `reason` names the rule for the helpdesk,
     * at most 64 bytes of [a-z0-9-]: "too-many-failures". After `failed` the verdict is what the next attempt meets. */
    void (*decide)(void* context, int verdict, int64_t until, loquet_text reason);
    /* The counter's new value; a scope that is not set stays as it was. */
    void (*set_counter)(void* context, int scope, const loquet_counter* counter);
    /* The operator should look (many failures at the site); at most 256 bytes. */
    void (*alert)(void* context, loquet_text text);
    /* For `before` with LOCKED or DISABLED: the refusal is not given before `until` (at most eight seconds are waited),
     * so that it takes the time that a wrong answer takes where the attempt is evaluated after a DELAY. Whether a place
     * is known is to show in no time: a wait should come from LOQUET_SCOPE_ACCOUNT_PLACE and LOQUET_SCOPE_PLACE alone.
     */
    void (*hold)(void* context, int64_t until);
} loquet_lockout_output;

typedef struct loquet_lockout {
    size_t size;
    const loquet_manifest* (*manifest)(void);
    void* (*create)(const loquet_host* host, const loquet_option_value* options, size_t option_count,
                    const loquet_complaint* complaint);
    int (*judge)(void* self, const loquet_lockout_request* request, const loquet_lockout_output* output);
    void (*destroy)(void* self);
} loquet_lockout;

LOQUET_EXPORT extern const loquet_lockout loquet_lockout_v1;

#ifdef __cplusplus
}
#endif
#endif
