// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is told which objects appear and go (InterfacesAdded, InterfacesRemoved of org.freedesktop.DBus.ObjectManager):
// the connections that were allowed to list the objects, each for itself. The signals carry no values: who may read
// them reads them. Loop thread.
#pragma once

#include "lib/bus/connection.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace loquet::api {

class ObjectWatchers {
public:
    static constexpr const char* interface = "org.freedesktop.DBus.ObjectManager";

    explicit ObjectWatchers(bus::Connection& connection) : connection_(connection) {}

    /// From now on it is told. Throws Error (limited) where it would be one too many.
    void watch(const std::string& sender);
    /// It left the bus.
    void forget(std::string_view sender);
    [[nodiscard]] const std::set<std::string, std::less<>>& all() const noexcept { return watchers_; }

    // An object that every watcher may know of
    void tell_added(const std::string& path, const char* object_interface);

    // An object of one connection, whether it watches or not
    void tell_added(const std::string& path, const char* object_interface, const std::string& owner);
    void tell_removed(const std::string& path, const char* object_interface, const std::string& owner);

private:
    bus::Connection& connection_;
    std::set<std::string, std::less<>> watchers_; ///< unique names of connections
};

} // namespace loquet::api
