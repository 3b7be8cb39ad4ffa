/* SPDX-License-Identifier: MIT */
/*
 * Password rules: "is this a good password?" Exported as `loquet_password_rules_v1`. Pure: the candidate and what is
 * known of the account in; the list of rules, each met or unmet, and a level out, so that a dialog can show a live
 * checklist. A candidate is accepted when every rule is met.
 */
#ifndef LOQUET_PASSWORD_RULES_H
#define LOQUET_PASSWORD_RULES_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct loquet_rules_request {
    size_t size;
    loquet_text candidate; /* a secret, UTF-8 checked by the host; empty: list the rules, all unmet */
    const loquet_named_text* facts;
    size_t fact_count;
    int in_history;     /* 1: equals the current or one of the remembered passwords (the daemon compared hashes) */
    int history_length; /* how many were compared; 0: no history rule, the plugin lists none */
    int second_factor;  /* 1: the account logs in with a second factor (NIST SP 800-63B-4: 8 instead of 15) */
} loquet_rules_request;

typedef struct loquet_rules_output {
    size_t size;
    void* context;
    /* One rule, in the order they should be shown; at most 64. The message states the rule as a demand. */
    void (*rule)(void* context, int met, const loquet_message* message);
    /* Once. 0 very weak ... 4 very strong (zxcvbn's score). */
    void (*level)(void* context, int level);
} loquet_rules_output;

typedef struct loquet_password_rules {
    size_t size;
    const loquet_manifest* (*manifest)(void);
    void* (*create)(const loquet_host* host, const loquet_option_value* options, size_t option_count,
                    const loquet_complaint* complaint);
    int (*check)(void* self, const loquet_rules_request* request, const loquet_rules_output* output);
    void (*destroy)(void* self);
} loquet_password_rules;

LOQUET_EXPORT extern const loquet_password_rules loquet_password_rules_v1;

#ifdef __cplusplus
}
#endif
#endif
