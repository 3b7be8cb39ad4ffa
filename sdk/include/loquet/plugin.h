/* SPDX-License-Identifier: MIT */
/*
 * What all Loquet plugins share: memory rules, manifest, options, host services.
 *
 * A plugin is one shared object with one exported const struct for its kind (step.h, lockout.h, password_rules.h,
 * channel.h). The daemon never loads it: a host process of its own does (loquet-plugin), without the store and the bus,
 * under a system-call filter that is switched on after create() and before the first request. Channels alone have the
 * network.
 *
 * Rules of the road
 *  1. Every struct that crosses starts with its own size in bytes and only ever grows at the end: read a field only
 *     when `size` says that it is there. A break of the contract is a new exported symbol (..._v2).
 *  2. Memory is lent for the call. What the host passes in is valid until the plugin's function returns and must not
 *     be freed or kept; what the plugin passes to a host function is copied before that function returns.
 *  3. Text is UTF-8, not NUL-terminated, without control characters unless a field says otherwise.
 *  4. One thread, one call at a time. A call has a deadline (2 seconds unless configured otherwise); a host whose
 *     plugin overstays it is killed and started anew, and the plugin is quarantined when that repeats.
 *  5. Functions that return int: 0 means "I did my work", anything else "I could not" (the host answers an error, the
 *     daemon treats the attempt as not granted). Never longjmp, throw, exit or fork out of a call.
 *  6. Secrets that are lent (answers, candidates) are wiped by the host afterwards; a plugin that copies one wipes
 *     its copy before it returns.
 */
#ifndef LOQUET_PLUGIN_H
#define LOQUET_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LOQUET_EXPORT __attribute__((visibility("default")))
#else
#define LOQUET_EXPORT
#endif

/* Text, UTF-8, not terminated. data may be NULL where size is 0. */
typedef struct loquet_text {
    const char* data;
    size_t size;
} loquet_text;

/* Bytes that mean something to the plugin alone. */
typedef struct loquet_bytes {
    const unsigned char* data;
    size_t size;
} loquet_bytes;

/* A named value: an account fact, or a variable of a message. */
typedef struct loquet_named_text {
    loquet_text name;
    loquet_text value;
} loquet_named_text;

/* A text for a person: the id of a message in the catalogues (/usr/share/loquet/messages), and what its {variables}
 * stand for. The daemon renders it in the language of the dialog; variables are shown literally, never parsed. */
typedef struct loquet_message {
    size_t size;
    /* "arithmetic.question": it begins with the name of the plugin or of its instance and a dot; of password rules also
     * with "rules.". An answer with another id is refused, the whole of it: nobody is asked under a foreign text. */
    loquet_text id;
    const loquet_named_text* variables;
    size_t variable_count; /* at most 16, each value at most 512 bytes */
} loquet_message;

enum loquet_option_type {
    LOQUET_OPTION_TEXT = 1,
    LOQUET_OPTION_INTEGER = 2,
    LOQUET_OPTION_BOOLEAN = 3,
    LOQUET_OPTION_TEXT_LIST = 4
};

/* One key that /etc/loquet/plugins/NAME.toml may hold. */
typedef struct loquet_option {
    const char* name;          /* lower_snake_case */
    int type;                  /* enum loquet_option_type */
    const char* default_value; /* as it would stand in the file: "\"text\"", "20", "true", "[\"a\", \"b\"]" */
    const char* help;          /* one sentence, with the unit */
    int64_t minimum;           /* integers: the accepted range, both ends included; both 0 = no range */
    int64_t maximum;
} loquet_option;

/* The value of one option. All options of the manifest are always given, in the manifest's order. */
typedef struct loquet_option_value {
    size_t size;
    const char* name; /* NUL-terminated */
    int type;
    loquet_text text;         /* LOQUET_OPTION_TEXT */
    int64_t integer;          /* LOQUET_OPTION_INTEGER, and 0 or 1 for LOQUET_OPTION_BOOLEAN */
    const loquet_text* items; /* LOQUET_OPTION_TEXT_LIST */
    size_t item_count;
} loquet_option_value;

/* What a plugin says of itself. Static data. */
typedef struct loquet_manifest {
    size_t size;
    const char* name;         /* equals the stem of the file: "lockout" for lockout.so */
    const char* version;      /* the plugin's own, shown to administrators */
    const char* summary;      /* one sentence */
    const char* const* facts; /* account facts it wants to see, NULL-terminated; may be NULL. Known facts: name,
                                 display_name, mail_masked, phone_masked, organisation, uid, created (milliseconds
                                 since 1970, UTC), media ("mail", "sms", "mail sms", "sms mail": the ways for which
                                 the account has an address and the site a channel, in the site's order); and for
                                 password rules alone, which must refuse them in a password, mail and phone. Others
                                 are never given, and channels are given none. Before anybody
                                 proved who they are a step gets no masked address, and all of the site's media:
                                 it must not show whether somebody has the name. */
    const loquet_option* options;
    size_t option_count;
} loquet_manifest;

enum loquet_log_level { LOQUET_LOG_ERROR = 3, LOQUET_LOG_WARNING = 4, LOQUET_LOG_NOTICE = 5, LOQUET_LOG_INFO = 6 };

/* Services of the host, valid from create() to destroy(). */
typedef struct loquet_host {
    size_t size;
    void* context; /* first argument of every function below */
    /* For the operator's journal, under this plugin's name; no secrets. Cut at 1024 bytes. */
    void (*log)(void* context, int level, loquet_text text);
    /* Fills data with size bytes of the kernel's generator; 0, or -1 when there are none (then refuse to go on). */
    int (*random)(void* context, void* data, size_t size);
} loquet_host;

/* Where create() explains a refusal; the text reaches the administrator. */
typedef struct loquet_complaint {
    size_t size;
    void* context;
    void (*say)(void* context, loquet_text text);
} loquet_complaint;

#ifdef __cplusplus
}
#endif
#endif
