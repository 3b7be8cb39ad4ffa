// SPDX-License-Identifier: LGPL-2.1-or-later
// A test's own object, where production code holds a shared one. It outlives its users.
#pragma once

#include <memory>

namespace loquet::tests {

template <class T>
std::shared_ptr<T> not_owned(T& object) {
    return {std::shared_ptr<void>(), &object};
}

} // namespace loquet::tests
