// SPDX-License-Identifier: LGPL-2.1-or-later
// While one lives, no file of this process can be written beyond its first pages, which is where a store writes: every
// commit fails, however small (on a disk that is merely full, small ones still find free pages in the file).
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace loquet::conversation {

class RefusingDisk {
public:
    RefusingDisk() {
        ::signal(SIGXFSZ, SIG_IGN); // NOLINT(bugprone-signal-handler,cert-err33-c): EFBIG in its place
        limit_files(16384);
    }
    RefusingDisk(const RefusingDisk&) = delete;
    RefusingDisk& operator=(const RefusingDisk&) = delete;
    ~RefusingDisk() { limit_files(RLIM_INFINITY); }

private:
    static void limit_files(rlim_t bytes) {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
};

} // namespace loquet::conversation
