/* SPDX-License-Identifier: MIT */
/*
 * A step: "is this the person?" (and: enrol this factor). Exported as `loquet_step_v1`.
 *
 * A step is a function of bytes: what it knows of an account (account state) and of one dialog (dialog state) is
 * given to it with each request, and what it returns is stored by the daemon in one transaction with the verdict. It
 * keeps nothing between calls, so it may be killed and started anew at any moment.
 */
#ifndef LOQUET_STEP_H
#define LOQUET_STEP_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum loquet_step_operation {
    LOQUET_STEP_BEGIN = 1,       /* no answers yet: ask, grant or deny */
    LOQUET_STEP_ANSWER = 2,      /* answers to the prompts of the turn before, in their order */
    LOQUET_STEP_ENROL_BEGIN = 3, /* set this factor up for the account */
    LOQUET_STEP_ENROL_ANSWER = 4
};

enum loquet_prompt_style {
    LOQUET_PROMPT_SECRET = 1,  /* answered, not echoed */
    LOQUET_PROMPT_VISIBLE = 2, /* answered, echoed */
    LOQUET_PROMPT_CHOICE = 3,  /* answered with the number of one of the lines of the text */
    LOQUET_PROMPT_INFO = 4,    /* shown; has no answer */
    LOQUET_PROMPT_ERROR = 5    /* shown as an error; has no answer */
};

typedef struct loquet_step_request {
    size_t size;
    int operation;                  /* enum loquet_step_operation */
    const loquet_named_text* facts; /* those the manifest asked for and the account has */
    size_t fact_count;
    loquet_bytes account_state; /* empty: this account has none */
    loquet_bytes dialog_state;  /* empty at BEGIN */
    const loquet_text* answers; /* secrets; one for each answered prompt; at most 16 of 4096 bytes; any bytes */
    size_t answer_count;
    int64_t now;        /* milliseconds since 1970 UTC */
    loquet_text locale; /* "fr_FR.UTF-8"; may be empty */
    /* SECRET: 32 bytes that this instance of the plugin has for this account alone, the same at each request and known
     * to nobody else. For keyed hashes of what is too short to be hashed otherwise: a code of six digits. Who is not
     * known has a key, too. It follows from the site's own keys and is stored nowhere; never put it into a state. */
    loquet_bytes key;
} loquet_step_request;

/* How a message travels. */
enum loquet_medium { LOQUET_MEDIUM_MAIL = 1, LOQUET_MEDIUM_SMS = 2 };

/* A message to the person whose account it is. The daemon writes it to the address that it has stored for the account,
 * and sends it by a channel (channel.h): a step neither sees nor chooses where it goes. */
typedef struct loquet_outgoing {
    size_t size;
    int medium; /* enum loquet_medium; one of those in the fact `media`, or the daemon refuses the whole answer */
    /* In the catalogues this id has, for the medium, what the message says. Variables may hold a code: they are sealed
     * where they wait, and wiped when the message was delivered, refused or is too old. One called "minutes" is the
     * lifetime in whole minutes: where the message has to wait, it says the minutes that are left when it goes out. */
    const loquet_message* message;
    int64_t lifetime; /* milliseconds, 1000 (a second) to 86400000 (a day); it is not delivered later than that */
} loquet_outgoing;

/* Host functions that take the step's turn. Exactly one of ask (one or more times), wait, grant, deny, skip must be
 * used; a mixture, or nothing, counts as an error of the plugin. At the ENROL_ operations `grant` says that the factor
 * is set up, with what set_account_state keeps of it, and prompts with variables are taken for secrets: a key, a list
 * of codes. */
typedef struct loquet_step_output {
    size_t size;
    void* context; /* first argument of every function below */
    /* One prompt; at most 32 a turn, and at most 16 of those are answered. `name` (at most 64 bytes, [a-z_]) lets a
     * program recognise it: on the bus the prompt is called INSTANCE.name. It has no other meaning. Which role the
     * prompt has there follows from what [plugins.INSTANCE] says that the step proves: `code` where that is a method
     * other than a question and something is typed, else `other`. Asking for the account's password, present or new, is
     * for the daemon alone: whatever a prompt is called, no program gives it a password that was typed elsewhere, and
     * what is typed here becomes nobody's password. A prompt that is answered has a text with words in it: one of
     * variables alone is refused. */
    void (*ask)(void* context, int style, loquet_text name, const loquet_message* message);
    /* Nothing to answer yet: come back after poll milliseconds (100 to 10000). A step may wait for ten minutes in all;
     * then the daemon refuses the dialog. Where another dialog of the account replaced its state meanwhile, what is
     * said to a poll is forgotten, and the poll comes again at once with the state of now. So a poll may be asked again
     * whatever was said to it, also `grant`: what the step found out elsewhere has to last as long as its dialog. */
    void (*wait)(void* context, const loquet_message* message, uint32_t poll);
    void (*grant)(void* context);
    /* Not this person. Counted as one failure. */
    void (*deny)(void* context);
    /* Replaces the state, at most 16384 bytes. Not called: the state stays. Empty: it is removed. */
    void (*set_account_state)(void* context, loquet_bytes state);
    void (*set_dialog_state)(void* context, loquet_bytes state);
    /* For the audit log; no secret; at most 256 bytes. */
    void (*note)(void* context, loquet_text text);
    /* A message beside the turn, whatever it is; at most 2 a turn. It is kept in one transaction with the new states,
     * so that neither exists without the other. Whether it is delivered, and when, the step never learns. */
    void (*send)(void* context, const loquet_outgoing* outgoing);
    /* The turn at BEGIN, and only there: this account has not set this factor up. The flow goes on with the next step
     * where it allows that; where this step is required, the person is denied. */
    void (*skip)(void* context);
} loquet_step_output;

typedef struct loquet_step {
    size_t size;
    const loquet_manifest* (*manifest)(void);
    /* NULL when the options make no sense together; say why through `complaint`. Called once, before the filter:
     * the only place where files may be opened. */
    void* (*create)(const loquet_host* host, const loquet_option_value* options, size_t option_count,
                    const loquet_complaint* complaint);
    int (*run)(void* self, const loquet_step_request* request, const loquet_step_output* output);
    void (*destroy)(void* self);
} loquet_step;

LOQUET_EXPORT extern const loquet_step loquet_step_v1;

#ifdef __cplusplus
}
#endif
#endif
