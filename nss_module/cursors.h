// SPDX-License-Identifier: LGPL-2.1-or-later
// How far the calling thread has come in listing everybody. A child after fork goes on where its parent was.
#pragma once

#include "lib/directory/view.h"

namespace loquet::nss {

struct Cursors {
    directory::Cursor persons;
    directory::Cursor groups;
};

/// The calling thread's. 80 bytes that need no construction and no destruction; the C library gives them to a thread
/// that asks and takes them back when the thread, or the module, is gone.
[[nodiscard]] Cursors& cursors() noexcept;

} // namespace loquet::nss
