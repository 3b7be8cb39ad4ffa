/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A neighbour of our module in a test's stack. Above it: authtok=X and oldauthtok=X are passwords that it "asked for";
 * below it: `show` copies what it can see into the PAM environment, where the test's application can read it; `ask`
 * asks for a password as pam_unix(8) does, and takes any. */
#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_PASSWORD
#define PAM_SM_SESSION
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(pam_handle_t* handle, const char* name, int item) {
    const void* value = NULL;
    char text[8192];
    snprintf(text, sizeof text, "SEEN_%s", name);
    pam_putenv(handle, text);
    if (pam_get_item(handle, item, &value) == PAM_SUCCESS && value != NULL) {
        snprintf(text, sizeof text, "SEEN_%s=%s", name, (const char*)value);
        pam_putenv(handle, text);
    }
}

static int ask(pam_handle_t* handle) {
    char* answer = NULL;
    const int asked = pam_prompt(handle, PAM_PROMPT_ECHO_OFF, &answer, "Password of another source: ");
    free(answer);
    return asked;
}

static int probe(pam_handle_t* handle, int argc, const char** argv) {
    for (int i = 0; i < argc; ++i) {
        if (strncmp(argv[i], "authtok=", 8) == 0) {
            pam_set_item(handle, PAM_AUTHTOK, argv[i] + 8);
        } else if (strncmp(argv[i], "oldauthtok=", 11) == 0) {
            pam_set_item(handle, PAM_OLDAUTHTOK, argv[i] + 11);
        } else if (strcmp(argv[i], "ask") == 0) {
            return ask(handle);
        } else {
            show(handle, "AUTHTOK", PAM_AUTHTOK);
            show(handle, "OLDAUTHTOK", PAM_OLDAUTHTOK);
        }
    }
    return PAM_IGNORE;
}

#pragma GCC visibility push(default)
#define DOOR(name)                                                                                                     \
    int name(pam_handle_t* handle, int flags, int argc, const char** argv) {                                           \
        (void)flags;                                                                                                   \
        return probe(handle, argc, argv);                                                                              \
    }
DOOR(pam_sm_authenticate)
DOOR(pam_sm_setcred)
DOOR(pam_sm_acct_mgmt)
DOOR(pam_sm_chauthtok)
DOOR(pam_sm_open_session)
DOOR(pam_sm_close_session)
#pragma GCC visibility pop
