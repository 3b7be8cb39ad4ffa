/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The smallest program that asks PAM: plain_login FOLDER SERVICE USER, the password on standard input; prints PAM's
 * result. A test gives copies of it to other users and the set-uid bit. */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int converse(int count, const struct pam_message** messages, struct pam_response** responses, void* data) {
    struct pam_response* answers = calloc((size_t)count, sizeof *answers);
    if (answers == NULL) {
        return PAM_BUF_ERR;
    }
    for (int i = 0; i < count; ++i) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) {
            answers[i].resp = strdup(data);
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

int main(int argc, char** argv) {
    char password[256] = "";
    if (argc != 4 || fgets(password, sizeof password, stdin) == NULL) {
        return 2;
    }
    password[strcspn(password, "\n")] = '\0';
    const struct pam_conv conversation = {converse, password};
    pam_handle_t* handle = NULL;
    int result = pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle);
    if (result == PAM_SUCCESS) {
        result = pam_authenticate(handle, 0);
        pam_end(handle, result);
    }
    printf("%d\n", result);
    return 0;
}
