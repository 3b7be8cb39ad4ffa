/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program with nothing but libc and libpam that loads and unloads a library: plain_loader LIBRARY WARM-UP TIMES
 * prints by how many bytes the heap in use, and by how many kB the resident memory, have grown. */
#include <dlfcn.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counted page by page; statm's figure may be off by some hundred kilobytes on a machine of many processors. */
static long resident_kb(void) {
    long kilobytes = -1;
    char line[256];
    FILE* rollup = fopen("/proc/self/smaps_rollup", "re");
    while (rollup != NULL && kilobytes < 0 && fgets(line, sizeof line, rollup) != NULL) {
        if (strncmp(line, "Rss:", 4) == 0) {
            kilobytes = strtol(line + 4, NULL, 10);
        }
    }
    if (kilobytes < 0) {
        exit(1);
    }
    fclose(rollup);
    return kilobytes;
}

static void load_and_unload(const char* library, long times) {
    for (long i = 0; i < times; ++i) {
        void* handle = dlopen(library, RTLD_NOW);
        if (handle == NULL || dlclose(handle) != 0) {
            fprintf(stderr, "%s\n", dlerror());
            exit(1);
        }
    }
}

int main(int argc, char** argv) {
    if (argc != 4 || pam_strerror(NULL, PAM_SUCCESS) == NULL) {
        return 2;
    }
    load_and_unload(argv[1], strtol(argv[2], NULL, 10));
    const long resident_before = resident_kb();
    const struct mallinfo2 before = mallinfo2();
    load_and_unload(argv[1], strtol(argv[3], NULL, 10));
    const struct mallinfo2 after = mallinfo2();
    printf("%ld %ld\n", (long)(after.uordblks + after.hblkhd) - (long)(before.uordblks + before.hblkhd),
           resident_kb() - resident_before);
    return 0;
}
