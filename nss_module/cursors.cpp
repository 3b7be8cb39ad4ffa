// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss_module/cursors.h"

namespace loquet::nss {

namespace {

constinit thread_local Cursors of_this_thread;

} // namespace

// Alone in its file and never inlined: it is compiled for TLS descriptors (CMakeLists.txt), whose resolver in glibc
// before 2.40 can spoil vector registers (glibc bug 31372). Around a call the compiler keeps nothing in them.
[[gnu::noinline]] Cursors& cursors() noexcept {
    return of_this_thread;
}

} // namespace loquet::nss
