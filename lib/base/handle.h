// SPDX-License-Identifier: LGPL-2.1-or-later
// One template owns every C pointer; nothing else in the tree writes a destructor for one.
#pragma once

#include <memory>

namespace loquet::base {

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* pointer) const noexcept {
        Free(pointer);
    }
};

/// A T* that is freed by Free: `using Message = Handle<sd_bus_message, sd_bus_message_unref>`. As small as the pointer.
template <class T, auto Free>
using Handle = std::unique_ptr<T, Release<Free>>;

static_assert(sizeof(Handle<int, [](int*) {}>) == sizeof(int*));

} // namespace loquet::base
